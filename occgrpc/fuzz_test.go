package occgrpc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgrpc"
)

// FuzzExpect checks what an etag accepts for one row: nothing, any version ("*"), or the one version whose etag was
// sent.
func FuzzExpect(f *testing.F) {
	for _, seed := range []string{`"User/7/3"`, `W/"User/7/3"`, "*", "", `"User/8/3"`, `"User/7/3","User/7/4"`, `"User/7/3",`, `,"User/7/3"`, ` "User/7/3"`, "User/7/3", `"User/7/03"`, `"*"`} {
		f.Add(seed)
	}
	key := entocc.VersionKey{Type: "User", ID: 7, Version: int64(0)}
	f.Fuzz(func(t *testing.T, sent string) {
		accepted := occgrpc.Expect(sent).Accept(key)
		switch {
		case accepted.Err != nil:
			require.Empty(t, accepted.Versions)
			require.False(t, accepted.Any)
		case accepted.Any:
			require.Equal(t, "*", sent)
			require.Empty(t, accepted.Versions)
		case len(accepted.Versions) > 0:
			require.Len(t, accepted.Versions, 1)
			etag, err := occgrpc.ETag(keyed{key.Type, key.ID, accepted.Versions[0]})
			require.NoError(t, err)
			require.Equal(t, etag, sent)
		}
		if sent != "" {
			require.Equal(t, accepted, occgrpc.ExpectIfSent(sent).Accept(key))
		}
	})
}

// FuzzMask checks a mask against the fields of its message: each part of an accepted path is a field, and the mask has
// it.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{"retry_delay", "retry_delay.seconds", "retry_delay.", ".", "*", "", "retry_delay,retry_delay", "name", "retryDelay", "retry_delay.seconds.x"} {
		f.Add(seed, "")
		f.Add("retry_delay", seed)
	}
	parts := map[string]bool{"retry_delay": true, "retry_delay.seconds": true, "retry_delay.nanos": true}
	f.Fuzz(func(t *testing.T, first, second string) {
		paths := []string{first, second}
		mask, err := occgrpc.NewMask(&errdetails.RetryInfo{RetryDelay: durationpb.New(1)}, &fieldmaskpb.FieldMask{Paths: paths})
		if err != nil {
			var refused *occgrpc.MaskError
			require.ErrorAs(t, err, &refused)
			require.Contains(t, paths, refused.Path)
			require.Nil(t, mask)
			return
		}
		for _, path := range paths {
			require.True(t, parts[path], "%q is taken", path)
			require.True(t, mask.Has(path))
			require.True(t, mask.Has("retry_delay.seconds") || !strings.HasPrefix(path, "retry_delay.seconds"))
		}
		require.False(t, mask.Empty())
	})
}

// keyed is an entity of which only its key is known.
type keyed entocc.VersionKey

// VersionKey returns the key.
func (k keyed) VersionKey() entocc.VersionKey { return entocc.VersionKey(k) }
