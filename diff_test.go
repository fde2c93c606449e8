package entocc_test

import (
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc"
)

// Both sides have set the same value. If it is a count, a merge would lose one of the two; a text that is written twice is no loss.
func TestFieldDiff_SameValueClashesIfItMayHaveBeenCountedTo(t *testing.T) {
	id, now, five, four := uuid.New(), time.Now(), 5, 4
	for name, tt := range map[string]struct {
		base, both any
		clashes    bool
	}{
		"int":                  {5, 4, true},
		"unsigned":             {uint8(5), uint8(4), true},
		"float":                {0.5, 0.25, true},
		"pointer to a number":  {&five, &four, true},
		"decimal":              {*big.NewInt(5), *big.NewInt(4), true},
		"number of JSON":       {json.Number("5"), json.Number("4"), true},
		"JSON with a number":   {map[string]any{"n": 5.0}, map[string]any{"n": 4.0, "s": "x"}, true},
		"list with a number":   {[]int{}, []int{1}, true},
		"struct with a number": {struct{ N int }{5}, struct{ N int }{4}, true},
		"text":                 {"open", "closed", false},
		"bool":                 {false, true, false},
		"UUID":                 {uuid.Nil, id, false},
		"bytes":                {[]byte("a"), []byte("b"), false},
		"time":                 {time.Time{}, now, false},
		"list of texts":        {[]string{}, []string{"a"}, false},
		"JSON with texts":      {map[string]any{}, map[string]any{"s": "x", "b": true, "null": nil}, false},
		"struct with texts":    {struct{ S string }{"a"}, struct{ S string }{"b"}, false},
		"empty list":           {[]int{1}, []int{}, false},
		"NULL":                 {"a", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := entocc.FieldDiff{Change: entocc.ChangeSet, Base: tt.base, HasBase: true, Mine: tt.both, Theirs: tt.both}
			assert.Equal(t, tt.clashes, entocc.NewFieldDiff(d, false).Clashes())
			d.Computed = true
			assert.False(t, entocc.NewFieldDiff(d, false).Clashes(), "computed")

			d = entocc.FieldDiff{Change: entocc.ChangeSet, Base: tt.base, HasBase: true, Mine: tt.base, Theirs: tt.both}
			assert.False(t, entocc.NewFieldDiff(d, false).Clashes(), "mine did not change")
			d.Mine, d.Theirs = tt.both, tt.base
			assert.False(t, entocc.NewFieldDiff(d, false).Clashes(), "theirs did not change")
		})
	}
}
