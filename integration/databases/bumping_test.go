package databases_test

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/suite"
	"github.com/entocc/entocc/trigger"
)

// bumped are the types whose tables get triggers: composite keys, tokens, times as numbers, Only and Ignore among them.
var bumped = trigger.For("User", "Pet", "Like", "Profile", "Parcel", "Document", "Account", "Card", "Event", "Note", "Memo")

// triggering are the databases, with different kinds of triggers, by drivers that differ in how they show what a trigger did.
var triggering = [][2]string{
	{sqliteWAL, sqliteDeferred},
	{"SQLite, modernc, WAL", sqliteDeferred},
	{postgres, readCommitted},
	{"PostgreSQL 18, lib/pq", readCommitted},
	{mariadb, repeatableRead},
	{mariadbSnapshot, repeatableRead},
	{galera, repeatableRead},
}

// onTriggered runs a test on a database of each kind, where the tables of two sessions have triggers.
func onTriggered(t *testing.T, test func(t *testing.T, s, other session, name string), opts ...trigger.Option) {
	t.Helper()
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s, other := open(t, conn), open(t, conn)
		createTables(t, s.Client)
		triggers, err := trigger.New(conn.Dialect, ent.VersionedTables(), append(opts, bumped)...)
		require.NoError(t, err)
		require.NoError(t, triggers.Create(t.Context(), s.Pool))
		test(t, s, other, conn.Dialect)
	})
}

// raw runs SQL like a program that does not know about versions.
func (s session) raw(t *testing.T, format string, args ...any) {
	t.Helper()
	s.exec(t, fmt.Sprintf(format, args...))
}

func TestTrigger_BumpsWhatIsWrittenPastEnt(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, _ session, _ string) {
		u := s.user(t, "before")
		s.raw(t, "UPDATE users SET name = 'theirs' WHERE id = %d", u.ID)
		assert.EqualValues(t, 2, s.load(t, u.ID).Version)
		_, err := u.Update().SetName("mine").Save(t.Context())
		var modified *ent.UserModifiedError
		require.ErrorAs(t, err, &modified)
		assert.EqualValues(t, 2, modified.Actual)

		s.raw(t, "UPDATE users SET name = 'both', version = version + 1 WHERE id = %d", u.ID)
		assert.EqualValues(t, 3, s.load(t, u.ID).Version, "a write that bumps the version bumps it once")
		s.raw(t, "UPDATE users SET name = 'back', version = 1 WHERE id = %d", u.ID)
		assert.EqualValues(t, 4, s.load(t, u.ID).Version, "nobody sets a version back")
	})
}

func TestTrigger_LeavesTheWritesOfEntAlone(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, _ session, name string) {
		ctx := t.Context()
		u := s.user(t, "before")
		u = u.Update().SetName("saved").SaveX(ctx)
		assert.EqualValues(t, 2, u.Version)
		require.NoError(t, u.Update().SetName("executed").Exec(ctx))
		assert.EqualValues(t, 3, s.load(t, u.ID).Version)
		s.User.Update().SetName("set").ExecX(ctx)
		assert.EqualValues(t, 4, s.load(t, u.ID).Version)
		u = s.load(t, u.ID).Update().ClearVisits().SetLastLogin(time.Now()).SaveX(ctx)
		assert.EqualValues(t, 4, u.Version, "a field of Ignore")
		u = u.Update().SetName("and after").SaveX(ctx)
		assert.EqualValues(t, 5, u.Version)
		n, err := s.User.UpdateBulk(u.Update().SetAge(1), s.user(t, "second").Update().SetAge(2)).Exec(ctx)
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.EqualValues(t, 6, s.load(t, u.ID).Version)

		d := s.Document.Create().SetTitle("before").SaveX(ctx)
		s.raw(t, "UPDATE documents SET title = 'theirs'")
		now := s.Document.GetX(ctx, d.ID)
		assert.NotEqual(t, d.Version, now.Version, "a new token, as the driver reads it")
		_, err = d.Update().SetTitle("mine").Save(ctx)
		assert.True(t, ent.IsRecordModified(err), "%v", err)
		assert.Equal(t, "mine", now.Update().SetTitle("mine").SaveX(ctx).Title)
	})
}

func TestTrigger_KnowsWhatCounts(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, _ session, name string) {
		u := s.user(t, "Ann")
		version := func() int64 { return s.load(t, u.ID).Version }
		s.raw(t, "UPDATE users SET last_login = '2026-11-26 00:00:00', visits = '[\"a\"]'")
		assert.EqualValues(t, 1, version(), "fields of Ignore")
		if name == dialect.MySQL {
			s.exec(t, "ALTER TABLE users MODIFY name varchar(255) NOT NULL COLLATE utf8mb4_general_ci")
		}
		s.raw(t, "UPDATE users SET name = 'ann'")
		assert.EqualValues(t, 2, version(), "a change of case counts, whatever the collation")
		s.raw(t, "UPDATE users SET name = 'ann', labels = '[\"a\"]', last_login = NULL")
		assert.EqualValues(t, 3, version(), "JSON beside a field of Ignore")
		s.raw(t, "UPDATE users SET user_children = id")
		assert.EqualValues(t, 4, version(), "a foreign key")

		p := s.Pet.Create().SetName("Rex").SetOwnerID(u.ID).SaveX(t.Context())
		s.raw(t, "UPDATE users SET user_children = NULL")
		s.raw(t, "DELETE FROM users")
		want := p.Version + 1
		if name == dialect.MySQL {
			want = p.Version // Foreign keys fire no triggers there.
		}
		now := s.Pet.GetX(t.Context(), p.ID)
		assert.Equal(t, want, now.Version, "ON DELETE SET NULL")
	})
}

func TestTrigger_CompositeKeyBumpsOneRow(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, _ session, _ string) {
		ctx := t.Context()
		u := s.user(t, "u")
		for range 2 {
			s.Like.Create().SetUserID(u.ID).SetTweetID(s.Tweet.Create().SetText("t").SaveX(ctx).ID).ExecX(ctx)
		}
		first := s.Like.Query().Order(ent.Asc("tweet_id")).FirstX(ctx)
		s.raw(t, "UPDATE likes SET mood = 'theirs' WHERE tweet_id = %d", first.TweetID)
		all := s.Like.Query().Order(ent.Asc("tweet_id")).AllX(ctx)
		assert.EqualValues(t, 2, all[0].Version)
		assert.EqualValues(t, 1, all[1].Version)
	})
}

func TestTrigger_RefusesWhoForgetsTheVersion(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, _ session, _ string) {
		ctx := t.Context()
		u := s.user(t, "before")
		_, err := s.Pool.ExecContext(ctx, "UPDATE users SET name = 'forgetful'")
		require.Error(t, err)
		assert.True(t, trigger.IsRefused(err), "%v", err)
		assert.ErrorContains(t, err, "users")
		s.raw(t, "UPDATE users SET name = 'careful', version = version + 1")
		_, err = u.Update().SetName("stale").Save(ctx)
		assert.True(t, ent.IsRecordModified(err), "%v", err)
		u = s.load(t, u.ID).Update().SetName("after").SaveX(ctx)
		assert.EqualValues(t, 3, u.Version)
		require.NoError(t, u.Update().ClearVisits().SetLastLogin(time.Now()).Exec(ctx), "a field of Ignore")
		err = u.Update().SetName("shadow").Exec(entocc.SkipIncrement(ctx, ent.TypeUser))
		assert.True(t, trigger.IsRefused(err), "%v", err)
		assert.False(t, ent.IsRecordModified(err), "%v", err)
	}, trigger.Refusing())
}

func TestTrigger_CanBeSwitchedOffBySession(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, other session, name string) {
		off := map[string]string{dialect.Postgres: "SET entocc.triggers = 'off'", dialect.MySQL: "SET @entocc_triggers = 'off'"}[name]
		if off == "" {
			return // SQLite has no such switch; see the docs of package trigger.
		}
		u := s.user(t, "before")
		conn, err := s.Pool.Conn(t.Context())
		require.NoError(t, err)
		for _, query := range []string{off, "UPDATE users SET name = 'restored'"} {
			_, err = conn.ExecContext(t.Context(), query)
			require.NoError(t, err)
		}
		assert.EqualValues(t, 1, other.load(t, u.ID).Version)
		other.raw(t, "UPDATE users SET name = 'theirs'")
		assert.EqualValues(t, 2, other.load(t, u.ID).Version)
		require.NoError(t, conn.Close())
	})
}

// writersFor is how long four kinds of writers collide:
//
//	go test ./integration/databases -run Trigger_Writers -v -timeout 0 -args -writers 1m
var writersFor = flag.Duration("writers", 0, "how long four kinds of writers collide on one row; at least a dozen writes each")

// Four kinds of writers collide on one row: each write that was reported as done has bumped the version once.
func TestTrigger_WritersOfAllKinds(t *testing.T) {
	onTriggered(t, func(t *testing.T, s, other session, name string) {
		u := s.User.Create().SetName("counted").SetEmail("counted@example.com").SaveX(t.Context())
		upsert := "ON CONFLICT (email) DO UPDATE SET age = users.age + 1"
		if name == dialect.MySQL {
			upsert = "ON DUPLICATE KEY UPDATE age = age + 1"
		}
		kinds := []func(context.Context, session) error{
			func(ctx context.Context, s session) error { return saveAlone(ctx, s, u.ID) },
			func(ctx context.Context, s session) error {
				_, err := s.Pool.ExecContext(ctx, fmt.Sprintf("UPDATE users SET age = age + 1 WHERE id = %d", u.ID))
				return err
			},
			func(ctx context.Context, s session) error {
				_, err := s.Pool.ExecContext(ctx, fmt.Sprintf("UPDATE users SET age = age + 1, version = version + 1 WHERE id = %d", u.ID))
				return err
			},
			func(ctx context.Context, s session) error {
				_, err := s.Pool.ExecContext(ctx, "INSERT INTO users (version, name, age, email) VALUES (1, 'x', 0, 'counted@example.com') "+upsert)
				return err
			},
		}
		var (
			got  [4]outcome
			done sync.WaitGroup
			ends = time.Now().Add(*writersFor)
		)
		for i := range writers {
			done.Go(func() {
				kind := i % len(kinds)
				for n := 0; n < attempts || time.Now().Before(ends); n++ {
					got[kind].note(t, kinds[kind](t.Context(), [...]session{s, other}[i/len(kinds)%2]))
				}
			})
		}
		done.Wait()
		awaitSettled(t, s, other, u.ID)
		row, saved := s.load(t, u.ID), int64(0)
		for i, kind := range [...]string{"ent", "SQL that forgets", "SQL that bumps", "upserts"} {
			saved += got[i].saved.Load()
			t.Logf("%s: %d written, %d conflicts, %d to be retried", kind, got[i].saved.Load(), got[i].conflicts.Load(), got[i].retries.Load())
		}
		assert.Positive(t, saved)
		assert.Equal(t, saved, row.Version-1, "versions gained")
		assert.EqualValues(t, saved, row.Age, "counted")
	})
}

func TestTrigger_CheckTellsWhatIsWrong(t *testing.T) {
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s := open(t, conn)
		ctx := t.Context()
		triggers := func(opts ...trigger.Option) *trigger.Triggers {
			triggers, err := trigger.New(conn.Dialect, ent.VersionedTables(), append(opts, trigger.For("User", "Pet"))...)
			require.NoError(t, err)
			return triggers
		}
		require.ErrorContains(t, triggers().Create(ctx, s.Pool), "migrate first")
		require.NoError(t, s.Schema.Create(ctx, triggers().Migrate(s.Pool)))
		problems := func(tr *trigger.Triggers) (problems []trigger.Problem) {
			findings, err := tr.Check(ctx, s.Pool)
			require.NoError(t, err)
			for _, f := range findings {
				assert.ErrorContains(t, f, f.Table)
				problems = append(problems, f.Problem)
			}
			return problems
		}
		assert.Empty(t, problems(triggers()))
		require.NoError(t, triggers().Create(ctx, s.Pool), "again")
		assert.Equal(t, []trigger.Problem{trigger.Outdated, trigger.Outdated}, problems(triggers(trigger.Refusing())))
		require.NoError(t, triggers(trigger.Refusing()).Create(ctx, s.Pool))
		assert.Empty(t, problems(triggers(trigger.Refusing())))

		require.NoError(t, triggers().Drop(ctx, s.Pool))
		require.NoError(t, triggers().Drop(ctx, s.Pool), "again")
		assert.Equal(t, []trigger.Problem{trigger.Missing, trigger.Missing}, problems(triggers()))
		for _, statement := range append(triggers().SQL(), triggers().SQL()...) {
			s.exec(t, statement)
		}
		assert.Empty(t, problems(triggers()), "as a migration file creates them, twice")
		if conn.Dialect == dialect.Postgres {
			s.exec(t, "ALTER TABLE users DISABLE TRIGGER entocc_users")
			assert.Equal(t, []trigger.Problem{trigger.Disabled}, problems(triggers()))
			s.exec(t, "ALTER TABLE users ENABLE TRIGGER entocc_users")
		}
		for _, statement := range triggers().DropSQL() {
			s.exec(t, statement)
		}
		assert.Len(t, problems(triggers()), 2)
	})
}

func TestTrigger_RefusesWhatItCannotGuardAndCreatesNothing(t *testing.T) {
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s := open(t, conn)
		ctx := t.Context()
		createTables(t, s.Client)
		triggers, err := trigger.New(conn.Dialect, ent.VersionedTables(), trigger.For("Card", "Pet", "User"))
		require.NoError(t, err)
		foreign := map[string]string{
			dialect.SQLite: "CREATE TRIGGER entocc_users AFTER DELETE ON users BEGIN SELECT 1; END",
			dialect.MySQL:  "CREATE TRIGGER entocc_users AFTER DELETE ON users FOR EACH ROW SET @x = 1",
			dialect.Postgres: "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; " +
				"CREATE TRIGGER entocc_users BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION theirs()",
		}
		s.exec(t, foreign[conn.Dialect])
		err = triggers.Create(ctx, s.Pool)
		var finding *trigger.Error
		require.ErrorAs(t, err, &finding)
		assert.Equal(t, trigger.Foreign, finding.Problem)
		require.NoError(t, triggers.Drop(ctx, s.Pool), "leaves it")
		findings, err := triggers.Check(ctx, s.Pool)
		require.NoError(t, err)
		require.Len(t, findings, 3)
		assert.Equal(t, trigger.Missing, findings[0].Problem, "nothing was created")
		assert.Equal(t, trigger.Foreign, findings[2].Problem)
	})
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s := open(t, conn)
		users, err := trigger.New(conn.Dialect, ent.VersionedTables(), trigger.For("User"))
		require.NoError(t, err)
		s.exec(t, "CREATE TABLE people (id int, version varchar(20))")
		s.exec(t, "CREATE VIEW users AS SELECT * FROM people")
		require.ErrorContains(t, users.Create(t.Context(), s.Pool), "is a view")
		s.exec(t, "DROP VIEW users")
		s.exec(t, "CREATE TABLE users (id int, version varchar(20))")
		require.ErrorContains(t, users.Create(t.Context(), s.Pool), "its version is an integer")
	})
}
