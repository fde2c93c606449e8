package entocc_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the current API into testdata/api")

const modulePath = "github.com/entocc/entocc"

// public are the packages whose names programs and generated code use; see Stability in CONTRIBUTING.md.
var public = []string{
	".", "entc", "hook", "mixin", "occgql", "occgrpc", "occgrpc/connectocc", "occgrpc/grpcocc", "occhttp", "occmigrate", "occrun", "occtest", "trigger",
}

// A change of the public API must show in testdata/api, where a reviewer sees it. In .ci/run, apidiff reports what
// breaks since the last release.
func TestAPI_IsTheOneOnRecord(t *testing.T) {
	for _, dir := range public {
		p := parsePackage(t, dir)
		name := filepath.Join("testdata", "api", strings.ReplaceAll(dir, "/", "-")+".txt")
		if dir == "." {
			name = filepath.Join("testdata", "api", "entocc.txt")
		}
		got := p.api(t)
		if *update {
			require.NoError(t, os.WriteFile(name, []byte(got), 0o644)) //nolint:gosec // a file of the repository
			continue
		}
		assert.Equalf(t, read(t, name), got, "the API of %s has changed: if you meant to, run go test . -run API -update, and add a line to CHANGELOG.md", dir)
	}
}

// parsed is a package, with its files' imports by the names that they use.
type parsed struct {
	*doc.Package
	fset    *token.FileSet
	imports map[string]string
}

func parsePackage(t *testing.T, dir string) *parsed {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	p := &parsed{fset: token.NewFileSet(), imports: make(map[string]string)}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.fset, name, nil, 0)
		require.NoError(t, err)
		files = append(files, file)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			p.imports[path.Base(imported)] = imported
		}
	}
	require.NotEmpty(t, files, dir)
	p.Package, err = doc.NewFromFiles(p.fset, files, path.Join(modulePath, dir))
	require.NoError(t, err)
	return p
}

// api lists the exported declarations, without comments and bodies.
func (p *parsed) api(t *testing.T) string {
	var out bytes.Buffer
	p.values(t, &out, p.Consts, p.Vars)
	p.funcs(t, &out, p.Funcs)
	for _, typ := range p.Types {
		p.typ(t, &out, typ)
		p.funcs(t, &out, typ.Funcs)
		for _, target := range p.targets(t, typ) {
			out.WriteString("// " + typ.Name + ":\n")
			target.pkg.typ(t, &out, target.Type)
		}
	}
	return out.String()
}

func (p *parsed) typ(t *testing.T, out *bytes.Buffer, typ *doc.Type) {
	p.print(t, out, typ.Decl)
	p.values(t, out, typ.Consts, typ.Vars)
	p.funcs(t, out, typ.Methods)
}

func (p *parsed) values(t *testing.T, out *bytes.Buffer, lists ...[]*doc.Value) {
	for _, list := range lists {
		for _, v := range list {
			p.print(t, out, v.Decl)
		}
	}
}

func (p *parsed) funcs(t *testing.T, out *bytes.Buffer, list []*doc.Func) {
	for _, f := range list {
		p.print(t, out, f.Decl)
	}
}

// print prints a declaration without alignment: a longer name must not change its neighbours' lines.
func (p *parsed) print(t *testing.T, out *bytes.Buffer, decl ast.Node) {
	var text bytes.Buffer
	require.NoError(t, (&printer.Config{Mode: printer.TabIndent | printer.UseSpaces, Tabwidth: 8}).Fprint(&text, p.fset, decl))
	for line := range strings.Lines(text.String()) {
		if words := strings.Fields(line); len(words) > 0 {
			out.WriteString(line[:len(line)-len(strings.TrimLeft(line, "\t"))] + strings.Join(words, " ") + "\n")
		}
	}
}

// target is a type of an internal package that a public name stands for: its fields and methods are public too.
type target struct {
	pkg *parsed
	*doc.Type
}

func (p *parsed) targets(t *testing.T, typ *doc.Type) (all []target) {
	ast.Inspect(typ.Decl, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && !spec.Assign.IsValid() {
			return false
		}
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		dir, internal := strings.CutPrefix(p.imports[selector.X.(*ast.Ident).Name], modulePath+"/internal/")
		if internal {
			pkg := parsePackage(t, path.Join("internal", dir))
			i := slices.IndexFunc(pkg.Types, func(typ *doc.Type) bool { return typ.Name == selector.Sel.Name })
			require.GreaterOrEqual(t, i, 0, "%s.%s", dir, selector.Sel.Name)
			all = append(all, target{pkg, pkg.Types[i]})
		}
		return true
	})
	return all
}
