package databases_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/integration/proxy"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/internal/suite"
)

// lossy is a client whose connections the proxy cuts, with another client that sees the rows.
type lossy struct {
	session
	proxy *proxy.Proxy
	sees  session
}

// throughProxy opens both on a new database.
func throughProxy(t *testing.T, driver string) lossy {
	t.Helper()
	if driver == "mysql" {
		dsn := servers.MariaDBDatabase(t)
		cfg, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		p := proxy.Start(t, cfg.Addr)
		cfg.Addr = p.Addr
		l := lossy{openOne(t, dialect.MySQL, driver, cfg.FormatDSN()), p, openMySQL(t, dsn)}
		createTables(t, l.sees.Client)
		return l
	}
	dsn := servers.PostgresDatabase(t)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	p := proxy.Start(t, u.Host)
	u.Host = p.Addr
	registered, pins := strings.CutSuffix(driver, pinning)
	l := lossy{openOne(t, dialect.Postgres, registered, u.String()), p, openPostgres(t, dsn)}
	if pins {
		l.Client = ent.NewClient(ent.Driver(pinningDriver{entsql.OpenDB(dialect.Postgres, l.Pool)}))
	}
	createTables(t, l.sees.Client)
	return l
}

// pinning is the suffix of the name of a driver that is wrapped by a program's own driver, which hides it and is a hook.Pinner.
const pinning = " by a Pinner"

// pinningDriver hides the driver that it wraps.
type pinningDriver struct{ hidden *entsql.Driver }

func (d pinningDriver) Exec(ctx context.Context, query string, args, v any) error {
	return d.hidden.Exec(ctx, query, args, v)
}

func (d pinningDriver) Query(ctx context.Context, query string, args, v any) error {
	return d.hidden.Query(ctx, query, args, v)
}

func (d pinningDriver) Tx(ctx context.Context) (dialect.Tx, error) { return d.hidden.Tx(ctx) }

func (d pinningDriver) Close() error { return d.hidden.Close() }

func (d pinningDriver) Dialect() string { return d.hidden.Dialect() }

func (d pinningDriver) Pin(ctx context.Context) (hook.Pinned, error) { return hook.Pin(ctx, d.hidden) }

// A transaction whose COMMIT was lost may have written its versions or not. So its entities may not be ghosts, and the
// refusal must not say that they are.
func TestGhost_OfACommitThatIsNotKnownSaysSo(t *testing.T) {
	for _, driver := range []string{"postgres", "pgx", "mysql"} {
		t.Run(driver, func(t *testing.T) {
			l := throughProxy(t, driver)
			u := l.sees.user(t, "before")
			tx := l.tx(t)
			saved, err := tx.User.UpdateOne(u).SetName("after").Save(t.Context())
			require.NoError(t, err)
			l.proxy.CutAfter(proxy.Answers, 0)
			err = tx.Commit()
			require.True(t, entocc.IsOutcomeUnknown(err), "%v", err)
			l.proxy.Pass()
			_ = tx.Rollback() // As a deferred Rollback does.
			_, verified := saved.IsModified(t.Context())
			for _, err := range []error{
				l.sees.User.UpdateOne(saved).SetName("again").Exec(t.Context()),
				saved.Update().SetName("again").Exec(t.Context()),
				l.sees.User.DeleteOne(saved).Exec(t.Context()),
				verified,
			} {
				assert.True(t, ent.IsVersionError(err), "%v", err)
				assert.ErrorContains(t, err, "may or may not")
				assert.ErrorContains(t, err, "Read the entity again")
				assert.NotContains(t, err.Error(), "was rolled back")
			}
			again := l.sees.load(t, u.ID)
			require.NoError(t, again.Update().SetName("again").Exec(t.Context()))
		})
	}
}

// openOne opens a session of one connection, so that each cut meets the statement under test.
func openOne(t *testing.T, name, driver, dsn string) session {
	t.Helper()
	return open(t, suite.DB{Dialect: name, Open: func(t testing.TB) *sql.DB {
		pool, err := sql.Open(driver, dsn)
		require.NoError(t, err)
		pool.SetMaxOpenConns(1)
		return pool
	}})
}

// lostWrites are writes that increment, so that applying one twice shows.
var lostWrites = []struct {
	name  string
	write func(ctx context.Context, s session, u *ent.User) error
}{
	{"UpdateOne", func(ctx context.Context, s session, u *ent.User) error {
		return s.User.UpdateOne(u).AddAge(1).Exec(ctx)
	}},
	{"IgnoreVersion", func(ctx context.Context, s session, u *ent.User) error {
		return s.User.UpdateOneID(u.ID).IgnoreVersion().AddAge(1).Exec(ctx)
	}},
	{"set-based", func(ctx context.Context, s session, u *ent.User) error {
		return s.User.Update().Where(user.ID(u.ID)).AddAge(1).Exec(ctx)
	}},
	{"Modify", func(ctx context.Context, s session, u *ent.User) error {
		_, err := s.User.Modify(ctx, u.ID, func(_ *ent.User, up *ent.UserUpdateOne) error { up.AddAge(1); return nil })
		return err
	}},
	{"UpdateBulk", func(ctx context.Context, s session, u *ent.User) error {
		_, err := s.User.UpdateBulk(s.User.UpdateOne(u).AddAge(1)).Save(ctx)
		return err
	}},
	{"UpdateBulk that skips", func(ctx context.Context, s session, u *ent.User) error {
		gone := &ent.User{ID: u.ID + 1<<20, Version: 1}
		saved, err := s.User.UpdateBulk(s.User.UpdateOne(u).AddAge(1), s.User.UpdateOne(gone).AddAge(1)).SkipModified().Save(ctx)
		var conflicts *entocc.BulkModifiedError
		if len(saved) == 1 && errors.As(err, &conflicts) && len(conflicts.Conflicts) == 1 {
			return nil // Only the row that is gone was skipped.
		}
		var modified *entocc.RecordModifiedError
		if errors.As(err, &modified) && modified.ID == gone.ID {
			return fmt.Errorf("nothing was written, and the deleted row could not be looked up: %v", err) //nolint:errorlint // no conflict of u
		}
		return err
	}},
	{"upsert", func(ctx context.Context, s session, u *ent.User) error {
		return s.User.Create().SetName("upsert").SetEmail(*u.Email).OnConflict(entsql.ConflictColumns(user.FieldEmail)).
			Update(func(up *ent.UserUpsert) { up.AddAge(1) }).Exec(ctx)
	}},
	{"upsert with its ID", func(ctx context.Context, s session, u *ent.User) error {
		_, err := s.User.Create().SetName("upsert").SetEmail(*u.Email).OnConflict(entsql.ConflictColumns(user.FieldEmail)).
			Update(func(up *ent.UserUpsert) { up.AddAge(1) }).ID(ctx)
		return err
	}},
	{"upsert in bulk", func(ctx context.Context, s session, u *ent.User) error {
		return s.User.CreateBulk(s.User.Create().SetName("upsert").SetEmail(*u.Email)).OnConflict(entsql.ConflictColumns(user.FieldEmail)).
			Update(func(up *ent.UserUpsert) { up.AddAge(1) }).Exec(ctx)
	}},
	{"RetryTx", func(ctx context.Context, s session, u *ent.User) error {
		return s.RetryTx(ctx, func(tx *ent.Tx) error { return tx.User.UpdateOneID(u.ID).IgnoreVersion().AddAge(1).Exec(ctx) })
	}},
}

// Case 31: wherever the connection ends, nothing is applied twice, nothing that was applied is reported as a conflict
// or as not written, and nothing that was not applied is reported as saved.
func TestWrite_WhoseAnswerIsLostIsNeverRepeatedAndNeverMisreported(t *testing.T) {
	for _, driver := range []string{"postgres", "pgx", "mysql", "postgres" + pinning} {
		for _, w := range lostWrites {
			t.Run(driver+" "+w.name, func(t *testing.T) {
				l := throughProxy(t, driver)
				unknown, done := 0, false
				for cut := 0; !done; cut += 5 {
					u := l.sees.user(t, "lossy")
					_, err := l.User.Get(t.Context(), u.ID) // Opens the connection.
					require.NoError(t, err)
					before := l.proxy.Cuts()
					l.proxy.CutAfter(proxy.Answers, cut)
					err = w.write(t.Context(), l.session, u)
					done = l.proxy.Cuts() == before
					l.proxy.Pass()
					l.settled(t, u.ID, err)
					if entocc.IsOutcomeUnknown(err) {
						unknown++
					}
				}
				assert.Positive(t, unknown, "some cut hits the answer to an applied write")
			})
		}
	}
}

// settled compares what a write has reported with the row.
func (l lossy) settled(t *testing.T, id int, err error) {
	t.Helper()
	switch {
	case err == nil:
		assert.Equal(t, 1, l.sees.load(t, id).Age, "it was reported as applied")
	case entocc.IsOutcomeUnknown(err):
		assert.False(t, entocc.IsRetryable(err), "%v", err)
		require.Eventually(t, func() bool { return l.quiet(t) }, time.Minute, time.Millisecond)
		assert.LessOrEqual(t, l.sees.load(t, id).Age, 1, "%v", err)
	default:
		assert.False(t, entocc.IsRecordModified(err), "a write's conflict with itself: %v", err)
		require.Eventually(t, func() bool { return l.quiet(t) }, time.Minute, time.Millisecond)
		assert.Zero(t, l.sees.load(t, id).Age, "it was not reported as of unknown outcome: %v", err)
	}
}

// quiet reports whether the server has finished its work for connections that were cut.
func (l lossy) quiet(t *testing.T) bool {
	t.Helper()
	query := "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()"
	if l.sees.Pool.Driver() != nil && isMySQL(l.sees.Pool) {
		query = "SELECT count(*) FROM information_schema.processlist WHERE db = database() AND command <> 'Sleep' AND id <> connection_id()"
	}
	var busy int
	require.NoError(t, l.sees.Pool.QueryRowContext(t.Context(), query).Scan(&busy))
	return busy == 0
}

func isMySQL(db *sql.DB) bool {
	_, ok := db.Driver().(*mysql.MySQLDriver)
	return ok
}

// A random version shows that the write was applied, so its outcome is not unknown.
func TestWrite_OfATokenWhoseAnswerIsLostIsAsked(t *testing.T) {
	l := throughProxy(t, "pgx")
	asked := 0
	for cut := 0; cut < 200; cut += 10 {
		d := l.sees.Document.Create().SetTitle("old").SaveX(t.Context())
		_, err := l.Document.Get(t.Context(), d.ID)
		require.NoError(t, err)
		before := l.proxy.Cuts()
		l.proxy.CutAfter(proxy.Answers, cut)
		saved, err := l.Document.UpdateOne(d).SetTitle("new").Save(t.Context())
		l.proxy.Pass()
		if l.proxy.Cuts() == before {
			break
		}
		var unknown *entocc.OutcomeUnknownError
		switch now := l.sees.Document.GetX(t.Context(), d.ID); {
		case err == nil:
			asked++
			assert.Equal(t, now.Version, saved.Version)
			assert.Equal(t, "new", saved.Title)
		case errors.As(err, &unknown):
			assert.Equal(t, "Document", unknown.Type)
			assert.Equal(t, d.Version, unknown.Expected)
			assert.NotNil(t, unknown.Next)
		}
	}
	assert.Positive(t, asked)
}
