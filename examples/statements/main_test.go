package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/output.md")

// What each call sends. A test of the root module compares the README with the same file.
func TestShow_StatementsOfEachCall(t *testing.T) {
	var sent strings.Builder
	for i, c := range calls {
		text, err := c.show(t.Context())
		require.NoError(t, err, c.name)
		if i > 0 {
			sent.WriteString("\n")
		}
		sent.WriteString(text)
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/output.md", []byte(sent.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/output.md")
	require.NoError(t, err)
	assert.Equal(t, string(want), sent.String())
}
