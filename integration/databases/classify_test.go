package databases_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
)

// Statements that collide on the row with the ID 1.
const (
	selectRow  = "SELECT name FROM users"
	updateRow  = "UPDATE users SET name = 'x' WHERE id = 1"
	updateMore = "UPDATE users SET name = 'x' WHERE id = 2"
	insertRow  = "INSERT INTO users (id, name, version, age) VALUES (1, 'x', 1, 1)"
)

// provoked is an error that two transactions provoke, and its class.
type provoked struct {
	name, database, level string
	provoke               func(*testing.T, *sql.Tx, *sql.Tx) error
	class                 entocc.Class
}

func TestClassify_KnowsTheErrorsOfEveryDriver(t *testing.T) {
	var all []provoked
	for _, driver := range []string{"mattn", "modernc"} {
		all = append(all, sqliteErrors("SQLite, "+driver+", WAL")...)
	}
	for _, driver := range []string{"lib/pq", "pgx"} {
		all = append(all, postgresErrors("PostgreSQL, "+driver)...)
	}
	for _, p := range append(all, mariadbErrors()...) {
		t.Run(p.database+", "+p.name, func(t *testing.T) {
			mine, theirs := pairOn(t, p.database, p.level)
			mine.user(t, "first")
			mine.user(t, "second")
			a, b := beginTx(t, mine.Pool), beginTx(t, theirs.Pool)
			err := p.provoke(t, a, b)
			require.Error(t, err)
			assert.Equal(t, p.class, entocc.Classify(err), "%T: %v", err, err)
			assert.Equal(t, p.class, entocc.Classify(fmt.Errorf("handler: %w", err)), "wrapped")
			assert.Equal(t, p.class.Kind != entocc.KindOther, entocc.IsRetryable(err))
		})
	}
}

func sqliteErrors(database string) []provoked {
	return []provoked{
		{"snapshot that is old", database, sqliteDeferred, afterRead, entocc.Class{Kind: entocc.KindModified, TxDead: true}},
		{"other writer", database, sqliteDeferred, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, "PRAGMA busy_timeout = 0")
			must(t, b, updateRow)
			return run(t, a, updateRow)
		}, entocc.Class{Kind: entocc.KindBusy}},
		{"constraint", database, sqliteDeferred, duplicate, entocc.Class{}},
	}
}

func postgresErrors(database string) []provoked {
	return []provoked{
		{"concurrent update", database, repeatableRead, afterRead, entocc.Class{Kind: entocc.KindModified, TxDead: true}},
		{"concurrent delete", database, repeatableRead, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, selectRow)
			must(t, b, "DELETE FROM users")
			require.NoError(t, b.Commit())
			return run(t, a, updateRow)
		}, entocc.Class{Kind: entocc.KindModified, TxDead: true}},
		{"row lock of a changed row", database, repeatableRead, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, selectRow)
			must(t, b, updateRow)
			require.NoError(t, b.Commit())
			return run(t, a, selectRow+" FOR UPDATE")
		}, entocc.Class{Kind: entocc.KindModified, TxDead: true}},
		{"dependencies among transactions", database, serializable, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, selectRow)
			must(t, b, selectRow)
			must(t, a, updateRow)
			must(t, b, updateMore)
			require.NoError(t, b.Commit())
			return a.Commit()
		}, entocc.Class{Kind: entocc.KindSerialization, TxDead: true}},
		{"deadlock", database, readCommitted, deadlock, entocc.Class{Kind: entocc.KindDeadlock, TxDead: true}},
		{"lock timeout", database, readCommitted, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, "SET LOCAL lock_timeout = '20ms'")
			must(t, b, updateRow)
			return run(t, a, updateRow)
		}, entocc.Class{Kind: entocc.KindLockTimeout, TxDead: true}},
		{"lock not waited for", database, readCommitted, func(t *testing.T, a, b *sql.Tx) error {
			must(t, b, updateRow)
			return run(t, a, selectRow+" FOR UPDATE NOWAIT")
		}, entocc.Class{Kind: entocc.KindLockTimeout, TxDead: true}},
		{"what follows an error", database, readCommitted, func(t *testing.T, a, b *sql.Tx) error {
			require.Error(t, duplicate(t, a, b))
			return run(t, a, updateRow)
		}, entocc.Class{TxDead: true}},
		{"constraint", database, readCommitted, duplicate, entocc.Class{TxDead: true}},
	}
}

func mariadbErrors() []provoked {
	return []provoked{
		{"changed since it was read", mariadbSnapshot, repeatableRead, afterRead, entocc.Class{Kind: entocc.KindModified, TxDead: true, RolledBack: true}},
		{"deadlock", mariadb, readCommitted, deadlock, entocc.Class{Kind: entocc.KindDeadlock, TxDead: true, RolledBack: true}},
		{"lock timeout", mariadb, readCommitted, func(t *testing.T, a, b *sql.Tx) error {
			must(t, a, "SET innodb_lock_wait_timeout = 0")
			must(t, b, updateRow)
			return run(t, a, updateRow)
		}, entocc.Class{Kind: entocc.KindLockTimeout}},
		{"lock not waited for", mariadb, readCommitted, func(t *testing.T, a, b *sql.Tx) error {
			must(t, b, updateRow)
			return run(t, a, selectRow+" FOR UPDATE NOWAIT")
		}, entocc.Class{Kind: entocc.KindLockTimeout}},
		{"constraint", mariadb, readCommitted, duplicate, entocc.Class{}},
	}
}

// afterRead writes a row that the transaction has read and another one has changed since.
func afterRead(t *testing.T, a, b *sql.Tx) error {
	must(t, a, selectRow)
	must(t, b, updateRow)
	require.NoError(t, b.Commit())
	return run(t, a, "UPDATE users SET name = 'y' WHERE id = 1")
}

// deadlock makes two transactions wait for each other, and returns the loser's error.
func deadlock(t *testing.T, a, b *sql.Tx) error {
	must(t, a, updateRow)
	must(t, b, updateMore)
	other := make(chan error, 1)
	go func() {
		err := run(t, b, updateRow)
		if err != nil {
			_ = b.Rollback() // for databases where the other one only waits
		}
		other <- err
	}()
	err := run(t, a, updateMore)
	if err == nil {
		return <-other
	}
	_ = a.Rollback()
	require.NoError(t, <-other, "both lost")
	return err
}

// duplicate violates the primary key.
func duplicate(t *testing.T, a, _ *sql.Tx) error { return run(t, a, insertRow) }

func beginTx(t *testing.T, pool *sql.DB) *sql.Tx {
	t.Helper()
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func must(t *testing.T, tx *sql.Tx, query string) {
	t.Helper()
	require.NoError(t, run(t, tx, query), query)
}

// run executes a statement and reads all of its rows.
func run(t *testing.T, tx *sql.Tx, query string) error {
	rows, err := tx.QueryContext(context.WithoutCancel(t.Context()), query)
	if err != nil {
		return err
	}
	for rows.Next() {
		continue
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}
