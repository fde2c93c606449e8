package databases_test

import (
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
)

// MariaDB's trap: the server has rolled the transaction back, and runs the next statements in autocommit. This is ent's
// own transaction, which the extension has not completed.
func TestEntsOwnTx_WritesInAutocommitAfterTheDatabaseEndedIt(t *testing.T) {
	for _, name := range []string{mariadbSnapshot, galera + ", innodb_snapshot_isolation"} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, repeatableRead)
			u := mine.user(t, "before")
			tx, err := entsql.OpenDB(dialect.MySQL, mine.Pool).Tx(t.Context())
			require.NoError(t, err)
			rows := &entsql.Rows{}
			require.NoError(t, tx.Query(t.Context(), "SELECT name FROM users", []any{}, rows))
			require.NoError(t, rows.Close())
			theirs.overtake(t, u.ID)
			require.Equal(t, "theirs", mine.load(t, u.ID).Name, "on this node too")

			err = tx.Exec(t.Context(), "UPDATE users SET name = 'mine', version = 2 WHERE id = ? AND version = 1", []any{u.ID}, nil)
			require.True(t, entocc.Classify(err).RolledBack, "%v", err)
			require.NoError(t, tx.Exec(t.Context(), "UPDATE users SET name = 'survivor' WHERE id = ?", []any{u.ID}, nil))
			require.NoError(t, tx.Rollback())
			assert.Equal(t, "survivor", mine.load(t, u.ID).Name, "if this fails, the guard against this trap is no longer needed")
		})
	}
}

func TestTx_ThatTheDatabaseHasEndedRefusesEverything(t *testing.T) {
	for _, name := range []string{mariadbSnapshot, galera + ", innodb_snapshot_isolation"} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, repeatableRead)
			u := mine.user(t, "before")
			tx := mine.tx(t)
			u, err := tx.User.Get(t.Context(), u.ID)
			require.NoError(t, err)
			theirs.overtake(t, u.ID)
			require.Equal(t, "theirs", mine.load(t, u.ID).Name, "on this node too")

			_, err = tx.User.UpdateOne(u).SetName("mine").Save(t.Context())
			assert.True(t, ent.IsRecordModified(err), "%v", err)
			assertEnded(t, mine, tx)
		})
	}
}

// A node commits at once although another node's transaction has the row locked; that one hears about it later.
func TestTx_ThatAnotherNodeHasOvertakenRefusesEverything(t *testing.T) {
	for _, level := range []string{readCommitted, repeatableRead, serializable} {
		t.Run(level, func(t *testing.T) {
			mine, theirs := pairOn(t, galera, level)
			u := mine.user(t, "before")
			tx := mine.tx(t)
			_, err := tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("mine").Save(t.Context())
			require.NoError(t, err, "the other node does not know about it")
			theirs.overtake(t, u.ID)
			require.Equal(t, "theirs", mine.load(t, u.ID).Name, "this node knows it now")

			_, err = tx.User.Get(t.Context(), u.ID)
			assert.Equal(t, entocc.KindDeadlock, entocc.Classify(err).Kind, "%v", err)
			assert.True(t, entocc.IsRetryable(err))
			assertEnded(t, mine, tx)
			assert.Equal(t, "theirs", mine.load(t, u.ID).Name)
		})
	}
}

// With prepared statements, the driver's default, a node may report the end of the transaction when a statement is
// closed, whose answer nobody reads. Then the COMMIT answers nil, and nothing was kept.
func TestGalera_PreparedStatementsAreRefused(t *testing.T) {
	dsn := servers.GaleraDatabase(t)[0]
	prepares, interpolates := openMySQL(t, dsn), openMySQL(t, interpolated(t, dsn))
	createTables(t, interpolates.Client)
	u := interpolates.user(t, "before")
	for name, write := range map[string]func() error{
		"Create":    func() error { return prepares.User.Create().SetName("no").Exec(t.Context()) },
		"UpdateOne": func() error { return prepares.User.UpdateOne(u).SetName("no").Exec(t.Context()) },
		"Update":    func() error { return prepares.User.Update().SetName("no").Exec(t.Context()) },
		"DeleteOne": func() error { return prepares.User.DeleteOne(u).Exec(t.Context()) },
		"Delete":    func() error { _, err := prepares.User.Delete().Exec(t.Context()); return err },
		"batch": func() error {
			_, err := prepares.User.UpdateBulk(prepares.User.UpdateOne(u).SetName("no")).Save(t.Context())
			return err
		},
		"transaction": func() error {
			return prepares.RetryTx(t.Context(), func(tx *ent.Tx) error { return tx.User.UpdateOne(u).SetName("no").Exec(t.Context()) })
		},
		"Modify": func() error {
			_, err := prepares.User.Modify(t.Context(), u.ID, func(_ *ent.User, up *ent.UserUpdateOne) error { up.SetName("no"); return nil })
			return err
		},
	} {
		assert.ErrorContains(t, write(), "interpolateParams=true", name)
	}
	assert.Equal(t, "before", interpolates.load(t, u.ID).Name)
	assert.Equal(t, 1, interpolates.User.Query().CountX(t.Context()))
}

// interpolated makes the driver write arguments into the text of a statement.
func interpolated(t *testing.T, dsn string) string {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	cfg.InterpolateParams = true
	return cfg.FormatDSN()
}

// The error of a query may come with its rows, long after the call that sent it succeeded.
func TestTx_ThatEndedWhileRowsWereReadRefusesEverything(t *testing.T) {
	mine, theirs := pairOn(t, mariadb, serializable)
	first, second := mine.user(t, "first"), mine.user(t, "second")
	a, b := mine.tx(t), theirs.tx(t)
	_, err := a.User.Get(t.Context(), first.ID) // locks the row at this level
	require.NoError(t, err)
	require.NoError(t, b.User.UpdateOneID(second.ID).IfVersion(1).SetName("b").Exec(t.Context()))

	blocked := make(chan error, 1)
	go func() { blocked <- b.User.UpdateOneID(first.ID).IfVersion(1).SetName("b").Exec(t.Context()) }()
	awaitLockWait(t, mine)
	_, err = a.User.Query().All(t.Context())
	require.Equal(t, entocc.KindDeadlock, entocc.Classify(err).Kind, "a has written nothing, so it is the victim: %v", err)
	require.NoError(t, <-blocked)
	require.NoError(t, b.Commit())
	assertEnded(t, mine, a)
}

// assertEnded asserts that nothing more can be written in tx, and that its Commit fails.
func assertEnded(t *testing.T, s session, tx *ent.Tx) {
	t.Helper()
	_, err := tx.User.Create().SetName("survivor").Save(t.Context())
	require.ErrorContains(t, err, "rolled back this transaction")
	assert.True(t, entocc.IsRetryable(err), "%v", err)
	_, err = tx.User.Update().SetName("survivor").Save(t.Context())
	require.ErrorContains(t, err, "rolled back this transaction")
	_, err = tx.User.Query().Count(t.Context())
	require.ErrorContains(t, err, "rolled back this transaction")
	require.ErrorContains(t, tx.Commit(), "rolled back this transaction")
	require.NoError(t, tx.Rollback())

	users, err := s.User.Query().All(t.Context())
	require.NoError(t, err)
	for _, u := range users {
		assert.NotEqual(t, "survivor", u.Name)
	}
}

// awaitLockWait waits until a transaction waits for a lock. The server refreshes its answer only if nobody has asked for 0.1 seconds.
func awaitLockWait(t *testing.T, s session) {
	t.Helper()
	const waiting = "SELECT EXISTS (SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT')"
	require.Eventually(t, func() bool {
		var there bool
		return s.Pool.QueryRowContext(t.Context(), waiting).Scan(&there) == nil && there
	}, time.Minute, 150*time.Millisecond)
}
