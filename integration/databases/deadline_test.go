package databases_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
)

// asked is a context that ends when it is asked for its error once too often: at each place of a write in turn.
type asked struct {
	context.Context
	left  atomic.Int64
	done  chan struct{}
	close sync.Once
}

func endsAfter(ctx context.Context, questions int) *asked {
	a := &asked{Context: ctx, done: make(chan struct{})}
	a.left.Store(int64(questions))
	return a
}

func (a *asked) Done() <-chan struct{} { return a.done }

func (a *asked) Err() error {
	if a.left.Add(-1) >= 0 {
		return nil
	}
	a.close.Do(func() { close(a.done) })
	return context.DeadlineExceeded
}

func (a *asked) ended() bool { return a.left.Load() < 0 }

// SQLite commits a single statement while its rows are closed, and a driver that finds the context at its end says nothing of
// that: the write is there, or it is not.
func TestWrite_WhoseContextEndsIsNeverMisreported(t *testing.T) {
	for _, db := range [][2]string{
		{sqliteWAL, sqliteDeferred},
		{"SQLite, mattn, rollback journal", "immediate"},
		{"SQLite, modernc, WAL", sqliteDeferred},
		{postgres, readCommitted},
		{"PostgreSQL, lib/pq", readCommitted},
		{mariadb, repeatableRead},
	} {
		t.Run(db[0], func(t *testing.T) {
			mine, theirs := pair(t, databases.Find(t, db[0], db[1]))
			for _, w := range lostWrites {
				t.Run(w.name, func(t *testing.T) {
					for n, done := 0, false; !done; n++ {
						u := theirs.user(t, "deadline")
						ctx := endsAfter(t.Context(), n)
						err := w.write(ctx, mine, u)
						done = !ctx.ended()
						lossy{session: mine, sees: theirs}.settledIn(t, db[0], u.ID, err)
					}
				})
			}
		})
	}
}

// settledIn is settled; SQLite has nothing that goes on behind the caller's back.
func (l lossy) settledIn(t *testing.T, db string, id int, err error) {
	t.Helper()
	if db[:6] != "SQLite" {
		l.settled(t, id, err)
		return
	}
	switch age := l.sees.load(t, id).Age; {
	case err == nil:
		assert.Equal(t, 1, age, "it said that it was applied")
	case entocc.IsOutcomeUnknown(err):
		require.LessOrEqual(t, age, 1)
	default:
		assert.Zero(t, age, "it said nothing of an unknown outcome: %v", err)
	}
}
