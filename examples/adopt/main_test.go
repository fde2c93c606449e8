package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/output.txt anew")

// needsChinook skips a test on a machine without the database; never in CI.
func needsChinook(t *testing.T) {
	if _, err := chinook(); errors.Is(err, errNoData) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
}

func TestRun_GivesVersionsToADatabaseWithRows(t *testing.T) {
	needsChinook(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	if *update {
		require.NoError(t, os.WriteFile("testdata/output.txt", out.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

func TestWriteMigration_IsTheFileInMigrations(t *testing.T) {
	needsChinook(t)
	dir := t.TempDir()
	require.NoError(t, writeMigration(t.Context(), dir, "add_version"))
	written, err := filepath.Glob(filepath.Join(dir, "*_add_version.sql"))
	require.NoError(t, err)
	require.Len(t, written, 1)
	got, err := os.ReadFile(written[0])
	require.NoError(t, err)
	assert.Equal(t, addVersion, string(got))
}
