package session_test

import (
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
)

// SQLite rolled the transaction back itself: none could be left open.
func TestRollback_OfWhatSQLiteHasRolledBackIsKnown(t *testing.T) {
	drv, err := sql.Open(dialect.SQLite, "file:rolledback?mode=memory&cache=shared")
	require.NoError(t, err)
	defer drv.Close()
	ctx := t.Context()
	require.NoError(t, drv.Exec(ctx, "CREATE TABLE t (id integer PRIMARY KEY)", []any{}, nil))
	tx, err := session.Named(&session.Session{}, drv).Tx(ctx)
	require.NoError(t, err)
	require.NoError(t, tx.Exec(ctx, "INSERT INTO t VALUES (1)", []any{}, nil))
	require.Error(t, tx.Exec(ctx, "INSERT OR ROLLBACK INTO t VALUES (1)", []any{}, nil))
	err = tx.Rollback()
	assert.False(t, entocc.IsOutcomeUnknown(err), "%v", err)
}
