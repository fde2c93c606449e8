package databases_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
)

// Statements are killed at any point, also those that commit. A killed save has not written, and its connection has no
// open transaction, which would take up and lose the writes of the connection's next user. (With a handler in the
// statement instead of the ROLLBACK after it, this test fails.)
func TestCompound_KilledSavesAreNotWritten(t *testing.T) {
	c := openCompound(t, "")
	const writers, attempts = 8, 60
	c.Pool.SetMaxOpenConns(writers)
	c.Pool.SetMaxIdleConns(writers)
	id := c.theirs.user(t, "before").ID
	var saved, killed atomic.Int64
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range attempts {
				u, err := c.theirs.User.Get(t.Context(), id)
				if err == nil {
					err = c.User.UpdateOne(u).AddAge(1).Exec(t.Context())
				}
				switch {
				case err == nil:
					saved.Add(1)
				case !ent.IsRecordModified(err):
					assert.ErrorContains(t, err, "Error 1317")
					killed.Add(1)
				}
			}
		})
	}
	ctx, stop := context.WithCancel(t.Context())
	killer := make(chan struct{})
	go func() { defer close(killer); c.killAll(ctx, t) }()
	wg.Wait()
	stop()
	<-killer
	u := c.theirs.load(t, id)
	assert.EqualValues(t, saved.Load(), u.Version-1)
	assert.EqualValues(t, saved.Load(), u.Age)
	assert.Positive(t, killed.Load())
	var open int
	require.NoError(t, c.theirs.Pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.innodb_trx t"+
		" JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE()").Scan(&open))
	assert.Zero(t, open)
	t.Logf("%d saved, %d killed", saved.Load(), killed.Load())
}

// killAll kills the statements of the saves until ctx ends.
func (c compound) killAll(ctx context.Context, t *testing.T) {
	t.Helper()
	const busy = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND (info LIKE 'BEGIN NOT%' OR info LIKE 'COMMIT%' OR info LIKE 'UPDATE%')"
	for ctx.Err() == nil {
		rows, err := c.theirs.Pool.QueryContext(t.Context(), busy)
		if !assert.NoError(t, err) {
			return
		}
		var ids []int64
		for rows.Next() {
			var id int64
			assert.NoError(t, rows.Scan(&id))
			ids = append(ids, id)
		}
		assert.NoError(t, rows.Err())
		for _, id := range ids {
			_, _ = c.theirs.Pool.ExecContext(t.Context(), "KILL QUERY ?", id) // It may already have ended.
		}
	}
}
