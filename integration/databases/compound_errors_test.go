package databases_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
)

func TestCompound_ErrorsLeaveNoTransactionBehind(t *testing.T) {
	for name, params := range map[string]string{"driver's defaults": "", "interpolateParams": "&interpolateParams=true"} {
		for _, level := range []string{"READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE"} {
			t.Run(name+", "+level, func(t *testing.T) {
				c := openCompound(t, params+"&tx_isolation='"+level+"'")
				require.NoError(t, c.theirs.User.Create().SetName("other").SetEmail("taken").Exec(t.Context()))
				u := c.theirs.user(t, "before")
				err := c.User.UpdateOne(u).SetEmail("taken").Exec(t.Context())
				assert.True(t, ent.IsConstraintError(err), "%v", err)
				c.assertCompound(t, "ROLLBACK")
				err = c.User.UpdateOne(u).SetName(strings.Repeat("long", 100)).Exec(t.Context())
				require.ErrorContains(t, err, "Error 1406")
				c.assertUntouched(t, u.ID)
			})
		}
	}
}

func TestCompound_ReadOnlySessionIsAnError(t *testing.T) {
	c := openCompound(t, "&tx_read_only=1")
	u := c.theirs.user(t, "before")
	require.ErrorContains(t, c.User.UpdateOne(u).SetName("mine").Exec(t.Context()), "Error 1792")
	c.assertUntouched(t, u.ID)
}

func TestCompound_LockTimeoutIsNoConflict(t *testing.T) {
	c := openCompound(t, "&innodb_lock_wait_timeout=0")
	u := c.theirs.user(t, "before")
	tx := c.theirs.tx(t)
	require.NoError(t, tx.User.UpdateOne(u).SetName("theirs").Exec(t.Context()))
	err := c.User.UpdateOne(u).SetName("mine").Exec(t.Context())
	assert.Equal(t, entocc.KindLockTimeout, entocc.Classify(err).Kind, "%v", err)
	c.assertCompound(t, "ROLLBACK")
	require.NoError(t, tx.Rollback())
	c.assertUntouched(t, u.ID)
}

// A save whose trigger waits for a row of a transaction, which then waits for the saved row.
func TestCompound_DeadlockIsToldAsOne(t *testing.T) {
	c := openCompound(t, "")
	first, second := c.theirs.user(t, "before"), c.theirs.user(t, "second")
	c.exec(t, "CREATE TABLE counts (id int PRIMARY KEY, n int)")
	c.exec(t, "INSERT INTO counts VALUES (1, 0)")
	c.exec(t, "CREATE TRIGGER counting AFTER UPDATE ON users FOR EACH ROW UPDATE counts SET n = n + 1 WHERE id = 1")
	tx := c.theirs.tx(t)
	for range 5 { // The server picks the transaction that has written least.
		require.NoError(t, tx.User.Create().SetName("more").Exec(t.Context()))
	}
	require.NoError(t, tx.User.UpdateOne(second).SetName("theirs").Exec(t.Context()), "locks the count")

	blocked := make(chan error, 1)
	go func() { blocked <- c.User.UpdateOne(first).SetName("mine").Exec(t.Context()) }()
	awaitLockWait(t, c.theirs)
	require.NoError(t, tx.User.UpdateOne(first).SetName("theirs").Exec(t.Context()))
	require.NoError(t, tx.Rollback())
	mine := <-blocked
	assert.Equal(t, entocc.KindDeadlock, entocc.Classify(mine).Kind, "%v", mine)
	assert.True(t, entocc.IsRetryable(mine))
	c.assertUntouched(t, first.ID)
}

// A server does not run the handlers of a compound statement that is killed between two of its parts.
func TestCompound_KilledStatementLeavesNoTransactionBehind(t *testing.T) {
	for _, kill := range []string{"KILL QUERY ", "KILL CONNECTION ", "max_statement_time"} {
		t.Run(kill, func(t *testing.T) {
			c := openCompound(t, "")
			u := c.theirs.user(t, "before")
			c.exec(t, "CREATE TRIGGER waiting AFTER UPDATE ON users FOR EACH ROW DO SLEEP(IF(NEW.name = 'mine', 60, 0))")
			id := c.connection(t)
			if kill == "max_statement_time" {
				_, err := c.Pool.ExecContext(t.Context(), "SET max_statement_time = 0.1")
				require.NoError(t, err)
			}
			failed := make(chan error, 1)
			go func() { failed <- c.User.UpdateOne(u).SetName("mine").Exec(t.Context()) }()
			if kill != "max_statement_time" {
				c.awaitState(t, id, "User sleep")
				c.exec(t, kill+"?", id)
			}
			err := <-failed
			require.Error(t, err)
			assert.False(t, ent.IsRecordModified(err), "%v", err)
			c.assertUntouched(t, u.ID)
		})
	}
}

// awaitState waits until the server reports this state for a connection.
func (c compound) awaitState(t *testing.T, id int64, state string) {
	t.Helper()
	require.Eventually(t, func() bool {
		var there bool
		return c.theirs.Pool.QueryRowContext(t.Context(),
			"SELECT EXISTS (SELECT 1 FROM information_schema.processlist WHERE id = ? AND state = ?)", id, state).Scan(&there) == nil && there
	}, time.Minute, 5*time.Millisecond)
}

func TestCompound_CancelledStatementLeavesNothingBehind(t *testing.T) {
	c := openCompound(t, "")
	u := c.theirs.user(t, "before")
	c.exec(t, "CREATE TRIGGER waiting AFTER UPDATE ON users FOR EACH ROW DO SLEEP(IF(NEW.name = 'mine', 60, 0))")
	id := c.connection(t)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { failed <- c.User.UpdateOne(u).SetName("mine").Exec(ctx) }()
	c.awaitState(t, id, "User sleep")
	cancel()
	err := <-failed
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, ent.IsRecordModified(err), "%v", err)
	c.exec(t, "KILL QUERY ?", id) // The server notices the broken connection only when the sleep is over.
	c.assertUntouched(t, u.ID)
}

// While a backup holds back commits, a COMMIT fails when it times out or its connection ends.
func TestCompound_FailedCommitIsNoSuccess(t *testing.T) {
	for _, how := range []string{"lock_wait_timeout", "KILL QUERY "} {
		t.Run(how, func(t *testing.T) {
			c := openCompound(t, map[bool]string{true: "&lock_wait_timeout=1"}[how == "lock_wait_timeout"])
			u := c.theirs.user(t, "before")
			known, err := c.User.Create().SetName("known").Save(t.Context())
			require.NoError(t, err)
			require.NoError(t, c.User.UpdateOne(known).SetName("asked").Exec(t.Context()))
			id := c.connection(t)
			end := c.holdCommits(t)
			failed := make(chan error, 1)
			go func() { failed <- c.User.UpdateOne(u).SetName("mine").Exec(t.Context()) }()
			if how != "lock_wait_timeout" {
				c.awaitState(t, id, "Waiting for backup lock")
				c.exec(t, how+"?", id)
			}
			err = <-failed
			end()
			require.Error(t, err)
			assert.False(t, ent.IsRecordModified(err), "%v", err)
			assert.Equal(t, how == "lock_wait_timeout", entocc.Classify(err).Kind == entocc.KindLockTimeout, "%v", err)
			c.assertCompound(t, "COMMIT")
			c.assertUntouched(t, u.ID)
		})
	}
}

// holdCommits keeps every transaction of the server from committing until end is called.
func (c compound) holdCommits(t *testing.T) (end func()) {
	t.Helper()
	backup, err := c.theirs.Pool.Conn(t.Context())
	require.NoError(t, err)
	stage := func(name string) {
		_, err := backup.ExecContext(context.WithoutCancel(t.Context()), "BACKUP STAGE "+name)
		require.NoError(t, err)
	}
	stage("START")
	stage("BLOCK_COMMIT")
	return func() {
		stage("END")
		require.NoError(t, backup.Close())
	}
}

// panicking is a driver whose rows can't be scanned.
type panicking struct{ *entsql.Driver }

func (p panicking) Pin(ctx context.Context) (hook.Pinned, error) {
	conn, err := hook.Pin(ctx, p.Driver)
	return panickingConn{conn}, err
}

type panickingConn struct{ hook.Pinned }

func (c panickingConn) Query(ctx context.Context, query string, args, v any) error {
	err := c.Pinned.Query(ctx, query, args, v)
	if rows, ok := v.(*entsql.Rows); ok && err == nil && strings.Contains(query, "; UPDATE ") {
		rows.ColumnScanner = panickingRows{rows.ColumnScanner}
	}
	return err
}

type panickingRows struct{ entsql.ColumnScanner }

func (panickingRows) Scan(...any) error { panic("the caller's scanner") }

func TestCompound_PanicLeavesNoTransactionBehind(t *testing.T) {
	c := openCompound(t, "")
	u := c.theirs.user(t, "before")
	client := ent.NewClient(ent.Driver(panicking{entsql.OpenDB(dialect.MySQL, c.Pool)}))
	assert.Panics(t, func() { _ = client.User.UpdateOne(u).SetName("mine").Exec(t.Context()) })
	c.assertUntouched(t, u.ID)
}

// An error after the row is an error, although nobody reads further results.
func TestCompound_ErrorAfterTheRowIsRead(t *testing.T) {
	c := openCompound(t, "")
	rows := &entsql.Rows{}
	require.NoError(t, entsql.OpenDB(dialect.MySQL, c.Pool).Query(t.Context(),
		"BEGIN NOT ATOMIC SELECT ?; SIGNAL SQLSTATE '45000'; END", []any{1}, rows))
	require.True(t, rows.Next())
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
	require.ErrorContains(t, rows.Close(), "Error 1644")
}

// assertUntouched asserts that the User is as it was made, and that no transaction is open on the connection.
func (c compound) assertUntouched(t *testing.T, id int) {
	t.Helper()
	var open int
	require.NoError(t, c.Pool.QueryRowContext(t.Context(), "SELECT @@in_transaction").Scan(&open))
	assert.Zero(t, open, "a transaction is still open on a connection of the pool")
	u := c.theirs.load(t, id)
	assert.Equal(t, "before", u.Name)
	assert.EqualValues(t, 1, u.Version)
	require.NoError(t, c.theirs.User.UpdateOne(u).SetName("after").Exec(t.Context()), "nobody holds a lock on the row")
}

func (c compound) connection(t *testing.T) (id int64) {
	t.Helper()
	require.NoError(t, c.Pool.QueryRowContext(t.Context(), "SELECT CONNECTION_ID()").Scan(&id))
	return id
}
