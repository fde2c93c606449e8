package occgql_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgql"
)

// FuzzVersion checks reading versions against writing them: an accepted text is exactly what its version is written as.
func FuzzVersion(f *testing.F) {
	for _, seed := range []string{"1", "0", "-1", "03", "3.0", "1e3", "+1", " 1", "9223372036854775806", "9223372036854775807", "9223372036854775808", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		version, err := occgql.UnmarshalVersion(sent)
		number, numberErr := occgql.UnmarshalVersion(json.Number(sent))
		require.Equal(t, version, number)
		require.Equal(t, err, numberErr)
		if err != nil {
			var refused *occgql.ExpectationError
			require.ErrorAs(t, err, &refused)
			require.Zero(t, version)
			return
		}
		var written bytes.Buffer
		occgql.MarshalVersion(version).MarshalGQL(&written)
		require.Equal(t, strconv.Quote(sent), written.String())
	})
}

// FuzzExpectETag checks that a tag fits one row: for this key it accepts one version, and the tag of that version is
// the one that was sent.
func FuzzExpectETag(f *testing.F) {
	for _, seed := range []string{"Todo/7/3", "Todo/8/3", "Todo/7/3,Todo/7/4", `Todo/7/3", "Todo/7/4`, "*", "", "Todo/7/", "Todo/7/03", "W/Todo/7/3", "Todo/7/3\x00", "Todo%2F7/3"} {
		f.Add(seed)
	}
	key := entocc.VersionKey{Type: "Todo", ID: 7, Version: int64(0)}
	f.Fuzz(func(t *testing.T, sent string) {
		accepted := occgql.ExpectETag(&sent).Accept(key)
		if accepted.Err != nil {
			require.Empty(t, accepted.Versions)
			require.False(t, accepted.Any)
			return
		}
		require.False(t, accepted.Any)
		require.Len(t, accepted.Versions, 1)
		tag, err := occgql.ETagOf(keyed{key.Type, key.ID, accepted.Versions[0]})
		require.NoError(t, err)
		require.Equal(t, tag, sent)
	})
}

// keyed is an entity of which only its key is known.
type keyed entocc.VersionKey

// VersionKey returns the key.
func (k keyed) VersionKey() entocc.VersionKey { return entocc.VersionKey(k) }
