// Package servers knows the addresses of the database servers for this module's tests. The script "start" beside it
// starts them and prints the environment variables that the package reads:
//
//	eval "$(integration/servers/start)"
//	go test work
//	integration/servers/stop
package servers

import (
	"os"
	"strings"
	"testing"
)

// Postgres returns the URL of a PostgreSQL server, from ENTOCC_POSTGRES. Both pgx and lib/pq take it.
func Postgres(t testing.TB) string {
	t.Helper()
	return Env(t, "ENTOCC_POSTGRES", "the PostgreSQL part")
}

// Postgres18 returns the URL of a PostgreSQL 18 server, from ENTOCC_POSTGRES18. The one of [Postgres] is older.
func Postgres18(t testing.TB) string {
	t.Helper()
	return Env(t, "ENTOCC_POSTGRES18", "the PostgreSQL 18 part")
}

// PostgresReplica returns the URL of a hot standby of the Postgres server, from ENTOCC_POSTGRES_REPLICA. It lags, and
// answers writes with 25006.
func PostgresReplica(t testing.TB) string {
	t.Helper()
	return Env(t, "ENTOCC_POSTGRES_REPLICA", "the part on a PostgreSQL hot standby")
}

// MariaDB returns the DSN of a single MariaDB server for go-sql-driver/mysql, from ENTOCC_MARIADB.
func MariaDB(t testing.TB) string {
	t.Helper()
	return Env(t, "ENTOCC_MARIADB", "the MariaDB part")
}

// MariaDBTimeout returns the DSN of a MariaDB server that rolls back a transaction after a lock timeout, from
// ENTOCC_MARIADB_TIMEOUT.
func MariaDBTimeout(t testing.TB) string {
	t.Helper()
	return Env(t, "ENTOCC_MARIADB_TIMEOUT", "the part on innodb_rollback_on_timeout")
}

// Galera returns the DSNs of the nodes of one Galera cluster for go-sql-driver/mysql, from ENTOCC_GALERA.
func Galera(t testing.TB) []string {
	t.Helper()
	return strings.Split(Env(t, "ENTOCC_GALERA", "the Galera part"), ",")
}

// Env returns the environment variable with this name. Without it the test is skipped and says what is left out. In CI
// it fails instead, because there a skipped test would look like one that ran.
func Env(t testing.TB, name, leftOut string) string {
	t.Helper()
	value := os.Getenv(name)
	switch {
	case value != "":
		return value
	case os.Getenv("CI") != "":
		t.Fatalf("%s is not set, and CI must not leave out %s", name, leftOut)
	default:
		t.Skipf("%s is not set: %s is left out", name, leftOut)
	}
	return ""
}
