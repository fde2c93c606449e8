package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ent wrote migrations of the same schemas against real databases.
func TestSQL_AddsWhatEntsMigrationAdds(t *testing.T) {
	slow(t)
	for dialect, folder := range map[string]string{"postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite3"} {
		t.Run(dialect, func(t *testing.T) {
			files, err := filepath.Glob("../../../../integration/chinook/migrations/" + folder + "/*.sql")
			require.NoError(t, err)
			require.Len(t, files, 1)
			data, err := os.ReadFile(files[0])
			require.NoError(t, err)
			code, out, errs := run(t, "../../../../examples", "sql", "--ent", "adopt/ent", "--format", "flyway", "--dialect", dialect)
			require.Equal(t, 0, code, errs)
			assert.ElementsMatch(t, statements(string(data)), statements(out))
		})
	}
}

func statements(text string) (alters []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "ALTER TABLE") {
			alters = append(alters, strings.TrimSpace(line))
		}
	}
	return alters
}

func TestSQL_AddsNoColumnOfTheSystem(t *testing.T) {
	slow(t)
	code, out, errs := run(t, "../../../../integration", "sql", "--ent", "system/ent", "--format", "flyway", "--dialect", "postgres")
	require.Equal(t, 0, code, errs)
	require.Len(t, statements(out), 1, "of the one type that counts")
	assert.Contains(t, out, "plains")
	code, out, errs = run(t, "../../../../integration", "triggers", "sql", "--ent", "system/ent", "--dialect", "postgres")
	require.Equal(t, 0, code, errs)
	assert.NotContains(t, out, "accounts")
}

func TestSQL_HasNothingForTypesThatAreGuardedByTheirValues(t *testing.T) {
	slow(t)
	code, out, errs := run(t, "../../../../integration", "sql", "--ent", "values/ent", "--format", "flyway", "--dialect", "mysql")
	require.Equal(t, 0, code, errs)
	require.Len(t, statements(out), 1, "of the one type that counts")
	assert.Contains(t, out, "persons")
	code, out, errs = run(t, "../../../../integration", "triggers", "sql", "--ent", "values/ent", "--dialect", "postgres")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "persons")
	assert.NotContains(t, out, "pages")
}

func TestSQL_SaysWhatItHasNothingFor(t *testing.T) {
	slow(t)
	dir := project(t, fresh)
	code, out, errs := run(t, dir, "sql")
	assert.Equal(t, 2, code)
	assert.Empty(t, out, "not a transaction of nothing")
	assert.Contains(t, errs, "no schema has a version: run entocc init")

	write(t, dir, "ent/schema/user.go", "package schema\n\nimport (\n\t\"entgo.io/ent\"\n\t\"entgo.io/ent/schema/field\"\n\n\t\"github.com/entocc/entocc/mixin\"\n)\n\ntype User struct{ ent.Schema }\n\nfunc (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: \"rev\"}} }\n\nfunc (User) Fields() []ent.Field { return []ent.Field{field.Int(\"rev\").Default(1)} }\n")
	cmd := exec.CommandContext(t.Context(), "go", "mod", "tidy")
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, string(said))
	code, out, errs = run(t, dir, "sql")
	assert.Equal(t, 0, code, errs)
	assert.Empty(t, out)
	assert.Contains(t, errs, "no version adds a column")
	code, _, errs = run(t, dir, "sql", "--dialect", "oracle")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, `there is no dialect "oracle"`)
}
