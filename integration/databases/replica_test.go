package databases_test

import (
	"context"
	stdsql "database/sql"
	"net/url"
	"testing"
	"time"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
)

// lagging is a server that is written to, and a copy that does not have the last write yet.
type lagging struct {
	writer, reader session
	dialect        string
}

// behind returns a User that the writer has at version 2 and the reader at version 1.
func (l lagging) behind(t *testing.T, stop, resume func()) *ent.User {
	t.Helper()
	id := l.writer.user(t, "before").ID
	awaitUser(t, l.reader, id)
	stop()
	t.Cleanup(resume)
	l.writer.overtake(t, id)
	u := l.reader.load(t, id)
	require.EqualValues(t, 1, u.Version, "the reader lags")
	return u
}

// onLagging runs a test on a paused hot standby of PostgreSQL, and on a paused node of Galera.
func onLagging(t *testing.T, test func(*testing.T, lagging, *ent.User)) {
	t.Run("PostgreSQL, hot standby", func(t *testing.T) {
		l := standby(t)
		replay := func(verb string) func() {
			return func() {
				_, err := l.reader.Pool.Exec("SELECT pg_wal_replay_" + verb + "()")
				require.NoError(t, err)
			}
		}
		test(t, l, l.behind(t, replay("pause"), replay("resume")))
	})
	t.Run("Galera, two nodes", func(t *testing.T) {
		dsns := servers.GaleraDatabase(t)
		l := lagging{openMySQL(t, interpolated(t, dsns[0])), openMySQL(t, interpolated(t, dsns[1])), dialect.MySQL}
		createTables(t, l.writer.Client)
		other, err := openMySQL(t, dsns[1]).Pool.Conn(t.Context())
		require.NoError(t, err)
		do := func(query string) func() {
			return func() {
				_, err := other.ExecContext(context.WithoutCancel(t.Context()), query)
				require.NoError(t, err)
			}
		}
		test(t, l, l.behind(t, do("FLUSH TABLES WITH READ LOCK"), func() {
			do("UNLOCK TABLES")()
			require.NoError(t, other.Close())
		}))
	})
}

func standby(t *testing.T) lagging {
	t.Helper()
	primary := servers.PostgresDatabase(t)
	u, err := url.Parse(primary)
	require.NoError(t, err)
	replica, err := url.Parse(servers.PostgresReplica(t))
	require.NoError(t, err)
	replica.Path = u.Path
	l := lagging{openPostgres(t, primary), openPostgres(t, replica.String()), dialect.Postgres}
	createTables(t, l.writer.Client)
	return l
}

func TestReplica_WhatIsReadThereIsRefusedOnTheWriter(t *testing.T) {
	onLagging(t, func(t *testing.T, l lagging, stale *ent.User) {
		_, err := l.writer.User.UpdateOne(stale).SetName("lost").Save(t.Context())
		var modified *ent.UserModifiedError
		require.ErrorAs(t, err, &modified)
		assert.EqualValues(t, 2, modified.Actual)
		assert.True(t, ent.IsRecordModified(l.writer.User.DeleteOne(stale).Exec(t.Context())))
		assert.Equal(t, "theirs", l.writer.load(t, stale.ID).Name)
	})
}

func TestReplica_TakesNoWriteAndCallsItNoConflict(t *testing.T) {
	l := standby(t)
	u := l.writer.user(t, "before")
	awaitUser(t, l.reader, u.ID)
	for _, err := range []error{
		l.reader.load(t, u.ID).Update().SetName("lost").Exec(t.Context()),
		l.reader.load(t, u.ID).Update().AddGroupIDs(1).Exec(t.Context()),
		l.reader.User.DeleteOne(u).Exec(t.Context()),
	} {
		require.ErrorContains(t, err, "read-only transaction")
		assert.False(t, ent.IsRecordModified(err), "%v", err)
		assert.False(t, entocc.IsRetryable(err), "%v", err)
	}
	err := l.reader.RetryTx(t.Context(), func(*ent.Tx) error { return nil },
		entocc.TxOptions(&stdsql.TxOptions{Isolation: stdsql.LevelSerializable}))
	require.Error(t, err)
	assert.False(t, entocc.IsRetryable(err), "%v", err)
}

// splitDriver is the driver from ent's documentation that reads from a replica (entgo.io/docs/faq, "How to configure
// two or more DB to separate read and write").
type splitDriver struct {
	reader, writer *sql.Driver
}

func (d splitDriver) Query(ctx context.Context, query string, args, v any) error {
	if entgo.QueryFromContext(ctx) == nil {
		return d.writer.Query(ctx, query, args, v)
	}
	return d.reader.Query(ctx, query, args, v)
}

func (d splitDriver) Exec(ctx context.Context, query string, args, v any) error {
	return d.writer.Exec(ctx, query, args, v)
}

func (d splitDriver) Tx(ctx context.Context) (dialect.Tx, error) { return d.writer.Tx(ctx) }

func (d splitDriver) BeginTx(ctx context.Context, opts *sql.TxOptions) (dialect.Tx, error) {
	return d.writer.BeginTx(ctx, opts)
}

func (d splitDriver) Dialect() string { return d.writer.Dialect() }
func (splitDriver) Close() error      { return nil }

func TestSplitDriver_GuardsProbesAndReturnsOnTheWriter(t *testing.T) {
	onLagging(t, func(t *testing.T, l lagging, stale *ent.User) {
		client := ent.NewClient(ent.Driver(splitDriver{
			sql.OpenDB(l.dialect, l.reader.Pool), sql.OpenDB(l.dialect, l.writer.Pool),
		}))
		stale = client.User.GetX(t.Context(), stale.ID)
		require.EqualValues(t, 1, stale.Version, "reads go to the replica")
		inQuery := entgo.NewQueryContext(t.Context(), &entgo.QueryContext{}) // as in an interceptor
		for name, ctx := range map[string]context.Context{"plain": t.Context(), "of a query": inQuery} {
			for _, err := range []error{
				stale.Update().SetName("lost").Exec(ctx),
				stale.Update().IfVersion(1).Exec(ctx),
				stale.Update().AddFriendIDs(stale.ID).Exec(ctx),
				stale.Update().ForceIncrement().Exec(ctx),
				client.User.DeleteOne(stale).Exec(ctx),
			} {
				var modified *ent.UserModifiedError
				require.ErrorAs(t, err, &modified, name)
				assert.EqualValues(t, 2, modified.Actual, name)
			}
		}
		u, err := client.User.UpdateOneID(stale.ID).IfVersion(2).SetName("mine").Save(inQuery)
		require.NoError(t, err)
		assert.EqualValues(t, 3, u.Version)
		assert.Equal(t, "mine", u.Name, "what comes back is from the writer")
		u, err = u.Update().AddFriendIDs(u.ID).Save(inQuery)
		require.NoError(t, err)
		assert.EqualValues(t, 4, u.Version)
	})
}

// A conflict between nodes shows up when the second one commits.
func TestGalera_OneOfTwoCommitsWins(t *testing.T) {
	mine, theirs := pairOn(t, galera, repeatableRead)
	u := mine.user(t, "before")
	a, b := mine.tx(t), theirs.tx(t)
	require.NoError(t, a.User.UpdateOne(u).SetName("a").Exec(t.Context()))
	require.NoError(t, b.User.UpdateOne(u).SetName("b").Exec(t.Context()), "writers do not wait for those of another node")
	require.NoError(t, b.Commit())
	err := a.Commit()
	require.Error(t, err)
	assert.True(t, entocc.IsRetryable(err), "%v", err)
	awaitSettled(t, mine, theirs, u.ID)
	got := mine.load(t, u.ID)
	assert.Equal(t, "b", got.Name)
	assert.EqualValues(t, 2, got.Version)
}

// awaitReplayed waits until the standby has what the primary has committed.
func awaitReplayed(t *testing.T, s session, id int, version int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		u, err := s.User.Get(t.Context(), id)
		return err == nil && u.Version == version
	}, time.Minute, time.Millisecond)
}

func TestReplica_ReadAgainIsSaved(t *testing.T) {
	l := standby(t)
	u := l.writer.user(t, "before")
	l.writer.overtake(t, u.ID)
	awaitReplayed(t, l.reader, u.ID, 2)
	_, err := l.writer.User.UpdateOne(l.reader.load(t, u.ID)).SetName("mine").Save(t.Context())
	require.NoError(t, err)
}
