package chinook_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/adopt/ent"
	_ "github.com/entocc/entocc/examples/adopt/ent/runtime" // the guard: the schemas' hooks
	"github.com/entocc/entocc/integration/servers"
)

// tables are the tables of Chinook.
var tables = []string{
	"Album", "Artist", "Customer", "Employee", "Genre", "Invoice", "InvoiceLine", "MediaType", "Playlist",
	"PlaylistTrack", "Track",
}

// chinook is one copy of the Chinook database, for one test to change.
type chinook struct {
	*sql.DB
	dialect string
}

// onEach runs a test on a fresh copy of Chinook in every database.
func onEach(t *testing.T, test func(t *testing.T, db *chinook)) {
	t.Run("SQLite", func(t *testing.T) { test(t, openSQLite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, openPostgres(t)) })
	t.Run("MariaDB", func(t *testing.T) { test(t, openMariaDB(t)) })
}

// client returns ent's client on this copy.
func (db *chinook) client() *ent.Client {
	return ent.NewClient(ent.Driver(entsql.OpenDB(db.dialect, db.DB)))
}

// lines returns the rows of a query, as a line of text each. Names in the query have double quotes.
func (db *chinook) lines(t *testing.T, query string) []string {
	t.Helper()
	if db.dialect == dialect.MySQL {
		query = strings.ReplaceAll(query, `"`, "`")
	}
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var lines []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		lines = append(lines, line(values))
	}
	require.NoError(t, rows.Err(), query)
	return lines
}

// line returns a row as text, in which NULL and an empty text differ.
func line(values []sql.NullString) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = "NULL"
		if v.Valid {
			words[i] = strconv.Quote(v.String)
		}
	}
	return strings.Join(words, " ")
}

// file returns the path of one of Chinook's files.
func file(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(servers.Env(t, "ENTOCC_CHINOOK", "the Chinook database"), name)
}

// open connects to a copy.
func open(t *testing.T, driver, dsn, dialect string) *chinook {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return &chinook{DB: db, dialect: dialect}
}

// openSQLite copies the SQLite file. Writers take their lock when they begin. Otherwise SQLite would refuse a
// transaction that reads first and writes later if another writer wrote any row in between.
func openSQLite(t *testing.T) *chinook {
	t.Helper()
	data, err := os.ReadFile(file(t, "chinook.sqlite"))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "chinook.sqlite")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return open(t, "sqlite3", "file:"+path+"?_fk=1&_busy_timeout=20000&_txlock=immediate", dialect.SQLite)
}

// openMariaDB fills a new database from the MySQL script.
func openMariaDB(t *testing.T) *chinook {
	t.Helper()
	path := file(t, "chinook-mysql.sql")
	dsn := servers.MariaDBDatabase(t)
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	cfg.MultiStatements = true
	fill(t, "mysql", cfg.FormatDSN(), script(t, path, "USE"))
	return open(t, "mysql", dsn, dialect.MySQL)
}

// openPostgres fills a new database from the PostgreSQL script. The script spells InvoiceLine as invoice_line. A
// generated client knows only one name, so the tables and columns get the names of the other two databases. Types,
// constraints, indexes (and their names) and rows stay as in the script.
func openPostgres(t *testing.T) *chinook {
	t.Helper()
	path := file(t, "chinook-postgres.sql")
	dsn := servers.PostgresDatabase(t)
	fill(t, "pgx", dsn, script(t, path, `\c`))
	db := open(t, "pgx", dsn, dialect.Postgres)
	_, err := db.ExecContext(t.Context(), `DO $$ DECLARE rename text; BEGIN FOR rename IN
		SELECT format('ALTER TABLE %I RENAME COLUMN %I TO %I', table_name, column_name,
			replace(initcap(replace(column_name, '_', ' ')), ' ', ''))
		FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL
		SELECT format('ALTER TABLE %I RENAME TO %I', table_name,
			replace(initcap(replace(table_name, '_', ' ')), ' ', ''))
		FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1
	LOOP EXECUTE rename; END LOOP; END $$`)
	require.NoError(t, err)
	return db
}

// script returns a script from the line after the one that begins with start. The lines before create the database and connect to it.
func script(t *testing.T, path, start string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(data), "\n"+start)
	require.True(t, found, "%s has no line that begins with %s", path, start)
	_, rest, _ = strings.Cut(rest, "\n")
	return rest
}

// fill executes a script of many statements.
func fill(t *testing.T, driver, dsn, script string) {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), script)
	require.NoError(t, errors.Join(err, db.Close()))
}
