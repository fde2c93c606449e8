// Package rewrite edits the Go files of a project: text is inserted where the syntax tree says, and everything else
// stays as it is written.
package rewrite

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// source is a file that is being edited.
type source struct {
	path string
	text []byte
	fset *token.FileSet
	file *ast.File
	crlf bool
	// formatted is true if the file is as gofmt writes it.
	formatted bool
	inserts   []insert
	imports   []importSpec
}

// importSpec is an import to add; the name is empty if it is the package's own.
type importSpec struct{ name, path string }

// insert is a text to insert at an offset. It replaces the text from there to another offset.
type insert struct {
	from, to int
	text     string
}

// open parses a file. CRLF line ends are restored at the end.
func open(path string, data []byte) (*source, error) {
	s := &source{path: path, fset: token.NewFileSet(), crlf: bytes.Contains(data, []byte("\r\n"))}
	s.text = data
	if s.crlf {
		s.text = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	var err error
	if s.file, err = parser.ParseFile(s.fset, path, s.text, parser.ParseComments); err != nil {
		return nil, err
	}
	formatted, err := format.Source(s.text)
	s.formatted = err == nil && bytes.Equal(formatted, s.text)
	return s, nil
}

func (s *source) offset(pos token.Pos) int { return s.fset.Position(pos).Offset }

func (s *source) insert(pos token.Pos, text string) { s.replace(pos, pos, text) }

func (s *source) replace(from, to token.Pos, text string) {
	s.inserts = append(s.inserts, insert{s.offset(from), s.offset(to), text})
}

// apply returns the text with all insertions.
func (s *source) apply() []byte {
	text := slices.Clone(s.text)
	slices.SortStableFunc(s.inserts, func(a, b insert) int { return b.from - a.from })
	for _, in := range s.inserts {
		text = slices.Concat(text[:in.from], []byte(in.text), text[in.to:])
	}
	return text
}

// finish returns the edited text. It is formatted if it was before. An error says that the result is not valid Go: then
// the file has something unexpected on a line.
func (s *source) finish() ([]byte, error) {
	text := s.apply()
	for _, spec := range s.imports { // One by one, because the first may change where the next belongs.
		with, err := open(s.path, text)
		if err != nil {
			return nil, &NotUnderstoodError{s.path, "its edit would not compile, so it was not made: " + err.Error()}
		}
		with.writeImport(spec.name, spec.path)
		text = with.apply()
	}
	if s.formatted {
		formatted, err := format.Source(text)
		if err != nil {
			return nil, &NotUnderstoodError{s.path, "its edit would not compile, so it was not made: " + err.Error()}
		}
		text = formatted
	} else if _, err := parser.ParseFile(token.NewFileSet(), s.path, text, parser.SkipObjectResolution); err != nil {
		return nil, &NotUnderstoodError{s.path, "its edit would not compile, so it was not made: " + err.Error()}
	}
	if s.crlf {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	return text, nil
}

// addImport imports a package.
func (s *source) addImport(name, path string) {
	if spec := (importSpec{name, path}); !slices.Contains(s.imports, spec) {
		s.imports = append(s.imports, spec)
	}
}

// writeImport imports a package that is not imported yet, after the last import that comes before it in its block.
func (s *source) writeImport(name, path string) {
	for _, spec := range s.file.Imports {
		if got, _ := strconv.Unquote(spec.Path.Value); got == path {
			return
		}
	}
	text := strconv.Quote(path)
	if name != "" {
		text = name + " " + text
	}
	for _, decl := range s.file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		if !d.Lparen.IsValid() {
			s.replace(d.Specs[0].Pos(), d.Specs[0].End(), "(\n\t"+string(s.text[s.offset(d.Specs[0].Pos()):s.offset(d.Specs[0].End())])+"\n\n\t"+text+"\n)")
			return
		}
		s.addToBlock(d, path, text)
		return
	}
	s.insert(s.file.Name.End(), "\n\nimport "+text)
}

// addToBlock adds an import to a block: to the group of packages with a domain in their paths, or to a new one.
func (s *source) addToBlock(d *ast.GenDecl, path, text string) {
	var after ast.Node
	for _, spec := range d.Specs {
		got, _ := strconv.Unquote(spec.(*ast.ImportSpec).Path.Value)
		domain, _, _ := strings.Cut(got, "/")
		if strings.Contains(domain, ".") && (after == nil || got < path) {
			after = spec
		}
	}
	switch {
	case after != nil:
		end := after.End()
		if c := after.(*ast.ImportSpec).Comment; c != nil {
			end = c.End()
		}
		s.insert(end, "\n\t"+text)
	case len(d.Specs) > 0:
		s.insert(d.Rparen, "\n\t"+text+"\n")
	default:
		s.insert(d.Rparen, "\t"+text+"\n")
	}
}
