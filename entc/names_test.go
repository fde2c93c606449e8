package entc_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A type's package has the type's name in lower case, and generated code refers to it. The test tries every local name
// in its place: a type of that name must compile if it does with ent's code alone.
func TestGenerate_NoLocalNameHidesThePackageOfAType(t *testing.T) {
	ents, err := generate(t, "../internal/ent/schema", committed())
	require.NoError(t, err)
	hiddenInEnt := hidden(t, committed().Package, ents)
	require.Contains(t, hiddenInEnt, "ctx", "the test finds a name that is known to be hidden")
	// TestGenerate_CommittedClientIsWhatItMakes holds what is committed to what is generated.
	for name, functions := range hidden(t, committed().Package, files(t, "../internal/ent")) {
		if hiddenInEnt[name] == nil {
			assert.Empty(t, functions, "a type with a package called %q does not compile", name)
		}
	}
}

// hidden returns the local names that would hide a type's package of that name where it is used, with the functions.
func hidden(t *testing.T, pkg string, files map[string]string) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for name, src := range files {
		if strings.Contains(name, "/") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, 0)
		require.NoError(t, err)
		packages := typePackages(t, pkg, file)
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			f := function{t: t, text: src[fset.Position(fn.Pos()).Offset:fset.Position(fn.End()).Offset]}
			f.collect(fn, packages)
			for _, local := range f.locals {
				if f.hides(local) {
					found[local] = append(found[local], name+" "+fn.Name.Name)
				}
			}
		}
	}
	return found
}

// typePackages returns the packages of types that a file imports.
func typePackages(t *testing.T, pkg string, file *ast.File) []string {
	t.Helper()
	var names []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if base := path.Base(imported); path.Dir(imported) == pkg && base != "predicate" && base != "migrate" {
			names = append(names, base)
		}
	}
	return names
}

// function is a generated function.
type function struct {
	t    *testing.T
	text string
	// locals are the names that it declares. uses are the places in text that begin with the package of a type.
	locals []string
	uses   []use
}

type use struct{ from, to int }

// marked is the prefix for a type's package in the text.
const marked = "Marked_"

func (f *function) collect(fn *ast.FuncDecl, packages []string) {
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Obj == nil && slices.Contains(packages, x.Name) {
				f.uses = append(f.uses, use{int(x.Pos() - fn.Pos()), int(n.Sel.Pos() - fn.Pos())})
			}
		case *ast.Ident:
			if n.Obj != nil && n.Obj.Kind == ast.Var && n.Name == strings.ToLower(n.Name) && !slices.Contains(f.locals, n.Name) {
				f.locals = append(f.locals, n.Name)
			}
		}
		return true
	})
}

// hides reports whether a local name hides a type's package of the same name where the package is used.
func (f *function) hides(name string) bool {
	if len(f.uses) == 0 {
		return false
	}
	text, last := "package p\n", 0
	for _, u := range f.uses {
		text += f.text[last:u.from] + name + "." + marked
		last = u.to
	}
	file, err := parser.ParseFile(token.NewFileSet(), "", text+f.text[last:], 0)
	require.NoError(f.t, err)
	hides := false
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(sel.Sel.Name, marked) {
			hides = hides || sel.X.(*ast.Ident).Obj != nil
		}
		return true
	})
	return hides
}
