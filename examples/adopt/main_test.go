package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata")

// told compares the output of the example with the golden file.
func told(t *testing.T, chinook, golden string) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, chinook))
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

func TestRun_GivesVersionsToADatabaseWithRows(t *testing.T) {
	told(t, "", "testdata/output.txt")
}

// Chinook is not part of this repository. CI has it; elsewhere the test above covers the same.
func TestRun_GivesVersionsToChinook(t *testing.T) {
	chinook := os.Getenv("ENTOCC_CHINOOK")
	if chinook == "" {
		require.Empty(t, os.Getenv("CI"), "ENTOCC_CHINOOK is not set, and CI must not leave out Chinook")
		return
	}
	told(t, chinook, "testdata/chinook.txt")
}

func TestWriteMigration_IsTheFileInMigrations(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, writeMigration(t.Context(), dir, "add_version"))
	written, err := filepath.Glob(filepath.Join(dir, "*_add_version.sql"))
	require.NoError(t, err)
	require.Len(t, written, 1)
	got, err := os.ReadFile(written[0])
	require.NoError(t, err)
	assert.Equal(t, addVersion, string(got))
}
