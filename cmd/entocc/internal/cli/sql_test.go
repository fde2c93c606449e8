package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ent has written migrations of the same schemas, with databases at hand.
func TestSQL_AddsWhatEntsMigrationAdds(t *testing.T) {
	slow(t)
	for dialect, folder := range map[string]string{"postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite3"} {
		t.Run(dialect, func(t *testing.T) {
			files, err := filepath.Glob("../../../../integration/chinook/migrations/" + folder + "/*.sql")
			require.NoError(t, err)
			require.Len(t, files, 1)
			data, err := os.ReadFile(files[0])
			require.NoError(t, err)
			code, out, errs := run(t, "../../../../integration", "sql", "--ent", "chinook/ent", "--format", "flyway", "--dialect", dialect)
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
