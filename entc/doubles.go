package entc

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"entgo.io/ent/entc/gen"
)

// dropDoubleImports makes what is generated compile beside the templates of others. ent adds the imports of every
// extension and of every template folder to each file of its own, and goimports, which drops those that a file does not
// use, drops a double only where it stands next to its twin. Nobody can have two imports of one name, so that the first
// of equal ones is kept; and of two packages with one name, the one that is not ours.
//
// Without templates of others there is nothing to look for.
func dropDoubleImports(g *gen.Graph, ours []string) error {
	if !slices.ContainsFunc(g.Templates, func(t *gen.Template) bool { return t.Name() != templateName }) {
		return nil
	}
	for _, pattern := range []string{"*.go", "*/*.go"} {
		files, err := filepath.Glob(filepath.Join(g.Target, pattern))
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := dropDoubles(file, ours); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropDoubles does it in one file.
func dropDoubles(file string, ours []string) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, src, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("entocc: the imports of generated %s: %w", filepath.Base(file), err)
	}
	doubles := doubles(parsed.Imports, ours)
	if len(doubles) == 0 {
		return nil
	}
	out, last := &bytes.Buffer{}, 0
	for _, spec := range parsed.Imports {
		if slices.Contains(doubles, spec) {
			out.Write(bytes.TrimRight(src[last:fset.Position(spec.Pos()).Offset], "\t "))
			last = fset.Position(spec.End()).Offset
			if src[last] == '\n' {
				last++
			}
		}
	}
	out.Write(src[last:])
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return fmt.Errorf("entocc: dropping double imports of generated %s: %w", filepath.Base(file), err)
	}
	return os.WriteFile(file, formatted, 0o644)
}

// doubles returns the imports without which each name stands for one package.
func doubles(imports []*ast.ImportSpec, ours []string) []*ast.ImportSpec {
	var dropped []*ast.ImportSpec
	byName := make(map[string]*ast.ImportSpec)
	for _, spec := range imports {
		name := nameOf(spec)
		if name == "_" || name == "." {
			continue
		}
		first := byName[name]
		switch {
		case first == nil:
			byName[name] = spec
		case first.Path.Value == spec.Path.Value || slices.Contains(ours, pathOf(spec)):
			dropped = append(dropped, spec)
		case slices.Contains(ours, pathOf(first)):
			dropped = append(dropped, first)
			byName[name] = spec
		}
	}
	return dropped
}

// majorVersion is the last element of an import path that is not the name of its package.
var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// nameOf returns the name of an import in its file. goimports has named those whose path does not show it.
func nameOf(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	pkg := pathOf(spec)
	if dir := path.Dir(pkg); dir != "." && majorVersion.MatchString(path.Base(pkg)) {
		pkg = dir
	}
	return path.Base(pkg)
}

func pathOf(spec *ast.ImportSpec) string {
	pkg, _ := strconv.Unquote(spec.Path.Value) // The parser has checked it.
	return pkg
}
