package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/output.txt")

// The plain service loses two updates. The fix of entocc vet repairs one, a handler that states the version the other.
func TestRun_TakesTheServiceFromPlainEntToNothingLost(t *testing.T) {
	if os.Getenv("ENTOCC_CODEGEN") != "everything" && os.Getenv("CI") == "" {
		t.Skip("needs ENTOCC_CODEGEN=everything, which .ci/run sets: it generates and builds its own project, four times")
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, t.TempDir()), "%s", &out)
	if *update {
		require.NoError(t, os.WriteFile("testdata/output.txt", out.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}
