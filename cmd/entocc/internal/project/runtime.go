package project

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Opens returns the files that open a client, for example with ent.Open or ent.NewClient, in packages in which nothing
// imports its runtime package. Tests that open it with enttest need nothing.
func (c *Client) Opens() ([]string, error) {
	opens, wired := make(map[string]string), make(map[string]bool)
	pkg := c.Package()
	err := c.Module.walk(func(path string) error {
		if !strings.HasSuffix(path, ".go") || strings.HasPrefix(path, c.Target+string(filepath.Separator)) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Contains(data, []byte(`"`+pkg)) {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		unit := filepath.Dir(path) + " " + file.Name.Name
		if strings.HasSuffix(path, "_test.go") {
			unit += " test"
		}
		if ImportName(file, pkg+"/runtime") != "" {
			wired[unit] = true
		}
		if name := ImportName(file, pkg); name != "" && opensBy(file, name) && (opens[unit] == "" || path < opens[unit]) {
			opens[unit] = path
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var files []string
	for unit, path := range opens {
		if !wired[unit] && !wired[strings.TrimSuffix(unit, " test")] {
			files = append(files, path)
		}
	}
	sort.Strings(files)
	return files, nil
}

// opensBy reports whether a file calls Open or NewClient of a package.
func opensBy(file *ast.File, pkg string) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Open" || sel.Sel.Name == "NewClient") {
				id, ok := sel.X.(*ast.Ident)
				found = found || ok && id.Name == pkg
			}
		}
		return !found
	})
	return found
}
