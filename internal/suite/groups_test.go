package suite

import (
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The package documentation says which groups prove which package, and each of these packages says it too, so that a reader
// of the code finds its scenarios.
func TestDoc_NamesTheGroupsOfEachPackage(t *testing.T) {
	groups := make(map[string]bool)
	for _, sc := range scenarios() {
		groups[groupOf(sc.name)] = false
	}
	for _, sc := range plainScenarios() {
		groups[groupOf(sc.name)] = false
	}
	doc := docOf(t, "suite.go")
	for line := range strings.Lines(doc) {
		room, list, found := strings.Cut(strings.TrimPrefix(line, "\t"), " ")
		if !found || !strings.HasPrefix(line, "\t") {
			continue
		}
		list = strings.TrimSpace(list)
		for _, name := range strings.Split(list, ", ") {
			assert.Contains(t, groups, name, "a group of %s", room)
			groups[name] = true
		}
		if dir, inner := strings.CutPrefix(room, "internal/"); inner {
			text := strings.Join(strings.Fields(docOf(t, filepath.Join("..", dir, "doc.go"))), " ")
			assert.Contains(t, text, "scenario groups of internal/suite: "+list+".", "the package documentation of %s", room)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		assert.True(t, groups[name], "the package documentation does not say what %s proves", name)
	}
}

func groupOf(scenario string) string {
	name, _, _ := strings.Cut(scenario, "/")
	return name
}

func docOf(t *testing.T, file string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
	require.NoError(t, err)
	return f.Doc.Text()
}
