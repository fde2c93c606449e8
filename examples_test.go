package entocc_test

import (
	"go/ast"
	"go/doc"
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

const forGenerated = "generated code and its runtime call it"

// unexampled lists the functions, methods and types without an example that runs, and why.
var unexampled = map[string]string{
	"entocc.NameCommit":                        forGenerated,
	"entocc.NameOutcome":                       forGenerated,
	"entocc.NameRollback":                      forGenerated,
	"entocc.NewBulkModifiedError":              forGenerated,
	"entocc.NewBulkNotNewerError":              forGenerated,
	"entocc.NewFieldDiff":                      forGenerated,
	"entocc.NewModifiedError":                  forGenerated,
	"entocc.NewRetryConfig":                    forGenerated,
	"entocc.RecordModifiedError.InTransaction": forGenerated,
	"hook.Guard":                               "the mixins install it",
	"hook.ReportCallersOf":                     "it needs a program of two packages: the tests of Report have one",
	"occtest.Run":                              "it takes a *testing.T: the package's tests run it",
}

// calledByOthers are methods that the standard library, ent or a builder calls.
var calledByOthers = []string{"Error", "Unwrap", "String", "ServeHTTP", "Accept", "Annotations", "Fields", "Hooks"}

func TestExamples_EveryFunctionHasOne(t *testing.T) {
	excused := maps.Clone(unexampled)
	for _, dir := range []string{".", "hook", "mixin", "occhttp", "trigger", "occtest"} {
		p, called := documented(t, dir)
		for _, s := range symbols(p) {
			name := p.Name + "." + s.name
			shown := s.shown() || s.method != "" && (called[s.method] || slices.Contains(calledByOthers, s.method))
			if _, ok := excused[name]; ok {
				assert.Falsef(t, shown, "%s has an example: take it off the list", name)
				delete(excused, name)
				continue
			}
			assert.Truef(t, shown, "%s has no example that runs: write one, or say in unexampled why it has none", name)
		}
	}
	assert.Empty(t, excused, "these functions, methods and types do not exist")
}

// symbol is a function, a method, or a type that needs an example.
type symbol struct {
	name, method string
	examples     []*doc.Example
}

// shown reports whether the symbol has examples and all of them run.
func (s symbol) shown() bool {
	return len(s.examples) > 0 && !slices.ContainsFunc(s.examples, func(e *doc.Example) bool { return e.Output == "" })
}

func symbols(p *doc.Package) (all []symbol) {
	funcs := slices.Clone(p.Funcs)
	for _, typ := range p.Types {
		funcs = append(funcs, typ.Funcs...)
		for _, m := range typ.Methods {
			all = append(all, symbol{name: typ.Name + "." + m.Name, method: m.Name, examples: m.Examples})
		}
		if p.Name == "mixin" || strings.HasSuffix(typ.Name, "Error") {
			all = append(all, symbol{name: typ.Name, examples: typ.Examples})
		}
	}
	for _, f := range funcs {
		all = append(all, symbol{name: f.Name, examples: f.Examples})
	}
	return all
}

// documented returns the documentation of a package, and the names of the methods that its examples call.
func documented(t *testing.T, dir string) (*doc.Package, map[string]bool) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	fset := token.NewFileSet()
	var files []*ast.File
	called := make(map[string]bool)
	for _, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, file)
		for _, example := range doc.Examples(file) {
			ast.Inspect(example.Code, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					called[s.Sel.Name] = true
				}
				return true
			})
		}
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/entocc/entocc/"+dir)
	require.NoError(t, err)
	return p, called
}
