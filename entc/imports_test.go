package entc_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ent runs goimports on each generated file. If a file selects from a variable that another file declares, goimports
// takes it for a package, and parses all files of the client. One such file a type made codegen take three times as
// long.
func TestGenerate_NoFileSelectsFromAVariableOfAnotherFile(t *testing.T) {
	paths, err := filepath.Glob("../internal/ent/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, p := range paths {
		// Mode 0, because goimports also relies on the parser's object resolution.
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, 0)
		require.NoError(t, err)
		imported := make(map[string]bool)
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			name = path.Base(name)
			if spec.Name != nil {
				name = spec.Name.Name
			}
			imported[name] = true
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.IsExported() {
				if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil {
					assert.True(t, imported[x.Name], "%s: %s.%s", filepath.Base(p), x.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}
