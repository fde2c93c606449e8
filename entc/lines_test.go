package entc_test

import (
	"strings"
	"testing"

	"entgo.io/ent/entc/gen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Users read what is generated in their repository. The aim is 330 lines; the bound holds what was won.
func TestGenerate_AddsFewLinesToAType(t *testing.T) {
	client := added(t, "./testdata/unversioned/schema") // What is not of one type, as RetryTx.
	perType := (added(t, "./testdata/versioned/schema") - client) / 2
	t.Log(perType, "lines a type, and", client, "of the client")
	assert.LessOrEqual(t, perType, 440)
}

// added returns how many lines the extension adds to the client of a schema.
func added(t *testing.T, schema string) int {
	t.Helper()
	ours, err := generate(t, schema, gen.Config{}, extended(t))
	require.NoError(t, err)
	ents, err := generate(t, schema, gen.Config{})
	require.NoError(t, err)
	return lines(ours) - lines(ents)
}

func lines(files map[string]string) (n int) {
	for _, src := range files {
		n += strings.Count(src, "\n")
	}
	return n
}
