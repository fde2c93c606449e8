package verify_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted is a transaction that records the statements that it sends.
type counted struct {
	dialect.Tx
	sent []string
}

func (c *counted) Query(ctx context.Context, query string, args, v any) error {
	c.sent = append(c.sent, query)
	return c.Tx.Query(ctx, query, args, v)
}

// openUsers opens a database with two users.
func openUsers(t *testing.T) *sql.Driver {
	t.Helper()
	drv, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "verify.db")+"?_busy_timeout=1000")
	require.NoError(t, err)
	t.Cleanup(func() { _ = drv.Close() })
	for _, query := range []string{"CREATE TABLE users (id INTEGER, version INTEGER)", "CREATE TABLE pets (id INTEGER)", "INSERT INTO users VALUES (1, 1), (2, 1)"} {
		require.NoError(t, drv.Exec(t.Context(), query, []any{}, nil))
	}
	return drv
}

// verifying begins a transaction that verifies one row of a table.
func verifying(t *testing.T) (*verify.VerifyingTx, *counted) {
	t.Helper()
	drv := openUsers(t)
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	c := &counted{Tx: tx}
	return verify.Verify(c, drv, row(1, 1)), c
}

var users = &version.Schema{Type: "User", Table: "users", Keys: []string{"id"}, Field: "version", Column: "version", Strategy: version.Counter{}}

// row is a user that was read with a version.
func row(id int, v int64) *verify.Verified {
	return &verify.Verified{Schema: users, ID: id, Table: "users", Columns: []string{"id"}, Values: []any{id}, Version: v}
}

func exec(t *testing.T, tx dialect.Tx, query string) {
	t.Helper()
	require.NoError(t, tx.Exec(t.Context(), query, []any{}, nil))
}

func TestVerify_RowIsCheckedOnceBeforeTheFirstWrite(t *testing.T) {
	tx, sent := verifying(t)
	exec(t, tx, "SELECT 1")
	assert.Empty(t, sent.sent, "no write")
	exec(t, tx, "UPDATE pets SET id = 1")
	assert.Len(t, sent.sent, 1, "a trigger may write to any table")
	for range 2 {
		exec(t, tx, "UPDATE users SET version = version + 1 WHERE id = 1")
		assert.Len(t, sent.sent, 1)
	}
	require.NoError(t, tx.Commit())
	assert.Len(t, sent.sent, 1)
}

// A row lock that was taken after a savepoint is released with it, so the row is checked before the savepoint.
func TestVerify_SavepointComesAfterTheCheck(t *testing.T) {
	tx, sent := verifying(t)
	exec(t, tx, "SAVEPOINT s")
	assert.Len(t, sent.sent, 1)
	exec(t, tx, "UPDATE users SET version = 2 WHERE id = 1")
	exec(t, tx, "ROLLBACK TO SAVEPOINT s")
	require.NoError(t, tx.Commit())
	assert.Len(t, sent.sent, 1)
}

func TestVerify_RowOfASavepointIsCheckedAgain(t *testing.T) {
	tx, _ := verifying(t)
	exec(t, tx, "SAVEPOINT s")
	verify.Verify(tx, nil, row(1, 7))
	exec(t, tx, "ROLLBACK TO SAVEPOINT s")
	err := tx.Commit()
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	assert.True(t, verify.Ended(tx))
}

// A lock that was taken within a savepoint is lost with it, and the row is checked again before the commit. If the
// savepoint was released, the lock stays until the enclosing one is undone.
func TestVerify_LockGoesWithItsSavepoint(t *testing.T) {
	for name, s := range map[string]struct {
		before, after []string
		checks        int
	}{
		"undone":                    {[]string{"SAVEPOINT s"}, []string{"ROLLBACK TO SAVEPOINT s"}, 2},
		"undone twice":              {[]string{"SAVEPOINT s"}, []string{"ROLLBACK TO SAVEPOINT s", "UPDATE pets SET id = 1", "ROLLBACK TO SAVEPOINT s"}, 3},
		"one within is undone":      {[]string{"SAVEPOINT s"}, []string{"SAVEPOINT t", "ROLLBACK TO SAVEPOINT t"}, 1},
		"another is undone":         {[]string{"SAVEPOINT r", "SAVEPOINT s"}, []string{"ROLLBACK TO r"}, 2},
		"released":                  {[]string{"SAVEPOINT s"}, []string{"RELEASE SAVEPOINT s"}, 1},
		"released, the outer gone":  {[]string{"SAVEPOINT r", "SAVEPOINT s"}, []string{"RELEASE s", "ROLLBACK TO r"}, 2},
		"one of its name released":  {[]string{"SAVEPOINT s"}, []string{"SAVEPOINT s", "RELEASE s", "ROLLBACK TO s"}, 2},
		"released, then one undone": {[]string{"SAVEPOINT s"}, []string{"RELEASE s", "SAVEPOINT t", "ROLLBACK TO t"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			tx, sent := verifying(t)
			for _, query := range s.before {
				exec(t, tx, query)
			}
			verify.Verify(tx, nil, row(2, 1))
			sent.sent = nil
			exec(t, tx, "UPDATE pets SET id = 1")
			for _, query := range s.after {
				exec(t, tx, query)
			}
			require.NoError(t, tx.Commit())
			assert.Len(t, sent.sent, s.checks)
		})
	}
}

// Two types can share one table. Each has its own version to check.
func TestVerify_RowsOfOneTableAreThoseOfTheirTypes(t *testing.T) {
	tx, _ := verifying(t)
	other := row(1, 7)
	other.Schema = &version.Schema{Type: "Admin", Table: "users", Keys: []string{"id"}, Field: "id", Column: "id", Strategy: version.Counter{}}
	verify.Verify(tx, nil, other)
	verify.Verify(tx, nil, row(1, 1))
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, tx.Commit(), &modified, "what is said of the User does not replace what was said of the Admin")
	assert.Equal(t, "Admin", modified.Type)
	assert.Equal(t, int64(1), modified.Actual)
}

// locking is a transaction of a database that has row locks.
func locking(d string) (*verify.VerifyingTx, *drivertest.Sent) {
	sent := &drivertest.Sent{Name: d}
	return verify.Verify(dialect.NopTx(sent), sent, row(1, 1)), sent
}

// Rows of the table that a statement writes are locked like the statement locks them, all others so that others can
// still lock them.
func TestVerify_LocksAsTheStatementWill(t *testing.T) {
	for query, lock := range map[string]string{
		"UPDATE users SET name = 'x'":  "FOR NO KEY UPDATE",
		"DELETE FROM users":            "FOR NO KEY UPDATE",
		"UPDATE pets SET name = 'x'":   "FOR SHARE",
		"INSERT INTO users VALUES (1)": "FOR SHARE",
		"INSERT INTO users VALUES (1) ON CONFLICT DO UPDATE SET name = 'x'": "FOR NO KEY UPDATE",
		"INSERT INTO pets VALUES (1)":                                       "FOR SHARE",
		"SAVEPOINT s":                                                       "FOR NO KEY UPDATE",
		"CALL f()":                                                          "FOR NO KEY UPDATE",
		"WITH u AS (DELETE FROM users RETURNING id) SELECT 1":               "FOR NO KEY UPDATE",
	} {
		tx, sent := locking(dialect.Postgres)
		require.Error(t, tx.Exec(t.Context(), query, []any{}, nil))
		require.Len(t, sent.Statements, 1, query)
		assert.Contains(t, sent.Statements[0], lock+" ", query)
	}
	for _, query := range []string{"SELECT 1", "SHOW x", "WITH u AS (SELECT 1) SELECT 1", "RELEASE SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"} {
		tx, sent := locking(dialect.Postgres)
		_ = tx.Exec(t.Context(), query, []any{}, nil)
		for _, statement := range sent.Statements {
			assert.NotContains(t, statement, " FOR ", query)
		}
	}
}

// refused is the error for a lock in a read-only transaction.
type refused struct{ text, state string }

func (r refused) Error() string    { return r.text }
func (r refused) SQLState() string { return r.state }

// readOnly is a transaction that takes no locks.
type readOnly struct {
	dialect.Tx
	err error
}

func (r readOnly) Query(context.Context, string, any, any) error { return r.err }

// A read-only transaction has nothing to commit. Its rows are checked outside of it, and that check decides.
func TestVerify_OfATransactionThatMayOnlyReadIsMadeOutsideOfIt(t *testing.T) {
	for _, err := range []error{
		refused{"cannot execute SELECT FOR SHARE in a read-only transaction", "25006"},
		errors.New("Error 1792 (25006): Cannot execute statement in a READ ONLY transaction"),
		errors.New("attempt to write a readonly database"),
	} {
		for v, modified := range map[int64]bool{1: false, 2: true} {
			drv := openUsers(t)
			tx, terr := drv.Tx(t.Context())
			require.NoError(t, terr)
			got := verify.Verify(readOnly{tx, err}, drv, row(1, v)).Commit()
			assert.Equal(t, modified, entocc.IsRecordModified(got), "%v: %v", err, got)
			if !modified {
				assert.NoError(t, got)
			}
		}
	}
	drv := openUsers(t)
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	other := refused{"permission denied for table users", "42501"}
	require.ErrorIs(t, verify.Verify(readOnly{tx, other}, drv, row(1, 1)).Commit(), other)
}

func TestVerifyNow_ChecksAndLocksAtOnce(t *testing.T) {
	drv := openUsers(t)
	for v, modified := range map[int64]bool{1: false, 2: true} {
		tx, err := drv.Tx(t.Context())
		require.NoError(t, err)
		assert.Equal(t, modified, entocc.IsRecordModified(verify.VerifyNow(tx, drv, row(1, v))))
		require.NoError(t, tx.Rollback())
	}
	sent := &drivertest.Sent{Name: dialect.Postgres}
	require.Error(t, verify.VerifyNow(dialect.NopTx(sent), sent, row(1, 1)))
	assert.Contains(t, sent.Statements[0], "FOR NO KEY UPDATE ")
}

// If a row is read again, the later version counts. Two versions in one call stay two.
func TestVerify_RowThatIsReadAgainTakesTheEarlierOnesPlace(t *testing.T) {
	tx, sent := verifying(t)
	verify.Verify(tx, nil, row(2, 7))
	verify.Verify(tx, nil, row(2, 1))
	exec(t, tx, "UPDATE pets SET id = 1")
	assert.Len(t, sent.sent, 2)
	verify.Verify(tx, nil, row(2, 1))
	require.NoError(t, tx.Commit())
	assert.Len(t, sent.sent, 2, "it is known to have this version")

	tx, _ = verifying(t)
	verify.Verify(tx, nil, row(2, 1), row(2, 7))
	require.True(t, entocc.IsRecordModified(tx.Commit()))
}

// A savepoint that was refused is not there, so undoing it makes nothing good.
func TestVerify_RowThatRefusesASavepointIsRefusedAtTheCommit(t *testing.T) {
	drv := openUsers(t)
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	v := verify.Verify(tx, drv, row(1, 7))
	require.True(t, entocc.IsRecordModified(v.Exec(t.Context(), "SAVEPOINT s", []any{}, nil)))
	require.Error(t, v.Exec(t.Context(), "ROLLBACK TO SAVEPOINT s", []any{}, nil))
	err = v.Commit()
	require.True(t, entocc.IsRecordModified(err), "%v", err)
}

// A row without a version has none that anybody read.
func TestVerify_RowWithoutAVersionIsAConflict(t *testing.T) {
	drv := openUsers(t)
	require.NoError(t, drv.Exec(t.Context(), "INSERT INTO users VALUES (3, NULL)", []any{}, nil))
	for _, id := range []int{3, 4} {
		tx, err := drv.Tx(t.Context())
		require.NoError(t, err)
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, verify.Verify(tx, drv, row(id, 1)).Commit(), &modified)
		assert.Equal(t, id == 3, errors.Is(modified, version.ErrNull))
		assert.Equal(t, id == 4, modified.Deleted)
		assert.Nil(t, modified.Actual)
	}
}

// A transaction that can't be rolled back says so, beside the conflict.
func TestVerify_RollbackThatFailsIsReportedWithTheConflict(t *testing.T) {
	lost := errors.New("the connection is gone")
	drv := &drivertest.Altered{Driver: openUsers(t), Fails: func(query string, _ []any) error {
		if query == "ROLLBACK" {
			return lost
		}
		return nil
	}}
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	err = verify.Verify(tx, drv, row(1, 7)).Commit()
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	require.ErrorContains(t, err, lost.Error())
}

// The nodes of a cluster see of a transaction what it has written, so it bumps the rows that it has only read: those that still have
// the version that was read, and no others.
func TestVerify_RowsAreBumpedForTheOtherNodesOfACluster(t *testing.T) {
	for _, cluster := range []bool{true, false} {
		drv := openUsers(t)
		node := &drivertest.Altered{Driver: drv, Name: dialect.MySQL, Cluster: cluster}
		begin := func() dialect.Tx {
			tx, err := node.Tx(t.Context())
			require.NoError(t, err)
			return session.NamedTx(session.NewSession(), tx, node)
		}
		require.NoError(t, verify.Verify(begin(), node, row(1, 1)).Commit())
		var bumped []int
		var rows sql.Rows
		require.NoError(t, drv.Query(t.Context(), "SELECT version FROM users ORDER BY id", []any{}, &rows))
		require.NoError(t, sql.ScanSlice(&rows, &bumped))
		require.NoError(t, rows.Close())
		if !cluster {
			assert.Equal(t, []int{1, 1}, bumped)
			continue
		}
		assert.Equal(t, []int{2, 1}, bumped)
		assert.Zero(t, node.Count("SELECT `version`"), "a row that was bumped is locked")
		for _, stale := range []*verify.Verified{row(1, 1), row(9, 1)} {
			err := verify.Verify(begin(), node, stale).Commit()
			require.True(t, entocc.IsRecordModified(err), "%v", err)
		}
		node.Fails = func(query string, _ []any) error {
			if strings.HasPrefix(query, "UPDATE") {
				return context.Canceled
			}
			return nil
		}
		require.ErrorIs(t, verify.Verify(begin(), node, row(2, 1)).Commit(), context.Canceled)
	}
}

// The commit of a transaction that is none of a client's is not seen, and the other nodes of a cluster see no locks.
func TestVerifyNow_IsRefusedOnACluster(t *testing.T) {
	for _, cluster := range []bool{true, false} {
		node := &drivertest.Altered{Driver: openUsers(t), Name: dialect.MySQL, Cluster: cluster}
		tx, err := node.Tx(t.Context())
		require.NoError(t, err)
		err = verify.VerifyNow(tx, node, row(1, 1))
		assert.Equal(t, cluster, entocc.IsVersionError(err), "%v", err)
		assert.Equal(t, cluster, err != nil)
		require.NoError(t, tx.Rollback())
	}
	node := &drivertest.Altered{Driver: openUsers(t), Name: dialect.MySQL, Fails: func(query string, _ []any) error {
		if strings.HasPrefix(query, "SHOW ") {
			return context.Canceled
		}
		return nil
	}}
	tx, err := node.Tx(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	require.ErrorIs(t, verify.VerifyNow(tx, node, row(1, 1)), context.Canceled, "it is not known to be none")
}
