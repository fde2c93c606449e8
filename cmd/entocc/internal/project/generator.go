package project

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// otherLine reads a go:generate line that runs a program of the module which generates a client, like entc.go.
func (m *Module) otherLine(c *Client, text string) (*Line, bool) {
	rest, _ := strings.CutPrefix(strings.TrimRight(text, "\r\n"), "//go:generate ")
	words, err := split(rest)
	if err != nil || len(words) < 3 || words[0] != "go" || words[1] != "run" {
		return nil, false
	}
	for _, w := range words[2:] {
		for _, path := range m.program(c.Dir, w) {
			if data, err := os.ReadFile(path); err == nil && callsGenerate(path, data) {
				c.Entc = path
				return &Line{Words: words}, true
			}
		}
	}
	return nil, false
}

// program returns the files that go run runs for an argument, in a folder: a file, or those of a package of the module.
func (m *Module) program(dir, word string) []string {
	inside, ok := strings.CutPrefix(word, m.Path+"/")
	switch {
	case strings.HasSuffix(word, ".go"):
		return []string{filepath.Join(dir, word)}
	case ok:
		dir, word = m.Dir, inside
	case !strings.HasPrefix(word, "."):
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(dir, word, "*.go"))
	return files
}

// callsGenerate reports whether a file calls entc.Generate.
func callsGenerate(path string, data []byte) bool {
	if !bytes.Contains(data, []byte(`"`+EntcPath+`"`)) {
		return false
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	entc, found := ImportName(file, EntcPath), false
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		found = found || ok && isGenerate(call, entc)
		return !found
	})
	return found
}

// Unknown returns the files that may generate the client without the extension, and that no go:generate line runs: a
// Makefile may run them, or a person. The client that they generate has no guard.
func (f *Found) Unknown(c *Client) (files []string) {
	for _, path := range f.callers {
		if slices.ContainsFunc(f.Clients, func(o *Client) bool { return o.Entc == path }) {
			continue
		}
		e, err := ReadEntc(path)
		if err == nil && (e.Extension || !f.fits(e, c)) {
			continue
		}
		files = append(files, f.module.Rel(path))
	}
	return files
}

// fits reports whether the path of the schemas is the client's, from any folder in which the file may be run.
func (f *Found) fits(e *Entc, c *Client) bool {
	if strings.HasPrefix(e.Schema, f.module.Path+"/") {
		return filepath.Join(f.module.Dir, strings.TrimPrefix(e.Schema, f.module.Path)) == c.SchemaDir()
	}
	if beside := filepath.Join(filepath.Dir(e.Path), e.Schema); exists(beside) {
		return beside == c.SchemaDir()
	}
	for _, dir := range []string{f.module.Dir, c.Dir} {
		if filepath.Join(dir, e.Schema) == c.SchemaDir() {
			return true
		}
	}
	return false
}

// adopt assigns the file that generates it to a client that no line generates.
func (f *Found) adopt(c *Client) {
	for _, path := range f.callers {
		if e, err := ReadEntc(path); err == nil && c.Generate == nil && c.Entc == "" && f.fits(e, c) {
			c.Entc = path
		}
	}
}

// Runnable reports whether it is known how the client is generated: by a go:generate line, or by an entc.go in the
// place that ent's documentation recommends. From which folder another program has to be run is unknown.
func (c *Client) Runnable() bool {
	return c.Generate != nil || c.Entc == "" || c.Entc == filepath.Join(c.Dir, "entc.go")
}
