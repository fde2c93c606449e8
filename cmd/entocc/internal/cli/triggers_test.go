package cli_test

import (
	stdsql "database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/trigger"
)

// The command and a project's own program make the same triggers. Otherwise each would treat the other's as outdated.
func TestTriggers_AreThoseOfTheGeneratedTables(t *testing.T) {
	slow(t)
	tables := ent.VersionedTables()
	for i, table := range slices.Backward(tables) {
		if table.Schema.Type == "Reading" { // Its version is a time.
			tables = slices.Delete(tables, i, i+1)
		}
	}
	for name, d := range map[string]string{"postgres": dialect.Postgres, "mysql": dialect.MySQL, "sqlite": dialect.SQLite} {
		want, err := trigger.New(d, tables)
		require.NoError(t, err)
		code, out, errs := run(t, "../../../..", "triggers", "sql", "--ent", "internal/ent", "--dialect", name)
		require.Equal(t, 0, code, errs)
		assert.Contains(t, errs, "Reading")
		end := ";"
		if d == dialect.MySQL {
			end = "$$"
		}
		for _, statement := range want.SQL() {
			assert.True(t, strings.Contains(out, statement+end+"\n"), "%s\n%s", name, statement)
		}
	}
}

// The tables of examples/quickstart in their own database.
func TestTriggers_CreateCheckAndDrop(t *testing.T) {
	slow(t)
	file := filepath.Join(t.TempDir(), "shop.db")
	db, err := stdsql.Open("sqlite3", "file:"+file)
	require.NoError(t, err)
	defer db.Close()
	exec := func(query string) {
		_, err := db.ExecContext(t.Context(), query)
		require.NoError(t, err)
	}
	exec("CREATE TABLE users (id integer PRIMARY KEY, name text, email text)")
	triggers := func(verb string, more ...string) (int, string, string) {
		return run(t, "../../../../examples", append([]string{"triggers", verb, "--ent", "quickstart/ent", "--database", "sqlite://" + file}, more...)...)
	}
	code, _, errs := triggers("create")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "migrate first")
	exec("ALTER TABLE users ADD COLUMN version integer NOT NULL DEFAULT 1")
	code, out, _ := triggers("check")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "missing")
	code, _, errs = triggers("create")
	require.Equal(t, 0, code, errs)
	code, out, _ = triggers("check")
	assert.Equal(t, 0, code, out)
	code, out, _ = triggers("check", "--refusing")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "outdated")
	exec("INSERT INTO users (name, email) VALUES ('a', 'a')")
	exec("UPDATE users SET name = 'b'")
	var version int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT version FROM users").Scan(&version))
	assert.Equal(t, 2, version)
	code, out, errs = triggers("list", "--json")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, `"table": "users"`)
	code, _, errs = triggers("drop")
	require.Equal(t, 0, code, errs)

	for _, wrong := range []string{"", "shop.db", "oracle://x", "sqlite://" + file + "2", "postgres://127.0.0.1:1/x"} {
		code, _, errs := run(t, "../../../../examples", "triggers", "create", "--ent", "quickstart/ent", "--database", wrong)
		assert.Equal(t, 2, code, wrong)
		assert.Contains(t, errs, "database", wrong)
	}
}

func TestCheck_LooksForTheColumnsInADatabase(t *testing.T) {
	slow(t)
	file := filepath.Join(t.TempDir(), "shop.db")
	db, err := stdsql.Open("sqlite3", "file:"+file)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "CREATE TABLE users (id integer PRIMARY KEY, name text, email text)")
	require.NoError(t, err)
	code, out, _ := run(t, "../../../../examples", "check", "--json", "--database", "sqlite://"+file)
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "the column version can't be read")
	_, err = db.ExecContext(t.Context(), "ALTER TABLE users ADD COLUMN version integer NOT NULL DEFAULT 1")
	require.NoError(t, err)
	_, out, _ = run(t, "../../../../examples", "check", "--json", "--database", "sqlite://"+file)
	assert.Contains(t, out, "has the column version")
}
