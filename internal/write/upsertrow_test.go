package write_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/internal/write"
)

// A key distinguishes rows if the database returns it as one text.
func TestKeyText_IsThatOfTheDatabase(t *testing.T) {
	name := "a"
	for _, s := range []struct {
		value any
		text  string
		ok    bool
	}{
		{5, "5", true},
		{uint8(5), "5", true},
		{int64(-7), "-7", true},
		{"a", "a", true},
		{&name, "a", true},
		{"", "", true},
		{[]byte("b"), "b", true},
		{[]byte{}, "", true},
		{uuid.Nil, "00000000-0000-0000-0000-000000000000", true},
		{[]byte(nil), "", false}, // NULL, like the next one
		{nil, "", false},
		{true, "", false},
		{1.5, "", false},
		{time.Unix(0, 0), "", false},
		{struct{}{}, "", false},
	} {
		text, ok := write.KeyText(s.value)
		assert.Equal(t, s.text, text, "%#v", s.value)
		assert.Equal(t, s.ok, ok, "%#v", s.value)
	}
}

func TestKeyOf_IsDifferentForDifferentKeys(t *testing.T) {
	seen := make(map[string][]string)
	for _, key := range [][]string{{"a", "b"}, {"ab", ""}, {"", "ab"}, {`a"`, `"b`}, {`a""`, `b`}, {"a", "b", ""}} {
		text := write.KeyOf(key)
		assert.NotContains(t, seen, text, "%q", key)
		seen[text] = key
	}
	assert.Zero(t, testing.AllocsPerRun(10, func() { write.KeyOf([]string{"a"}) }), "most keys are one value")
}
