package main

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the statements of the README anew")

const (
	readme     = "../../README.md"
	begin, end = "<!-- statements: begin -->\n", "<!-- statements: end -->"
)

// What each call sends is what the README says.
func TestShow_StatementsAreThoseOfTheREADME(t *testing.T) {
	var sent strings.Builder
	for _, c := range calls {
		text, err := c.show(t.Context())
		require.NoError(t, err, c.name)
		sent.WriteString(text + "\n")
	}
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok)
	said, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+sent.String()+end+after), 0o644))
		return
	}
	assert.Equal(t, said, sent.String())
}
