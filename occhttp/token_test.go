package occhttp_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func newSigner(t testing.TB, keys ...occhttp.Key) *occhttp.Signer {
	t.Helper()
	if len(keys) == 0 {
		keys = []occhttp.Key{{ID: "k1", Secret: secret(1)}}
	}
	s, err := occhttp.NewSigner(keys[0], keys[1:]...)
	require.NoError(t, err)
	return s
}

func sign(t testing.TB, s *occhttp.Signer, key entocc.VersionKey) string {
	t.Helper()
	token, err := s.SignKey(key)
	require.NoError(t, err)
	return token
}

// requireRefused wants an error that ends as a VersionError and a 400.
func requireRefused(t *testing.T, err error) {
	t.Helper()
	var condition *occhttp.ConditionError
	require.ErrorAs(t, err, &condition)
	require.Equal(t, http.StatusBadRequest, condition.Status)
}

func TestSigner_TokenOfTheRowIsAccepted(t *testing.T) {
	s := newSigner(t)
	row := key("User", 7, int64(9007199254740993))
	token := sign(t, s, row)
	assert.Regexp(t, `^[A-Za-z0-9._-]+$`, token)
	assert.Equal(t, entocc.Accepted{Versions: []any{row.Version}}, s.IfMatch(token).Accept(row))
}

func TestSigner_TokenIsBoundToTypeAndID(t *testing.T) {
	s := newSigner(t)
	token := sign(t, s, key("User", 7, int64(3)))
	requireRefused(t, s.IfMatch(token).Accept(key("User", 8, int64(0))).Err)
	requireRefused(t, s.IfMatch(token).Accept(key("Pet", 7, int64(0))).Err)
	_, err := s.Row("Pet", token)
	requireRefused(t, err)
	require.True(t, entocc.IsVersionError(err))
}

func TestSigner_TamperedTokensAreRefused(t *testing.T) {
	s := newSigner(t)
	row := key("User", 7, int64(3))
	token := sign(t, s, row)
	parts := strings.Split(token, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte("User/7/4"))
	for name, bad := range map[string]string{
		"missing":              "",
		"truncated":            token[:len(token)-1],
		"longer":               token + "A",
		"no signature":         parts[0] + "." + parts[1],
		"empty signature":      parts[0] + "." + parts[1] + ".",
		"other version":        parts[0] + "." + forged + "." + parts[2],
		"other key ID":         "k2." + parts[1] + "." + parts[2],
		"no key ID":            "." + parts[1] + "." + parts[2],
		"bare version":         "3",
		"bare tag":             "User/7/3",
		"line break inside":    parts[0] + "." + parts[1] + "\n." + parts[2],
		"padding":              token + "=",
		"more parts":           token + ".x",
		"white space":          " " + token,
		"5 kB":                 strings.Repeat("a", 5<<10),
		"signed by another":    sign(t, newSigner(t, occhttp.Key{ID: "k1", Secret: secret(2)}), row),
		"last bits not zero":   lastBit(token),
		"a part that is other": parts[0] + "." + parts[2] + "." + parts[1],
	} {
		t.Run(name, func(t *testing.T) {
			got := s.IfMatch(bad).Accept(row)
			requireRefused(t, got.Err)
			assert.False(t, got.Any)
			assert.Empty(t, got.Versions)
			_, err := s.Row("User", bad)
			requireRefused(t, err)
			assert.True(t, entocc.IsVersionError(err))
		})
	}
}

// lastBit sets a bit of the last character that decoders may ignore: 32 bytes leave two of them.
func lastBit(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last|1])
}

func TestSigner_KeysRotate(t *testing.T) {
	old, current := occhttp.Key{ID: "2025", Secret: secret(1)}, occhttp.Key{ID: "2026", Secret: secret(2)}
	row := key("User", 7, int64(3))
	before, after := newSigner(t, old), newSigner(t, current, old)
	require.NoError(t, after.IfMatch(sign(t, before, row)).Accept(row).Err, "an open form still works")
	assert.True(t, strings.HasPrefix(sign(t, after, row), "2026."))
	requireRefused(t, before.IfMatch(sign(t, after, row)).Accept(row).Err)
	requireRefused(t, newSigner(t, current).IfMatch(sign(t, before, row)).Accept(row).Err)
}

func TestSigner_TokenIsBoundToItsKey(t *testing.T) {
	s := newSigner(t, occhttp.Key{ID: "a", Secret: secret(1)}, occhttp.Key{ID: "b", Secret: secret(1)})
	row := key("User", 7, int64(3))
	requireRefused(t, s.IfMatch("b"+sign(t, s, row)[1:]).Accept(row).Err)
}

func TestNewSigner_RefusesWeakKeys(t *testing.T) {
	good := occhttp.Key{ID: "a", Secret: secret(1)}
	for name, keys := range map[string][]occhttp.Key{
		"short secret":     {{ID: "a", Secret: secret(1)[:31]}},
		"no ID":            {{Secret: secret(1)}},
		"dot in the ID":    {{ID: "a.b", Secret: secret(1)}},
		"two with one ID":  {good, {ID: "a", Secret: secret(2)}},
		"short older one":  {good, {ID: "b"}},
		"ID of 33 letters": {{ID: strings.Repeat("a", 33), Secret: secret(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := occhttp.NewSigner(keys[0], keys[1:]...)
			require.ErrorContains(t, err, "entocc: ")
			assert.NotContains(t, err.Error(), "\x01", "no secret in the error")
		})
	}
}

func TestSigner_RowOfAListTellsItsID(t *testing.T) {
	s := newSigner(t)
	row, err := s.Row("User", sign(t, s, key("User", "a/b é", int64(3))))
	require.NoError(t, err)
	assert.Equal(t, []string{"a/b é"}, row.ID)
	assert.Equal(t, []any{int64(3)}, row.Accept(key("User", "a/b é", int64(0))).Versions)
	requireRefused(t, row.Accept(key("User", "b", int64(0))).Err)

	row, err = s.Row("Membership", sign(t, s, key("Membership", []any{1, 2}, int64(3))))
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2"}, row.ID)
}

func TestSigner_EntityWithoutVersionIsNotSigned(t *testing.T) {
	_, err := newSigner(t).Sign(&ent.User{ID: 1})
	require.True(t, entocc.IsVersionError(err))
	_, err = newSigner(t).SignKey(key("User", strings.Repeat("x", 5<<10), int64(1)))
	require.True(t, entocc.IsVersionError(err))
}

// FuzzToken holds the signer to its promise: it panics on nothing, and what it takes is what it would sign itself.
func FuzzToken(f *testing.F) {
	s := newSigner(f, occhttp.Key{ID: "k1", Secret: secret(1)}, occhttp.Key{ID: "k0", Secret: secret(2)})
	row := key("User", 7, int64(3))
	token := sign(f, s, row)
	f.Add(token)
	f.Add(token[:20])
	f.Add(strings.Replace(token, "k1.", "k0.", 1))
	f.Add(sign(f, newSigner(f, occhttp.Key{ID: "k0", Secret: secret(2)}), row))
	f.Add("k1..")
	f.Add("...")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		got := s.IfMatch(token).Accept(row)
		require.False(t, got.Any)
		parsed, err := s.Row("User", token)
		var version *entocc.VersionError
		require.Equal(t, err != nil, errors.As(err, &version))
		if got.Err != nil {
			require.Empty(t, got.Versions)
			return
		}
		require.NoError(t, err)
		require.Equal(t, []string{"7"}, parsed.ID)
		require.Equal(t, []any{int64(3)}, got.Versions)
	})
}
