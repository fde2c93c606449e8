package databases_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// asked is a context that ends after a number of calls of Err. So it can end at each point of a write in turn.
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

// SQLite commits a single statement when its rows are closed. A driver that finds the context at its end does not
// report that, so the write may or may not be there.
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

// settledIn is settled. SQLite does no work behind the caller's back.
func (l lossy) settledIn(t *testing.T, db string, id int, err error) {
	t.Helper()
	if db[:6] != "SQLite" {
		l.settled(t, id, err)
		return
	}
	switch age := l.sees.load(t, id).Age; {
	case err == nil:
		assert.Equal(t, 1, age, "it was reported as applied")
	case entocc.IsOutcomeUnknown(err):
		require.LessOrEqual(t, age, 1)
	default:
		assert.Zero(t, age, "it was not reported as of unknown outcome: %v", err)
	}
}

// endingDriver ends the context of a statement after its row was returned and before it is read.
type endingDriver struct {
	*entsql.Driver
	end func()
}

func (d endingDriver) Query(ctx context.Context, query string, args, v any) error {
	err := d.Driver.Query(ctx, query, args, v)
	if rows, ok := v.(*entsql.Rows); ok && err == nil {
		rows.ColumnScanner = endingRows{rows.ColumnScanner, d.end}
	}
	return err
}

type endingRows struct {
	entsql.ColumnScanner
	end func()
}

// Next returns once database/sql has noticed that the context has ended.
func (r endingRows) Next() bool {
	ok := r.ColumnScanner.Next()
	if ok {
		r.end()
		for closed := false; !closed; {
			_, err := r.Columns()
			closed = err != nil
		}
	}
	return ok
}

// This happened three times in three million operations: database/sql closes the rows of a statement whose context has
// ended, which commits it on SQLite, but the read of its row does not report that.
func TestSQLite_NewRowWhoseContextEndsBeforeItIsReadIsNeverMisreported(t *testing.T) {
	for _, name := range []string{sqliteWAL, "SQLite, modernc, WAL"} {
		for way, write := range map[string]func(context.Context, *ent.Client, string) error{
			"create": func(ctx context.Context, client *ent.Client, mail string) error {
				return client.User.Create().SetName("created").SetEmail(mail).Exec(ctx)
			},
			"create in bulk": func(ctx context.Context, client *ent.Client, mail string) error {
				return client.User.CreateBulk(client.User.Create().SetName("created").SetEmail(mail)).Exec(ctx)
			},
			"upsert": func(ctx context.Context, client *ent.Client, mail string) error {
				return client.User.Create().SetName("created").SetEmail(mail).OnConflict(entsql.ConflictColumns(user.FieldEmail)).UpdateNewValues().Exec(ctx)
			},
		} {
			t.Run(name+" "+way, func(t *testing.T) {
				mine, theirs := pairOn(t, name, sqliteDeferred)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				client := ent.NewClient(ent.Driver(endingDriver{entsql.OpenDB(dialect.SQLite, mine.Pool), cancel}))
				mail := uuid.NewString()
				err := write(ctx, client, mail)
				there := theirs.User.Query().Where(user.Email(mail)).CountX(t.Context())
				if err == nil || !entocc.IsOutcomeUnknown(err) {
					assert.Equal(t, err == nil, there == 1, "%d rows, but the error was: %v", there, err)
				}
			})
		}
	}
}
