package history_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
)

// A writer whose clock is a quarter of a century behind (a synctest bubble starts in the year 2000) takes turns with
// one whose clock is right. The versions of TimeVersion rise anyway, and neither writer overwrites what it has not
// seen.
func TestClocks_ThatWentBackDoNotTakeTheVersionBack(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "clocks.db") + "?_fk=1"
	now := openEvents(t, file)
	require.NoError(t, now.Schema.Create(t.Context()))
	first := now.Event.Create().SetName("now").SaveX(t.Context())

	seen := first
	for range 5 {
		stale := seen
		synctest.Test(t, func(t *testing.T) {
			require.Less(t, time.Now().UnixMicro(), seen.Version, "this clock is behind")
			behind := openEvents(t, file)
			var err error
			seen, err = behind.Event.UpdateOne(seen).SetName("behind").Save(t.Context())
			require.NoError(t, err)
			require.NoError(t, behind.Close())
		})
		require.Greater(t, seen.Version, stale.Version)
		assert.True(t, ent.IsRecordModified(now.Event.UpdateOne(stale).SetName("lost").Exec(t.Context())))

		stale = seen
		seen = now.Event.UpdateOne(seen).SetName("now").SaveX(t.Context())
		require.Greater(t, seen.Version, stale.Version)
		synctest.Test(t, func(t *testing.T) {
			behind := openEvents(t, file)
			assert.True(t, ent.IsRecordModified(behind.Event.UpdateOne(stale).SetName("lost").Exec(t.Context())))
			assert.True(t, ent.IsRecordModified(behind.Event.DeleteOne(stale).Exec(t.Context())))
			require.NoError(t, behind.Close())
		})
	}
	assert.Equal(t, "now", now.Event.GetX(t.Context(), first.ID).Name)
}

// A clock that is far ahead leaves a version from which the other writers count up.
func TestClocks_ThatAreAheadAreCountedOnFrom(t *testing.T) {
	file := "file:" + filepath.Join(t.TempDir(), "clocks.db") + "?_fk=1"
	client := openEvents(t, file)
	require.NoError(t, client.Schema.Create(t.Context()))
	ahead := time.Now().AddDate(30, 0, 0).UnixMicro()
	event := client.Event.Create().SetName("ahead").SetVersion(ahead).SaveX(t.Context())
	for i := range int64(3) {
		event = event.Update().SetName("on").SaveX(t.Context())
		assert.Equal(t, ahead+i+1, event.Version)
	}
}

func openEvents(t *testing.T, file string) *ent.Client {
	t.Helper()
	client, err := ent.Open(dialect.SQLite, file)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // A bubble closes its own client.
	return client
}
