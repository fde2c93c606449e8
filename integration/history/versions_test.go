package history_test

import (
	"context"
	"database/sql"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
)

// versions asks the servers for their versions.
func versions(t *testing.T) []string {
	t.Helper()
	asked := []struct{ name, driver, dsn, query string }{
		{"PostgreSQL ", "pgx", servers.Postgres(t), "SHOW server_version"},
		{"PostgreSQL ", "pgx", servers.Postgres18(t), "SHOW server_version"},
		{"MariaDB ", "mysql", servers.MariaDB(t), "SELECT version()"},
		{"Galera ", "mysql", servers.Galera(t)[0], "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_provider_version'"},
		{"SQLite ", "sqlite3", ":memory:", "SELECT sqlite_version()"},
	}
	all := []string{runtime.Version()}
	for _, a := range asked {
		all = append(all, a.name+ask(t, a.driver, a.dsn, a.query))
	}
	return all
}

func ask(t *testing.T, driver, dsn, query string) (answer string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	defer db.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	require.NoError(t, db.QueryRowContext(ctx, query).Scan(&answer))
	return answer
}
