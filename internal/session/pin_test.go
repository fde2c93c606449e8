package session_test

import (
	"context"
	stdsql "database/sql"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/session"
)

// onePool is a driver with one connection, identified by the table that it has.
func onePool(t *testing.T) *sql.Driver {
	t.Helper()
	db, err := stdsql.Open("sqlite3", ":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE known (id int)")
	require.NoError(t, err)
	return sql.OpenDB(dialect.SQLite, db)
}

func known(t *testing.T, drv dialect.Driver) error {
	t.Helper()
	return drv.Exec(t.Context(), "INSERT INTO known VALUES (1)", []any{}, nil)
}

func TestPin_KeepsToOneConnectionAndGivesItBack(t *testing.T) {
	drv := onePool(t)
	conn, err := session.Pin(t.Context(), drv)
	require.NoError(t, err)
	require.NoError(t, conn.Exec(t.Context(), "BEGIN", []any{}, nil))
	require.NoError(t, conn.Exec(t.Context(), "ROLLBACK", []any{}, nil), "there is a transaction")
	conn.Release(true)
	require.NoError(t, known(t, drv))
}

func TestPin_ConnectionThatIsNotCleanIsClosed(t *testing.T) {
	drv := onePool(t)
	conn, err := session.Pin(t.Context(), drv)
	require.NoError(t, err)
	require.NoError(t, conn.Exec(t.Context(), "BEGIN", []any{}, nil))
	conn.Release(false)
	require.ErrorContains(t, known(t, drv), "no such table", "a database in memory goes with its connection")
}

// hidden is a driver that may do anything to statements.
type hidden struct{ *sql.Driver }

func TestPin_LeavesOtherDriversAlone(t *testing.T) {
	drv := onePool(t)
	for name, pinned := range map[string]func() (session.Pinned, error){
		"of one's own":      func() (session.Pinned, error) { return session.Pin(t.Context(), hidden{drv}) },
		"ent's Debug":       func() (session.Pinned, error) { return session.Pin(t.Context(), dialect.Debug(drv)) },
		"session variables": func() (session.Pinned, error) { return session.Pin(sql.WithVar(t.Context(), "@a", "b"), drv) },
		"not of a pool": func() (session.Pinned, error) {
			return session.Pin(t.Context(), sql.NewDriver(dialect.SQLite, sql.Conn{}))
		},
	} {
		conn, err := pinned()
		require.NoError(t, err, name)
		assert.Nil(t, conn, name)
	}
}

func TestPin_TellsThatThereIsNoConnection(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := session.Pin(ctx, onePool(t))
	require.ErrorIs(t, err, context.Canceled)
}
