package occhttp_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func key(typ string, id, version any) entocc.VersionKey {
	return entocc.VersionKey{Type: typ, ID: id, Version: version}
}

// accepted is what an If-Match header accepts of a row, whose version has the type of the key's.
func accepted(key entocc.VersionKey, lines ...string) entocc.Accepted {
	r := &http.Request{Header: http.Header{"If-Match": lines}}
	return occhttp.IfMatch(r).Accept(key)
}

func TestTag_RoundTrip(t *testing.T) {
	token := uuid.MustParse("3f0f3c9e-7a9e-4f8e-9d43-1f2f0b6c5c11")
	at := time.Date(2026, 11, 23, 1, 2, 3, 456789000, time.FixedZone("", 2*60*60))
	for name, tt := range map[string]struct {
		key  entocc.VersionKey
		want string
	}{
		"counter":             {key("User", 7, int64(3)), `"User/7/3"`},
		"above 2^53":          {key("User", 7, int64(math.MaxInt64)), `"User/7/9223372036854775807"`},
		"zero":                {key("User", 7, int64(0)), `"User/7/0"`},
		"token":               {key("Document", "a", token), `"Document/a/3f0f3c9e-7a9e-4f8e-9d43-1f2f0b6c5c11"`},
		"time with an offset": {key("Reading", 1, at), `"Reading/1/2026-11-23T01:02:03.456789+02:00"`},
		"uuid ID":             {key("User", token, int64(1)), `"User/3f0f3c9e-7a9e-4f8e-9d43-1f2f0b6c5c11/1"`},
		"ID with anything":    {key("User", "a\"b,c/d é<", int64(1)), `"User/a%22b%2Cc%2Fd%20%C3%A9%3C/1"`},
		"composite ID":        {key("Membership", []any{1, "x/y"}, int64(2)), `"Membership/1/x%2Fy/2"`},
	} {
		t.Run(name, func(t *testing.T) {
			tag, err := occhttp.TagOf(tt.key)
			require.NoError(t, err)
			assert.Equal(t, tt.want, tag.String())
			got := accepted(tt.key, tag.String())
			require.NoError(t, got.Err)
			require.Len(t, got.Versions, 1)
			if at, ok := tt.key.Version.(time.Time); ok {
				assert.True(t, at.Equal(got.Versions[0].(time.Time)))
				return
			}
			assert.Equal(t, []any{tt.key.Version}, got.Versions)
		})
	}
}

func TestCondition_TagOfAnotherRowNeverMatches(t *testing.T) {
	row := key("User", 7, int64(0))
	for name, tag := range map[string]string{
		"other type":            `"Pet/7/3"`,
		"type that begins so":   `"Use/7/3"`,
		"other ID":              `"User/70/3"`,
		"ID that ends so":       `"User/17/3"`,
		"no version":            `"User/7/"`,
		"leading zero":          `"User/7/03"`,
		"plus":                  `"User/7/+3"`,
		"too large":             `"User/7/9223372036854775808"`,
		"no number":             `"User/7/abc"`,
		"more":                  `"User/7/3/3"`,
		"other case":            `"user/7/3"`,
		"of a gzip middleware":  `"User/7/3-gzip"`,
		"weak":                  `W/"User/7/3"`,
		"escaped another way":   `"User/%37/3"`,
		"a hash of a body":      `"d41d8cd98f00b204e9800998ecf8427e"`,
		"nothing":               `""`,
		"token for a counter":   `"User/7/3f0f3c9e-7a9e-4f8e-9d43-1f2f0b6c5c11"`,
		"quoted star, no star":  `"*"`,
		"time for a counter":    `"User/7/2026-11-23T01:02:03Z"`,
		"hexadecimal":           `"User/7/0x3"`,
		"white space, escaped":  `"User/7/%203"`,
		"unicode digit escaped": `"User/7/%D9%A3"`,
	} {
		t.Run(name, func(t *testing.T) {
			got := accepted(row, tag)
			assert.Equal(t, entocc.Accepted{}, got, "nothing is accepted, which is a conflict")
		})
	}
}

func TestCondition_ListsNameEachVersionOnce(t *testing.T) {
	got := accepted(key("User", 7, int64(0)), `"User/7/3", "User/8/4"`, `"User/7/5", "User/7/3", W/"User/7/6"`)
	assert.Equal(t, entocc.Accepted{Versions: []any{int64(3), int64(5)}}, got)
}

func TestCondition_StarAcceptsAnyVersion(t *testing.T) {
	assert.Equal(t, entocc.Accepted{Any: true}, accepted(key("User", 7, int64(0)), "*"))
}

func TestCondition_MissingOrMalformedIsAnError(t *testing.T) {
	var condition *occhttp.ConditionError
	require.ErrorAs(t, accepted(key("User", 7, int64(0))).Err, &condition)
	assert.Equal(t, http.StatusPreconditionRequired, condition.Status)
	require.ErrorAs(t, accepted(key("User", 7, int64(0)), "3").Err, &condition)
	assert.Equal(t, http.StatusBadRequest, condition.Status)
	require.Error(t, (*occhttp.Condition)(nil).Accept(key("User", 7, int64(0))).Err)
}

func TestTag_EntityWithoutVersionHasNone(t *testing.T) {
	_, err := occhttp.Tag(&ent.User{ID: 1})
	require.True(t, entocc.IsVersionError(err), "%v", err)
	require.ErrorContains(t, err, "loaded without its version")
	_, err = occhttp.TagOf(key("User", 1, "3"))
	require.True(t, entocc.IsVersionError(err), "%v", err)
}
