package servers_test

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
)

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestPostgresDatabase_IsNewForEachTestAndDriver(t *testing.T) {
	for _, driver := range []string{"pgx", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			db := open(t, driver, servers.PostgresDatabase(t))
			_, err := db.ExecContext(t.Context(), "CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
			require.NoError(t, err)
		})
	}
}

func TestPostgresReplica_FollowsAndTakesNoWrites(t *testing.T) {
	db := open(t, "pgx", servers.PostgresDatabase(t))
	var name string
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name))

	replica := open(t, "pgx", servers.PostgresReplica(t))
	require.Eventually(t, func() bool {
		var there bool
		err := replica.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).
			Scan(&there)
		return err == nil && there
	}, time.Minute, 20*time.Millisecond)
	_, err := replica.ExecContext(t.Context(), "CREATE DATABASE nowhere")
	require.ErrorContains(t, err, "25006")
}

func TestMariaDBDatabase_IsNewForEachTest(t *testing.T) {
	for range 2 {
		db := open(t, "mysql", servers.MariaDBDatabase(t))
		_, err := db.ExecContext(t.Context(), "CREATE TABLE t (id int)")
		require.NoError(t, err)
	}
}

func TestGaleraDatabase_IsOneOnEachNode(t *testing.T) {
	dsns := servers.GaleraDatabase(t)
	require.Len(t, dsns, 3)
	_, err := open(t, "mysql", dsns[0]).ExecContext(t.Context(), "CREATE TABLE t (id int PRIMARY KEY)")
	require.NoError(t, err)
	for i, dsn := range dsns {
		_, err := open(t, "mysql", dsn).ExecContext(t.Context(), "INSERT INTO t VALUES (?)", i)
		require.NoError(t, err, "node %d", i+1)
	}
}
