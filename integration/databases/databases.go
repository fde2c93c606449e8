// Package databases lists the databases that entocc is tested on: each with each of its drivers, at each of its
// isolation levels. Its tests run the shared suite on all of them, and what needs more than one connection.
package databases

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/suite"
)

// Database is one database, reached by one driver, at one isolation level.
type Database struct {
	// Name is what tables call it: "PostgreSQL, pgx".
	Name string
	// Level is the database's name of the isolation level: "REPEATABLE READ".
	Level string
	// New makes a database for the test, which is dropped when the test ends. Without a server it skips the test, or fails it in CI.
	New func(testing.TB) suite.DB
}

// All returns every database: SQLite, which is always available, and the servers.
func All() []Database {
	var all []Database
	for _, engine := range [...]func() []Database{SQLite, Postgres, MariaDB, Galera} {
		all = append(all, engine()...)
	}
	return all
}

// Find returns the database with this name and level, for tests of a single one.
func Find(t testing.TB, name, level string) Database {
	t.Helper()
	for _, db := range All() {
		if db.Name == name && db.Level == level {
			return db
		}
	}
	t.Fatalf("no database %q at %q", name, level)
	return Database{}
}

// String returns name and level, for the name of a test.
func (d Database) String() string { return d.Name + ", " + d.Level }

// pool opens a pool of connections and checks that it works.
func pool(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	require.NoError(t, db.PingContext(t.Context()), driver)
	return db
}
