package project

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
)

// The packages that an entc.go imports.
const (
	EntcPath   = "entgo.io/ent/entc"
	EntoccPath = "github.com/entocc/entocc"
)

// Entc is what an entc.go says, as far as it is understood.
type Entc struct {
	Path string
	Src  []byte
	Fset *token.FileSet
	File *ast.File
	// Call is the call of entc.Generate.
	Call *ast.CallExpr
	// Stmt is the statement around it, in its block.
	Stmt ast.Stmt
	// Schema and Target are the paths, from the folder of the file.
	Schema, Target string
	// Extension is true if the extension of entocc is there.
	Extension bool
}

// ReadEntc reads an entc.go.
func ReadEntc(path string) (*Entc, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseEntc(path, src)
}

// ParseEntc reads the text of an entc.go. It fails unless the text has exactly one call of entc.Generate with a
// constant path.
func ParseEntc(path string, src []byte) (*Entc, error) {
	e := &Entc{Path: path, Src: src, Fset: token.NewFileSet()}
	var err error
	if e.File, err = parser.ParseFile(e.Fset, path, src, parser.ParseComments); err != nil {
		return nil, err
	}
	entc := ImportName(e.File, EntcPath)
	e.Extension = ImportName(e.File, EntoccPath+"/entc") != ""
	calls := 0
	ast.Inspect(e.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			for _, stmt := range n.List {
				if holds(stmt, entc) {
					e.Stmt = stmt // The innermost block is visited last.
				}
			}
		case *ast.CallExpr:
			if isGenerate(n, entc) {
				e.Call = n
				calls++
			}
		}
		return true
	})
	if entc == "" || calls != 1 || len(e.Call.Args) < 2 {
		return nil, fmt.Errorf("%s has %d calls of entc.Generate, not 1: it is not understood. Add the extension of %s/entc by hand", path, calls, EntoccPath)
	}
	schema, ok := literal(e.Call.Args[0])
	if !ok {
		return nil, fmt.Errorf("%s gives entc.Generate a path that is not a constant: entocc does not understand it. Add the extension of %s/entc by hand", path, EntoccPath)
	}
	e.Schema, e.Target = schema, target(e.Call.Args[1], e.File)
	return e, nil
}

func holds(stmt ast.Stmt, entc string) bool {
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && isGenerate(call, entc) {
			found = true
		}
		return !found
	})
	return found
}

func isGenerate(call *ast.CallExpr, entc string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Generate" {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == entc && entc != ""
}

// target returns the Target of a gen.Config that is written in place, or in a variable.
func target(config ast.Expr, file *ast.File) string {
	if u, ok := config.(*ast.UnaryExpr); ok {
		config = u.X
	}
	found := ""
	look := func(lit *ast.CompositeLit) {
		for _, elt := range lit.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Target" {
					found, _ = literal(kv.Value)
				}
			}
		}
	}
	if lit, ok := config.(*ast.CompositeLit); ok {
		look(lit)
		return found
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok {
			if sel, ok := lit.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Config" {
				look(lit)
			}
		}
		return true
	})
	return found
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// ImportName returns the name under which a file imports a package, or nothing.
func ImportName(file *ast.File, path string) string {
	for _, spec := range file.Imports {
		if got, err := strconv.Unquote(spec.Path.Value); err != nil || got != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[lastSlash(path)+1:]
	}
	return ""
}

func lastSlash(path string) int {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return i
		}
	}
	return -1
}
