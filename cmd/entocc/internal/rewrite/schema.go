package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// NotUnderstoodError is code that is left as it is, and what to do there by hand.
type NotUnderstoodError struct{ Where, Why string }

// Error implements error.
func (e *NotUnderstoodError) Error() string { return e.Where + ": " + e.Why }

// Schemas are the files of a folder of schemas.
type Schemas struct {
	dir     string
	sources map[string]*source
}

// ReadSchemas parses a folder of schemas.
func ReadSchemas(dir string) (*Schemas, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Schemas{dir: dir, sources: make(map[string]*source)}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if s.sources[path], err = open(path, data); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Version are the options of the mixin that is added.
type Version struct {
	// Field is the name of the version field.
	Field      string
	AllowBlind bool
}

// literal is the mixin as it is written, with the name of its package.
func (v Version) literal(pkg string) string {
	var options []string
	if v.Field != "version" {
		options = append(options, fmt.Sprintf("Name: %q", v.Field))
	}
	if v.AllowBlind {
		options = append(options, "AllowBlind: true")
	}
	return pkg + ".Version{" + strings.Join(options, ", ") + "}"
}

// Add adds mixin.Version to a schema. The error is a [*NotUnderstoodError] where the
// schema's Mixin is written in a way that can't be edited safely.
func (s *Schemas) Add(schema string, v Version) error {
	src, spec, decl := s.find(schema)
	if src == nil {
		return &NotUnderstoodError{s.dir, fmt.Sprintf("no type %s is declared here as a struct of its own: add mixin.Version{} to its Mixin() by hand", schema)}
	}
	name := s.mixinName(src)
	value := v.literal(name)
	method, of := s.method(schema, "Mixin")
	if method == nil {
		addMethod(src, spec, decl, schema, value)
	} else if err := s.addToMethod(of, method, value); err != nil {
		return err
	} else if src = of; s.mixinName(of) != name {
		return &NotUnderstoodError{of.path, fmt.Sprintf("the type %s and its Mixin() are in files with different imports: add mixin.Version{} by hand", schema)}
	}
	if name == "mixin" {
		src.addImport("", project.EntoccPath+"/mixin")
	} else {
		src.addImport(name, project.EntoccPath+"/mixin")
	}
	return nil
}

// Changed returns the new text of the files that were edited.
func (s *Schemas) Changed() (map[string][]byte, error) {
	changed := make(map[string][]byte)
	for path, src := range s.sources {
		if len(src.inserts) == 0 && len(src.imports) == 0 {
			continue
		}
		text, err := src.finish()
		if err != nil {
			return nil, err
		}
		changed[path] = text
	}
	return changed, nil
}

// find returns the declaration of a schema, if it is a struct.
func (s *Schemas) find(schema string) (*source, *ast.TypeSpec, *ast.GenDecl) {
	for _, src := range s.sources {
		for _, decl := range src.file.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.TYPE {
				continue
			}
			for _, spec := range d.Specs {
				if t := spec.(*ast.TypeSpec); t.Name.Name == schema && isStruct(t) {
					return src, t, d
				}
			}
		}
	}
	return nil, nil, nil
}

func isStruct(t *ast.TypeSpec) bool {
	_, ok := t.Type.(*ast.StructType)
	return ok
}

// method returns a method of a schema, and its file.
func (s *Schemas) method(schema, name string) (*ast.FuncDecl, *source) {
	for _, src := range s.sources {
		for _, decl := range src.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if ok && f.Name.Name == name && f.Recv != nil && receiver(f) == schema {
				return f, src
			}
		}
	}
	return nil, nil
}

func receiver(f *ast.FuncDecl) string {
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, _ := t.(*ast.Ident)
	if id == nil {
		return ""
	}
	return id.Name
}

// mixinName returns the name under which a file imports entocc's mixins, or can.
func (s *Schemas) mixinName(src *source) string {
	if name := project.ImportName(src.file, project.EntoccPath+"/mixin"); name != "" {
		return name
	}
	for _, spec := range src.file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if spec.Name != nil && spec.Name.Name == "mixin" || spec.Name == nil && strings.HasSuffix(path, "/mixin") {
			return "occmixin"
		}
	}
	for _, other := range s.sources {
		if other.file.Scope.Lookup("mixin") != nil {
			return "occmixin"
		}
	}
	return "mixin"
}

// embeds reports whether a struct embeds ent.Schema itself, so that the schema has no Mixin from elsewhere.
func embeds(src *source, t *ast.TypeSpec) bool {
	ent := project.ImportName(src.file, "entgo.io/ent")
	return slices.ContainsFunc(t.Type.(*ast.StructType).Fields.List, func(f *ast.Field) bool {
		sel, ok := f.Type.(*ast.SelectorExpr)
		if !ok || len(f.Names) > 0 {
			return false
		}
		id, ok := sel.X.(*ast.Ident)
		return ok && id.Name == ent && sel.Sel.Name == "Schema"
	})
}

// addMethod adds a Mixin method after the declaration of a schema. That of an embedded type is kept.
func addMethod(src *source, spec *ast.TypeSpec, decl *ast.GenDecl, schema, value string) {
	ent := project.ImportName(src.file, "entgo.io/ent")
	text := fmt.Sprintf("\n\n// Mixin of the %s.\nfunc (%s) Mixin() []%s.Mixin {\n\treturn []%s.Mixin{%s}\n}", schema, schema, ent, ent, value)
	if !embeds(src, spec) {
		base := embedded(spec)
		text = fmt.Sprintf("\n\n// Mixin of the %s: those of %s, and the version.\nfunc (s %s) Mixin() []ent.Mixin {\n\treturn append(s.%s.Mixin(), %s)\n}",
			schema, base, schema, base, value)
		src.addImport("", "entgo.io/ent")
	}
	end := decl.End()
	for _, group := range src.file.Comments { // A comment behind the declaration stays with it.
		if src.fset.Position(group.Pos()).Line == src.fset.Position(end).Line && group.Pos() >= end {
			end = group.End()
		}
	}
	src.insert(end, text)
}

// embedded returns the name of the first type that a struct embeds.
func embedded(t *ast.TypeSpec) string {
	for _, f := range t.Type.(*ast.StructType).Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		switch typ := f.Type.(type) {
		case *ast.Ident:
			return typ.Name
		case *ast.SelectorExpr:
			return typ.Sel.Name
		}
	}
	return "Schema"
}

// addToMethod adds a mixin to what a Mixin method returns: a literal, an append, or nil.
func (s *Schemas) addToMethod(src *source, f *ast.FuncDecl, value string) error {
	byHand := &NotUnderstoodError{
		fmt.Sprintf("%s:%d", src.path, src.fset.Position(f.Pos()).Line),
		fmt.Sprintf("Mixin() of %s is not one return of a list: add %s to it by hand", receiver(f), value),
	}
	if f.Body == nil || len(f.Body.List) != 1 {
		return byHand
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return byHand
	}
	switch result := ret.Results[0].(type) {
	case *ast.CompositeLit:
		addElement(src, result.Rbrace, result.Elts, value)
	case *ast.CallExpr:
		if id, ok := result.Fun.(*ast.Ident); !ok || id.Name != "append" || result.Ellipsis.IsValid() {
			if src.offset(ret.Pos()) < 0 {
				return byHand
			}
			src.insert(result.Pos(), "append(")
			src.insert(result.End(), ", "+value+")")
			return nil
		}
		addElement(src, result.Rparen, result.Args, value)
	case *ast.Ident:
		if result.Name != "nil" {
			return byHand
		}
		typ := string(src.text[src.offset(f.Type.Results.List[0].Type.Pos()):src.offset(f.Type.Results.List[0].Type.End())])
		src.replace(result.Pos(), result.End(), typ+"{"+value+"}")
	default:
		return byHand
	}
	return nil
}

// addElement adds an element to a list, on a line of its own where the others are.
func addElement(src *source, right token.Pos, elements []ast.Expr, value string) {
	if len(elements) == 0 {
		src.insert(right, value)
		return
	}
	last := elements[len(elements)-1]
	if src.fset.Position(right).Line == src.fset.Position(last.End()).Line {
		src.insert(last.End(), ", "+value)
		return
	}
	// After the comma, and after a comment behind it.
	at := src.offset(last.End())
	end := at + strings.IndexByte(string(src.text[at:]), '\n')
	src.inserts = append(src.inserts, insert{end, end, "\n\t\t" + value + ","})
}
