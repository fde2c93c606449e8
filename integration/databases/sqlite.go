package databases

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
	_ "modernc.org/sqlite"          // the driver "sqlite"

	"github.com/entocc/entocc/internal/suite"
)

// sqliteDriver is how a driver for SQLite wants to be told.
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
