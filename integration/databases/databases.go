// Package databases lists what entocc is shown to be sound on: each database, by each of its drivers, at each of its
// isolation levels. The tests beside it run the shared suite, and what needs more than one connection, on all of them.
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
	// Level is the isolation level, in the database's own words: "REPEATABLE READ".
	Level string
	// New makes a database of the test's own, which goes when the test ends. It skips the test where there is no server,
	// and fails it in CI.
	New func(testing.TB) suite.DB
}

// All returns every database: SQLite, which is always there, and the servers.
func All() []Database {
	var all []Database
	for _, engine := range [...]func() []Database{SQLite, Postgres, MariaDB, Galera} {
		all = append(all, engine()...)
	}
	return all
}

// Find returns the database of this name and level, for tests that are about one.
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

// String returns name and level, as a test is called after them.
func (d Database) String() string { return d.Name + ", " + d.Level }

// pool opens a pool of connections and makes sure that it leads somewhere.
func pool(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	require.NoError(t, db.PingContext(t.Context()), driver)
	return db
}
