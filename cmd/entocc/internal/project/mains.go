package project

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
)

// MainsWithoutRuntime returns the main packages that link the client but not its runtime package.
func (c *Client) MainsWithoutRuntime(ctx context.Context) ([]string, error) {
	out, err := Go(ctx, c.Module.Dir, "list", "-f", `{{if eq .Name "main"}}{{.ImportPath}} {{join .Deps " "}}{{end}}`, "./...")
	if err != nil {
		return nil, err
	}
	var missing []string
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) > 0 && slices.Contains(words[1:], c.Package()) && !slices.Contains(words[1:], c.Package()+"/runtime") {
			missing = append(missing, words[0])
		}
	}
	return missing, nil
}

// Note is a remark about a place.
type Note struct{ Where, Text string }

// DSNs returns notes about data source names in the code, for settings that matter to guarded writes.
func (m *Module) DSNs() ([]Note, error) {
	var notes []Note
	err := m.walk(func(path string) error {
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data, []byte(".Open(")) {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) >= 2 {
				if text := noteDSN(call); text != "" {
					notes = append(notes, Note{fmt.Sprintf("%s:%d", m.Rel(path), fset.Position(call.Pos()).Line), text})
				}
			}
			return true
		})
		return nil
	})
	return notes, err
}

// noteDSN returns the note about a call such as ent.Open(dialect.SQLite, "file:..").
func noteDSN(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Open" {
		return ""
	}
	dsn, ok := literal(call.Args[1])
	if !ok {
		return ""
	}
	driver, _ := literal(call.Args[0])
	if s, ok := call.Args[0].(*ast.SelectorExpr); ok {
		driver = strings.ToLower(s.Sel.Name)
	}
	switch {
	case strings.HasPrefix(driver, "sqlite") && !strings.Contains(dsn, "_txlock=immediate"):
		return "without _txlock=immediate, a transaction that reads first and writes later meets SQLITE_BUSY where another has written (docs/databases.md)"
	case driver == "mysql" && !strings.Contains(dsn, "interpolateParams=true"):
		return "without interpolateParams=true, writes on nodes of Galera are refused (docs/databases.md)"
	}
	return ""
}
