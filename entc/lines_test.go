package entc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Users read what is generated in their repository. The aim is 330 lines; the bound holds what was won.
func TestGenerate_AddsFewLinesToAType(t *testing.T) {
	shared := added(t, "./testdata/unversioned/schema") // What is not of one type, as RetryTx.
	perType := (added(t, "./testdata/versioned/schema") - shared) / 2
	t.Log(perType, "lines a type, and", shared, "of the client")
	assert.LessOrEqual(t, perType, 490)
}

// added returns how many lines the extension adds to the client of a schema.
func added(t *testing.T, schema string) int {
	t.Helper()
	return lines(client(t, schema, extended(t))) - lines(client(t, schema))
}

func lines(files map[string]string) (n int) {
	for _, src := range files {
		n += strings.Count(src, "\n")
	}
	return n
}
