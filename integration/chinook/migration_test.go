package chinook_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"text/template"

	"ariga.io/atlas/sql/migrate"
	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the migration files in migrations/")

// addColumnsOnly is the option that ent's migration needs on a database that others made. Without it
//
//   - PostgreSQL and MariaDB lose the foreign keys that were there, for ent's own of other names;
//   - MariaDB has all texts converted to utf8mb4_bin, which compares and sorts in another way;
//   - SQLite has every table built anew, since ent writes each default as an expression, "DEFAULT (1)", and SQLite adds
//     columns with a constant default only. Sizes of columns, and indexes and triggers that ent does not know, are gone
//     then; with schema.WithForeignKeys(false) the foreign keys too.
//
// So of all the changes to a table only the new columns stay, and a default that is a number is said as one.
var addColumnsOnly = schema.WithDiffHook(func(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		changes, err := next.Diff(current, desired)
		if err != nil {
			return nil, err
		}
		var kept []atlas.Change
		for _, change := range changes {
			table, ok := change.(*atlas.ModifyTable)
			if !ok {
				kept = append(kept, change)
				continue
			}
			if table.Changes = newColumns(table.Changes); len(table.Changes) > 0 {
				kept = append(kept, table)
			}
		}
		return kept, nil
	})
})

// newColumns returns those of a table's changes that add a column.
func newColumns(changes []atlas.Change) []atlas.Change {
	var added []atlas.Change
	for _, change := range changes {
		add, ok := change.(*atlas.AddColumn)
		if !ok {
			continue
		}
		_, number := add.C.Type.Type.(*atlas.IntegerType)
		if x, ok := add.C.Default.(*atlas.RawExpr); ok && number {
			add.C.Default = &atlas.Literal{V: x.X}
		}
		added = append(added, add)
	}
	return added
}

// autoMigrate changes a copy by ent's auto-migration.
func autoMigrate(t *testing.T, db *chinook) {
	t.Helper()
	require.NoError(t, db.client().Schema.Create(t.Context(), addColumnsOnly))
}

// fileMigrate changes a copy by versioned migration files: it executes the statements of those in migrations/.
func fileMigrate(t *testing.T, db *chinook) {
	t.Helper()
	dir, err := migrate.NewLocalDir(filepath.Join("migrations", db.dialect))
	require.NoError(t, err)
	require.NoError(t, migrate.Validate(dir))
	files, err := dir.Files()
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		statements, err := file.Stmts()
		require.NoError(t, err)
		for _, statement := range statements {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err, statement)
		}
	}
}

// TestMigrationFiles lets ent write the migration from a copy of Chinook to its schema, and compares it with the files
// in migrations/. Run it with -update after a change.
func TestMigrationFiles(t *testing.T) {
	// The usual name begins with the time of day; this one stays.
	format, err := migrate.NewTemplateFormatter(
		template.Must(template.New("name").Parse("20260101000000_{{ .Name }}.sql")),
		template.Must(template.New("content").Parse(
			"{{ range .Changes }}{{ with .Comment }}-- {{ . }}\n{{ end }}{{ .Cmd }};\n{{ end }}")),
	)
	require.NoError(t, err)
	onEach(t, func(t *testing.T, db *chinook) {
		golden := filepath.Join("migrations", db.dialect)
		path := t.TempDir()
		if *update {
			require.NoError(t, os.RemoveAll(golden))
			require.NoError(t, os.MkdirAll(golden, 0o755))
			path = golden
		}
		dir, err := migrate.NewLocalDir(path)
		require.NoError(t, err)
		require.NoError(t, db.client().Schema.NamedDiff(t.Context(), "add_version", addColumnsOnly,
			schema.WithDir(dir), schema.WithFormatter(format), schema.WithMigrationMode(schema.ModeInspect)))
		require.Equal(t, read(t, golden), read(t, path))
	})
}

// read returns the names and contents of a folder's files.
func read(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	files := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(path, entry.Name()))
		require.NoError(t, err)
		files[entry.Name()] = string(content)
	}
	return files
}
