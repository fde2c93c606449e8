package rewrite

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// NotUnderstoodError is code that is left unchanged, and what to do there by hand.
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
		if built, err := build.Default.MatchFile(dir, name); err == nil && !built { // for other systems, or with other tags
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

// Version are the options of the mixin to add.
type Version struct {
	// Field is the name of the version field.
	Field      string
	AllowBlind bool
	// First lists it before the existing mixins: hooks of mixins that are listed before the version run for a write
	// that the guard then refuses.
	First bool
}

// literal is the mixin's source text, with the name of its package.
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

// Add adds mixin.Version to a schema. The error is a [*NotUnderstoodError] if the schema's Mixin is written in a way
// that can't be edited safely.
func (s *Schemas) Add(schema string, v Version) error {
	src, spec, decl := s.find(schema)
	if src == nil {
		return &NotUnderstoodError{s.dir, fmt.Sprintf("no struct type %s is declared here: add mixin.Version{} to its Mixin() by hand", schema)}
	}
	name := s.mixinName(src)
	value := v.literal(name)
	method, of := s.method(schema, "Mixin")
	if method == nil {
		addMethod(src, spec, decl, v, value)
	} else if err := addToMethod(of, method, v, value); err != nil {
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

// mixinName returns the name under which a file imports entocc's mixins, or can import them.
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

// embeds reports whether a struct embeds ent.Schema itself, so that the schema inherits no Mixin from elsewhere.
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
