package entc

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"entgo.io/ent/entc/gen"
)

// completeTx has the transactions of clients keep account of what they write, and of their end:
//
//	type txDriver struct { .. }       gets      occ txState
//	return txDriver.tx.Commit()       becomes   return txDriver.commit()
//	return txDriver.tx.Rollback()     becomes   return txDriver.rollback()
func completeTx(g *gen.Graph) error {
	tx := filepath.Join(g.Target, "tx.go")
	for _, end := range []string{"Commit", "Rollback"} {
		err := replaceIn(tx, "Tx."+end, callOf("txDriver.tx."+end+"()"), func(string) string {
			return "txDriver." + strings.ToLower(end) + "()"
		})
		if err != nil {
			return err
		}
	}
	return replaceIn(tx, "txDriver", structFields, func(fields string) string {
		return strings.TrimSuffix(fields, "}") + "\n\t// what the transaction knows of its own writes.\n\tocc txState\n}"
	})
}

// begun has a transaction begin to keep account of its writes.
func begun(expr string) string {
	if strings.HasPrefix(expr, "&") {
		expr = "(" + expr + ")"
	}
	return expr + ".begun(ctx)"
}

// finder returns the part of a declaration that is to be replaced, or nil where a node is not, or does not hold, it.
type finder func(src string, offset func(token.Pos) int, n ast.Node) ast.Node

// callOf finds a call by its text.
func callOf(call string) finder {
	return func(src string, offset func(token.Pos) int, n ast.Node) ast.Node {
		if c, ok := n.(*ast.CallExpr); ok && src[offset(c.Pos()):offset(c.End())] == call {
			return c
		}
		return nil
	}
}

// structFields finds the fields of a struct.
func structFields(_ string, _ func(token.Pos) int, n ast.Node) ast.Node {
	if s, ok := n.(*ast.StructType); ok {
		return s.Fields
	}
	return nil
}

// replaceIn replaces the one part of a declaration in a file that find finds.
func replaceIn(path, name string, find finder, replace func(string) string) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	text := string(src) // once: find is asked about every node
	var found []ast.Node
	for _, decl := range file.Decls {
		ast.Inspect(declared(decl, name), func(n ast.Node) bool {
			if part := find(text, offset, n); part != nil {
				found = append(found, part)
			}
			return true
		})
	}
	if len(found) != 1 {
		return fmt.Errorf("entocc: %s in ent's generated %s is not as in ent v0.14", name, filepath.Base(path))
	}
	from, to := offset(found[0].Pos()), offset(found[0].End())
	out := bytes.Join([][]byte{src[:from], []byte(replace(string(src[from:to]))), src[to:]}, nil)
	formatted, err := format.Source(out)
	if err != nil {
		return err
	}
	return os.WriteFile(path, formatted, 0o644)
}

// declared returns the method, or the type, that a declaration declares by this name; or a node without parts.
func declared(decl ast.Decl, name string) ast.Node {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if methodName(d) == name {
			return d
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok && t.Name.Name == name {
				return t
			}
		}
	}
	return &ast.EmptyStmt{}
}
