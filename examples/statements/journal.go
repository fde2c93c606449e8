package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

var (
	// overflow is the expression for the next version if the old one is not known. The README shows it once in full.
	overflow = regexp.MustCompile(`(COALESCE\(\w+\.\w+, 0\) \+ )CASE \w+\.\w+ WHEN 9223372036854775807 THEN abs\(~\w+\.\w+\) ELSE 1 END`)
	clause   = regexp.MustCompile(` (WHERE|RETURNING|ON CONFLICT|DO UPDATE) `)
)

// journal collects what ent's debug driver logs for each statement: "driver.Query: query=SELECT .. args=[..]".
type journal struct{ lines []string }

func (j *journal) add(v ...any) {
	line := fmt.Sprint(v...)
	query, args, isQuery := strings.Cut(line, " args=")
	switch {
	case isQuery:
		_, query, _ = strings.Cut(query, "query=")
		query = overflow.ReplaceAllString(strings.ReplaceAll(query, "`", ""), "${1}1")
		j.lines = append(j.lines, clause.ReplaceAllString(query, "\n  $1 ")+" -- "+args)
	case strings.HasSuffix(line, "started"):
		j.lines = append(j.lines, "BEGIN")
	case strings.HasSuffix(line, "committed"):
		j.lines = append(j.lines, "COMMIT")
	default:
		j.lines = append(j.lines, "ROLLBACK")
	}
}

// String returns the statements, one a line.
func (j *journal) String() string {
	if len(j.lines) == 0 {
		return "-- no statement"
	}
	return strings.Join(j.lines, "\n")
}

// bodyOf returns the body of a function in calls.go, except the line that names its rows.
func bodyOf(name string) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "calls.go", source, 0)
	if err != nil {
		return "", err
	}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != name {
			continue
		}
		lines := source[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset]
		if _, after, found := strings.Cut(lines, "\n\n"); found {
			lines = after
		}
		return strings.TrimSpace(strings.ReplaceAll(lines, "\n\t", "\n")), nil
	}
	return "", fmt.Errorf("calls.go has no function %s", name)
}
