package chinook_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"text/template"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/entocc/entocc/occmigrate"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the migration files in migrations/")

// autoMigrate changes a copy by ent's auto-migration.
func autoMigrate(t *testing.T, db *chinook) {
	t.Helper()
	require.NoError(t, db.client().Schema.Create(t.Context(), occmigrate.AddColumnsOnly()))
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

// TestMigrationFiles lets ent write the migration from a copy of Chinook to the schemas, and compares it with the files
// in migrations/. Run it with -update after a change.
func TestMigrationFiles(t *testing.T) {
	// The usual name begins with the current time; this one is fixed.
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
		require.NoError(t, db.client().Schema.NamedDiff(t.Context(), "add_version", occmigrate.AddColumnsOnly(),
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
