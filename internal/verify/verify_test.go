package verify_test

import (
	"context"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted is a transaction that keeps the statements which it sends.
type counted struct {
	dialect.Tx
	sent []string
}

func (c *counted) Query(ctx context.Context, query string, args, v any) error {
	c.sent = append(c.sent, query)
	return c.Tx.Query(ctx, query, args, v)
}

// verifying begins a transaction that has one row of a table verified.
func verifying(t *testing.T) (*verify.VerifyingTx, *counted) {
	t.Helper()
	drv, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "verify.db")+"?_busy_timeout=1000")
	require.NoError(t, err)
	t.Cleanup(func() { _ = drv.Close() })
	for _, query := range []string{"CREATE TABLE users (id INTEGER, version INTEGER)", "CREATE TABLE pets (id INTEGER)", "INSERT INTO users VALUES (1, 1)"} {
		require.NoError(t, drv.Exec(t.Context(), query, []any{}, nil))
	}
	tx, err := drv.Tx(t.Context())
	require.NoError(t, err)
	c := &counted{Tx: tx}
	v := verify.Verify(c, drv, &verify.Verified{
		Schema: &version.Schema{Type: "User", Field: "version", Column: "version", Strategy: version.Counter{}},
		ID:     1, Table: "users", Columns: []string{"id"}, Values: []any{1}, Version: int64(1),
	})
	return v, c
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

// A row lock that was taken after a savepoint is given back with it, so the row is checked before the savepoint.
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
	verify.Verify(tx, nil, &verify.Verified{
		Schema: &version.Schema{Type: "User", Field: "version", Column: "version", Strategy: version.Counter{}},
		ID:     1, Table: "users", Columns: []string{"id"}, Values: []any{1}, Version: int64(7),
	})
	exec(t, tx, "ROLLBACK TO SAVEPOINT s")
	err := tx.Commit()
	require.True(t, entocc.IsRecordModified(err), "%v", err)
	assert.True(t, verify.Ended(tx))
}
