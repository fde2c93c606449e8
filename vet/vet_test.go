package vet_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/entocc/entocc/vet"
	_ "github.com/entocc/entocc/vet/plugin"
)

// of lists the packages of testdata, each with the analyzers that check it. Packages are loaded once for all analyzers,
// because loading takes the most time.
var of = map[string][]string{
	"blind": {"occblind"}, "stale": {"occstale"}, "reread": {"occreread"}, "conflict": {"occconflict"}, "count": {"occcount"},
	"rawsql": {"occrawsql"}, "create": {"occcreate"}, "tx": {"occtx"}, "ignore": {"occblind", "occignore"},
	"values": {"occblind", "occstale", "occreread", "occconflict", "occcount", "occcreate", "occtx"},
	"docs":   {"occblind", "occstale", "occreread", "occconflict", "occrawsql", "occcreate", "occtx"},
}

// TestAnalyzers_FindWhatIsWrongAndNothingElse also compares each file after its fixes with its golden file.
func TestAnalyzers_FindWhatIsWrongAndNothingElse(t *testing.T) {
	byName := make(map[string]*analysis.Analyzer)
	for _, a := range vet.Analyzers() {
		byName[a.Name] = a
	}
	all := &analysis.Analyzer{
		Name: "all", Doc: "all analyzers", Requires: byName["occblind"].Requires,
		Run: func(p *analysis.Pass) (any, error) {
			for _, name := range of[p.Pkg.Path()] {
				if _, err := byName[name].Run(p); err != nil {
					return nil, err
				}
			}
			return nil, nil
		},
	}
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), all, slices.Sorted(maps.Keys(of))...)
}

func TestAnalyzers_AreValidAndDocumented(t *testing.T) {
	all := vet.Analyzers()
	require.NoError(t, analysis.Validate(all))
	for _, a := range all {
		assert.NotEmpty(t, a.Doc, a.Name)
		assert.Contains(t, a.URL, "docs/vet.md#"+a.Name)
	}
}

func TestPlugin_GivesGolangciLintTheAnalyzers(t *testing.T) {
	plugin, err := register.GetPlugin("entocc")
	require.NoError(t, err)
	linter, err := plugin(nil)
	require.NoError(t, err)
	got, err := linter.BuildAnalyzers()
	require.NoError(t, err)
	assert.Len(t, got, len(vet.Analyzers()))
	assert.Equal(t, register.LoadModeTypesInfo, linter.GetLoadMode())
}
