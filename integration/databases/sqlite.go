package databases

import (
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/suite"
)

// sqliteDriver is how a driver for SQLite takes its options.
type sqliteDriver struct {
	name, registered string
	settings         url.Values
	journal          func(mode string) (key, value string)
}

var sqliteDrivers = [...]sqliteDriver{
	{
		name: "mattn", registered: "sqlite3",
		settings: url.Values{"_fk": {"1"}, "_busy_timeout": {"10000"}, "_synchronous": {"OFF"}},
		journal:  func(mode string) (string, string) { return "_journal_mode", mode },
	},
	{
		name: "modernc", registered: "sqlite",
		settings: url.Values{
			"_pragma":      {"busy_timeout(10000)", "foreign_keys(1)", "synchronous(OFF)"},
			"_time_format": {"sqlite"},
		},
		journal: func(mode string) (string, string) { return "_pragma", "journal_mode(" + mode + ")" },
	},
}

// SQLite returns SQLite in a file: both drivers, with a rollback journal and with a write-ahead log, with transactions
// that take their lock when they first write (deferred, the default) and when they begin (immediate).
func SQLite() []Database {
	var all []Database
	for _, driver := range sqliteDrivers {
		for _, journal := range [...]string{"DELETE", "WAL"} {
			for _, lock := range [...]string{"deferred", "immediate"} {
				all = append(all, driver.database(journal, lock))
			}
		}
	}
	return all
}

func (d sqliteDriver) database(journal, lock string) Database {
	name := "SQLite, " + d.name + ", rollback journal"
	if journal == "WAL" {
		name = "SQLite, " + d.name + ", WAL"
	}
	return Database{Name: name, Level: lock, New: func(t testing.TB) suite.DB {
		t.Helper()
		d.requireLinked(t)
		params := url.Values{"_txlock": {lock}}
		for key, values := range d.settings {
			params[key] = append(params[key], values...)
		}
		key, value := d.journal(journal)
		params.Add(key, value)
		dsn := "file:" + filepath.Join(t.TempDir(), "test.db") + "?" + params.Encode()
		return suite.DB{
			Name: name, Dialect: dialect.SQLite,
			Open: func(t testing.TB) *sql.DB { return pool(t, d.registered, dsn) },
			Traits: suite.Traits{
				Snapshot: true, OneWriter: true, ConflictEndsTx: true,
				ReadsLock:  lock == "immediate" || journal != "WAL",
				BeginLocks: lock == "immediate",
			},
		}
	}}
}

// OpenSQLite opens a SQLite database by a driver, mattn or modernc, with options of the test's own.
func OpenSQLite(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	i := slices.IndexFunc(sqliteDrivers[:], func(d sqliteDriver) bool { return d.name == driver })
	require.GreaterOrEqual(t, i, 0, driver)
	sqliteDrivers[i].requireLinked(t)
	db := pool(t, sqliteDrivers[i].registered, dsn)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// requireLinked skips the test if the driver is not linked, as modernc's is only by go test -tags everything: it takes the
// better part of a minute to compile. In CI it fails the test.
func (d sqliteDriver) requireLinked(t testing.TB) {
	t.Helper()
	switch {
	case slices.Contains(sql.Drivers(), d.registered):
	case os.Getenv("CI") != "":
		t.Fatalf("CI must not leave out the driver %s: give go test -tags everything", d.name)
	default:
		t.Skipf("the driver %s needs go test -tags everything, which .ci/run gives", d.name)
	}
}
