package servers

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx", which creates the databases
)

// PostgresDatabase returns the URL of a new, empty database on the Postgres server. It is dropped at the end of the
// test, even if connections to it are still open.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	return postgresDatabase(t, Postgres(t))
}

// Postgres18Database is PostgresDatabase on the Postgres18 server.
func Postgres18Database(t testing.TB) string {
	t.Helper()
	return postgresDatabase(t, Postgres18(t))
}

// postgresDatabase makes the database on the server.
func postgresDatabase(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("the URL of the PostgreSQL server: %v", err)
	}
	name := newName()
	run(t, "pgx", u.String(), "CREATE DATABASE "+name, "DROP DATABASE "+name+" WITH (FORCE)")
	u.Path = "/" + name
	return u.String()
}

// MariaDBDatabase returns the DSN of a new, empty database on the MariaDB server. It is dropped at the end of the test.
func MariaDBDatabase(t testing.TB) string {
	t.Helper()
	return mysqlDatabase(t, MariaDB(t))[0]
}

// MariaDBTimeoutDatabase is MariaDBDatabase on the MariaDBTimeout server.
func MariaDBTimeoutDatabase(t testing.TB) string {
	t.Helper()
	return mysqlDatabase(t, MariaDBTimeout(t))[0]
}

// GaleraDatabase returns the DSNs of a new, empty database, one for each node of the cluster. It is dropped at the end
// of the test.
func GaleraDatabase(t testing.TB) []string {
	t.Helper()
	return mysqlDatabase(t, Galera(t)...)
}

// MySQLDatabase returns the DSN of a new, empty database on MySQL. CI has no MySQL server.
func MySQLDatabase(t testing.TB) string {
	t.Helper()
	return mysqlDatabase(t, Env(t, "ENTOCC_MYSQL", "the MySQL part"))[0]
}

// TiDBDatabase returns the DSN of a new, empty database on TiDB.
func TiDBDatabase(t testing.TB) string {
	t.Helper()
	return mysqlDatabase(t, Env(t, "ENTOCC_TIDB", "the TiDB part"))[0]
}

// CockroachDatabase returns the URL of a new, empty database on CockroachDB.
func CockroachDatabase(t testing.TB) string {
	t.Helper()
	u, err := url.Parse(Env(t, "ENTOCC_COCKROACH", "the CockroachDB part"))
	if err != nil {
		t.Fatalf("the URL of CockroachDB: %v", err)
	}
	name := newName()
	run(t, "pgx", u.String(), "CREATE DATABASE "+name, "DROP DATABASE "+name)
	u.Path = "/" + name
	return u.String()
}

// mysqlDatabase makes the database on the first server and returns its DSN on each of them.
func mysqlDatabase(t testing.TB, dsns ...string) []string {
	t.Helper()
	name := newName()
	run(t, "mysql", dsns[0], "CREATE DATABASE "+name+" CHARACTER SET utf8mb4", "DROP DATABASE "+name)
	inside := make([]string, len(dsns))
	for i, dsn := range dsns {
		cfg, err := mysql.ParseDSN(dsn)
		if err != nil {
			t.Fatalf("DSN of server %d: %v", i+1, err)
		}
		if i > 0 {
			catchUp(t, cfg.Clone())
		}
		cfg.DBName = name
		inside[i] = cfg.FormatDSN()
	}
	return inside
}

// catchUp waits until a node of a cluster has what the others have committed.
func catchUp(t testing.TB, cfg *mysql.Config) {
	t.Helper()
	cfg.Params = map[string]string{"wsrep_sync_wait": "1"}
	db, err := sql.Open("mysql", cfg.FormatDSN())
	if err == nil {
		_, err = db.ExecContext(t.Context(), "SELECT 1")
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatalf("waiting for node %s: %v", cfg.Addr, err)
	}
}

// run executes one statement now and the other when the test ends.
func run(t testing.TB, driver, dsn, now, atEnd string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("open %s: %v", driver, err)
	}
	t.Cleanup(func() {
		_, err := db.Exec(atEnd)
		if err = errors.Join(err, db.Close()); err != nil {
			t.Errorf("%s: %v", atEnd, err)
		}
	})
	if _, err := db.ExecContext(t.Context(), now); err != nil {
		t.Fatalf("%s: %v", now, err)
	}
}

// newName returns a unique name, so that tests can run in parallel and a killed run does not disturb the next.
func newName() string {
	return "entocc_" + strings.ToLower(rand.Text()[:12])
}
