// Package vettool makes a program a tool for go vet -vettool.
package vettool

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/entocc/entocc/vet"
)

// Asked reports whether go vet started the program, which the arguments show.
func Asked(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Main responds to go vet, and ends the program.
func Main() {
	if path := os.Args[len(os.Args)-1]; strings.HasSuffix(path, ".cfg") && nothing(path) {
		os.Exit(0)
	}
	unitchecker.Main(vet.Analyzers()...)
}

// nothing reports whether go vet asks about a package in which there is nothing to find, and if so, says it to go vet.
// That is a dependency, for which go vet only wants facts, and no analyzer has any; and a package of generated code.
// The unit checker would parse and check each of them anyway, which for the client of a hundred types is most of its
// work.
func nothing(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	var unit unitchecker.Config
	if json.Unmarshal(data, &unit) != nil || unit.VetxOutput == "" {
		return false
	}
	if !unit.VetxOnly && slices.ContainsFunc(unit.GoFiles, written) {
		return false
	}
	return os.WriteFile(unit.VetxOutput, nil, 0o666) == nil
}

// written reports whether a file is hand-written, and contains more than a line that generates other files. A file that
// can't be read is left to the unit checker.
func written(path string) bool {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.PackageClauseOnly|parser.ParseComments)
	if err == nil && ast.IsGenerated(f) {
		return false
	}
	f, err = parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	return err != nil || len(f.Decls) > 0 || slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
		return slices.ContainsFunc(g.List, func(c *ast.Comment) bool { return strings.Contains(c.Text, "entocc:") })
	})
}
