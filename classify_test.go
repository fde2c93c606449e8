package entocc_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	sqlite3 "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
)

// table opens a database in a file with a table of one row.
func table(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "a.db")+"?_journal_mode=WAL&_busy_timeout=0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL); INSERT INTO t VALUES (1, 1)")
	require.NoError(t, err)
	return db
}

func begin(t *testing.T, db *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func TestClassify_SQLiteSnapshotThatIsOldIsModified(t *testing.T) {
	db := table(t)
	tx := begin(t, db)
	var v int
	require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT v FROM t").Scan(&v))
	_, err := db.ExecContext(t.Context(), "UPDATE t SET v = 2")
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "UPDATE t SET v = 3")

	assert.ErrorContains(t, err, "locked", "the text is the same as for busy")
	assert.Equal(t, entocc.Class{Kind: entocc.KindModified, TxDead: true}, entocc.Classify(err))
	assert.Equal(t, entocc.KindModified, entocc.Classify(fmt.Errorf("wrapped: %w", errors.Join(context.Canceled, err))).Kind)
	assert.True(t, entocc.IsRetryable(err))
}

func TestClassify_SQLiteLockIsBusy(t *testing.T) {
	db := table(t)
	tx := begin(t, db)
	_, err := tx.ExecContext(t.Context(), "UPDATE t SET v = 3")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE t SET v = 2")
	assert.Equal(t, entocc.Class{Kind: entocc.KindBusy}, entocc.Classify(err))
	assert.True(t, entocc.IsRetryable(err))
}

func TestClassify_SQLiteSharedCacheLockIsBusy(t *testing.T) {
	err := sqlite3.Error{Code: sqlite3.ErrLocked, ExtendedCode: sqlite3.ErrNoExtended(6 | 1<<8)}
	assert.Equal(t, entocc.KindBusy, entocc.Classify(err).Kind)
}

func TestClassify_SQLiteConstraintIsOther(t *testing.T) {
	db := table(t)
	_, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (1, 1)")
	require.Error(t, err)
	assert.Equal(t, entocc.Class{}, entocc.Classify(err))
	assert.False(t, entocc.IsRetryable(err))
}

// modernc's error is a pointer with a method for the extended code. Its package is not linked here.
func TestClassify_ErrorsOfNoDriverAreOther(t *testing.T) {
	for _, err := range []error{nil, errors.New("database is locked"), sql.ErrNoRows, sql.ErrTxDone, context.DeadlineExceeded} {
		assert.Equal(t, entocc.Class{}, entocc.Classify(err), "%v", err)
	}
}

// sqlStateError is what the errors of lib/pq and pgx have in common. The module integration tests the drivers themselves.
type sqlStateError struct {
	code, text string
	// File is the server's source file, as pgconn.PgError has it.
	File string
}

func (e *sqlStateError) Error() string    { return e.text }
func (e *sqlStateError) SQLState() string { return e.code }

func TestClassify_PostgreSQL(t *testing.T) {
	for _, row := range []struct {
		why  string
		err  *sqlStateError
		want entocc.Kind
	}{
		{"a row that the statement was to write", &sqlStateError{"40001", "could not serialize access due to concurrent update", ""}, entocc.KindModified},
		{"the same, deleted", &sqlStateError{"40001", "could not serialize access due to concurrent delete", ""}, entocc.KindModified},
		{"the same in another language", &sqlStateError{"40001", "konnte Zugriff nicht serialisieren", "nodeModifyTable.c"}, entocc.KindModified},
		{"any rows", &sqlStateError{"40001", "could not serialize access due to read/write dependencies among transactions", ""}, entocc.KindSerialization},
		{"the same with its file", &sqlStateError{"40001", "konnte Zugriff nicht serialisieren", "predicate.c"}, entocc.KindSerialization},
		{"a standby", &sqlStateError{"40001", "canceling statement due to conflict with recovery", ""}, entocc.KindSerialization},
		{"a deadlock", &sqlStateError{"40P01", "deadlock detected", ""}, entocc.KindDeadlock},
		{"a lock", &sqlStateError{"55P03", "could not obtain lock on row", ""}, entocc.KindLockTimeout},
		{"a consequence", &sqlStateError{"25P02", "current transaction is aborted", ""}, entocc.KindOther},
		{"a constraint", &sqlStateError{"23505", "duplicate key value", ""}, entocc.KindOther},
	} {
		class := entocc.Classify(fmt.Errorf("wrapped: %w", row.err))
		assert.Equal(t, row.want, class.Kind, row.why)
		assert.True(t, class.TxDead, "%s: any error aborts the transaction", row.why)
	}
}

// MySQLError has the name and the shape of go-sql-driver's error.
type MySQLError struct{ Number uint16 }

// Error implements error.
func (e *MySQLError) Error() string { return fmt.Sprintf("Error %d", e.Number) }

// The outcome is unknown only if the server keeps the transaction open.
func TestNameRollback_NamesATransactionThatIsLeftOpen(t *testing.T) {
	refused := entocc.NameRollback(&MySQLError{1047})
	assert.True(t, entocc.IsOutcomeUnknown(refused))
	for _, rolledBack := range []error{nil, sql.ErrTxDone, driver.ErrBadConn, &MySQLError{1213}, fmt.Errorf("wrapped: %w", &MySQLError{1020})} {
		err := entocc.NameRollback(rolledBack)
		assert.Equal(t, rolledBack, err)
		assert.False(t, entocc.IsOutcomeUnknown(err), "%v", err)
	}
}

func TestClassify_MySQL(t *testing.T) {
	for number, want := range map[uint16]entocc.Class{
		1020: {Kind: entocc.KindModified, TxDead: true, RolledBack: true},
		1213: {Kind: entocc.KindDeadlock, TxDead: true, RolledBack: true},
		1205: {Kind: entocc.KindLockTimeout},
		1206: {TxDead: true, RolledBack: true},
		3572: {Kind: entocc.KindLockTimeout},
		1062: {},
	} {
		assert.Equal(t, want, entocc.Classify(fmt.Errorf("wrapped: %w", &MySQLError{number})), number)
	}
}

func TestKind_HasAName(t *testing.T) {
	assert.Equal(t, "lock timeout", entocc.KindLockTimeout.String())
	assert.Equal(t, "unknown", entocc.Kind(99).String())
}
