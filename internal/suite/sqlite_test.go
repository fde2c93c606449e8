package suite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/suite"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

func TestSQLite(t *testing.T) {
	require.Empty(t, suite.Run(t, sqlite(t)).Failed)
}

// sqlite is a database file whose writers wait for each other.
func sqlite(t *testing.T) suite.DB {
	t.Helper()
	dsn := "file:" + filepath.Join(t.TempDir(), "suite.db") + "?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_synchronous=OFF"
	return suite.DB{
		Name:    "SQLite, mattn",
		Dialect: dialect.SQLite,
		Open: func(tb testing.TB) *sql.DB {
			db, err := sql.Open("sqlite3", dsn)
			require.NoError(tb, err)
			return db
		},
		Traits: suite.Traits{Snapshot: true, ConflictEndsTx: true, OneWriter: true},
	}
}

func TestSQLite_WithoutTheExtension(t *testing.T) {
	require.Empty(t, suite.RunPlain(t, sqlite(t)).Failed)
}

func TestSQLite_Kinds(t *testing.T) { suite.RunKinds(t, sqlite(t)) }
