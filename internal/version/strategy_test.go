package version_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/version"
)

func TestStrategies_NextVersionFollowsAndNeverWraps(t *testing.T) {
	next, err := version.Counter{}.Next(int64(41))
	require.NoError(t, err)
	assert.Equal(t, int64(42), next)
	for _, s := range []version.Strategy{version.Counter{}, version.Timestamp{}} {
		_, err = s.Next(int64(1<<63 - 1))
		assert.Error(t, err)
	}
	next, err = version.Timestamp{}.Next(int64(1 << 62))
	require.NoError(t, err)
	assert.Equal(t, int64(1<<62+1), next, "the clock is behind")
}
