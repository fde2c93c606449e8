package entc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	entocc "github.com/entocc/entocc/entc"
)

// linesPerType is the limit for a type: users read the generated code in their repository.
const linesPerType = 320

func TestGenerate_AddsFewLinesToAType(t *testing.T) {
	perType, shared := addedLines(t)
	t.Log(perType, "lines a type, and", shared, "of the client")
	assert.LessOrEqual(t, perType, linesPerType)
}

func TestGenerate_AddsFewLinesToATypeThatIsGuardedByItsValues(t *testing.T) {
	perType, shared := addedLinesOf(t, "./testdata/values/schema", "./testdata/threevalues/schema")
	t.Log(perType, "lines a type, and", shared, "of the client")
	assert.LessOrEqual(t, perType, linesPerType)
}

// The README has these figures.
func TestGenerate_EachPartThatIsLeftOutSavesLines(t *testing.T) {
	slow(t)
	all, _ := addedLines(t)
	for _, part := range allParts {
		perType, _ := addedLines(t, part)
		t.Logf("%s: %d lines a type", part, all-perType)
		assert.Less(t, perType, all, part)
	}
	perType, shared := addedLines(t, allParts...)
	t.Log("guard alone:", perType, "lines a type, and", shared, "of the client")
}

func TestTemplates_HaveNoLongLines(t *testing.T) {
	paths, err := filepath.Glob("template/*.tmpl")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		for i, line := range strings.Split(string(src), "\n") {
			width := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    "))
			assert.LessOrEqual(t, width, 140, "%s:%d", path, i+1)
		}
	}
}

// addedLines returns how many lines the extension adds to a client: for each type, and for shared code such as RetryTx.
func addedLines(t *testing.T, without ...entocc.Part) (perType, shared int) {
	t.Helper()
	return addedLinesOf(t, "./testdata/versioned/schema", "./testdata/threeversioned/schema", without...)
}

// addedLinesOf is addedLines for schemas of two and of three types.
func addedLinesOf(t *testing.T, ofTwo, ofThree string, without ...entocc.Part) (perType, shared int) {
	t.Helper()
	added := func(schema string) int {
		return lines(clientWithout(t, schema, without, extended(t, without...))) - lines(client(t, schema))
	}
	// A third type shows which lines are added for each type, and which are shared.
	two, three := added(ofTwo), added(ofThree)
	perType = three - two
	return perType, two - 2*perType
}

func lines(files map[string]string) (n int) {
	for _, src := range files {
		n += strings.Count(src, "\n")
	}
	return n
}
