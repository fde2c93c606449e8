package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one change.
type mutant struct {
	file    string
	line    int
	in      string // the function
	kind    string
	code    string // what is changed
	where   string // its line
	reached bool   // by any test
	verdict string
}

// The verdicts on a mutant. One without a verdict is still being tested.
const (
	killed   = "killed"
	late     = "timed out"
	survived = "survived"
	argued   = "argued to be equivalent"
	unseen   = "not shown"
)

// selector is the package that asks the environment which mutant is on. On request it records which ones are reached.
const selector = `// Package mutant selects one of the changes that are compiled in.
package mutant

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

var (
	on, _   = strconv.Atoi(os.Getenv("ENTOCC_MUTANT"))
	path    = os.Getenv("ENTOCC_MUTANTS_REACHED")
	mu      sync.Mutex
	reached = make(map[int]bool)
)

// Is reports whether a mutant is on.
func Is(n int) bool {
	if path != "" {
		note(n)
	}
	return n == on
}

func note(n int) {
	mu.Lock()
	defer mu.Unlock()
	if reached[n] {
		return
	}
	reached[n] = true
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Fprintln(f, n)
}
`

// plant writes the packages with all mutants into a folder, and returns the overlay that shows them to the compiler.
// The number of a mutant is its index plus one.
func plant(tmp string) (mutants []mutant, overlay string, err error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, "", err
	}
	replace := make(map[string]string)
	put := func(path string, src []byte) error {
		copied := filepath.Join(tmp, strings.ReplaceAll(path, "/", "_"))
		replace[filepath.Join(root, path)] = copied
		return os.WriteFile(copied, src, 0o600)
	}
	if err := put("internal/mutant/mutant.go", []byte(selector)); err != nil {
		return nil, "", err
	}
	for _, room := range rooms {
		files, err := filepath.Glob(room + "/*.go")
		if err != nil {
			return nil, "", err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			p := &planter{file: file, mutants: mutants}
			src, err := p.plant()
			if err != nil {
				return nil, "", err
			}
			if len(p.mutants) == len(mutants) {
				continue
			}
			mutants = p.mutants
			if err := put(file, src); err != nil {
				return nil, "", err
			}
		}
	}
	if len(mutants) == 0 {
		return nil, "", fmt.Errorf("nothing to change in %s: run it in the root of the checkout", strings.Join(rooms, ", "))
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, "", err
	}
	overlay = filepath.Join(tmp, "overlay.json")
	return mutants, overlay, os.WriteFile(overlay, text, 0o600)
}

// planter changes one file by inserting text, so that lines keep their numbers.
type planter struct {
	file    string
	src     []byte
	fset    *token.FileSet
	in      string
	mutants []mutant
	inserts []insert
}

// insert is a text before an offset. Of two at the same offset the one that closes comes first, and of two that close the later one.
type insert struct {
	at, order int
	text      string
}

func (p *planter) plant() ([]byte, error) {
	var err error
	if p.src, err = os.ReadFile(p.file); err != nil {
		return nil, err
	}
	p.fset = token.NewFileSet()
	file, err := parser.ParseFile(p.fset, p.file, p.src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
			p.in = fn.Name.Name
			ast.Inspect(fn.Body, p.visit)
		}
	}
	at := p.offset(file.Name.End())
	p.inserts = append(p.inserts, insert{at: at, text: `; import "github.com/entocc/entocc/internal/mutant"`})
	slices.SortStableFunc(p.inserts, func(a, b insert) int { return cmp.Or(a.at-b.at, a.order-b.order) })
	var out []byte
	last := 0
	for _, i := range p.inserts {
		out = append(append(out, p.src[last:i.at]...), i.text...)
		last = i.at
	}
	return append(out, p.src[last:]...), nil
}

func (p *planter) offset(pos token.Pos) int { return p.fset.Position(pos).Offset }

func (p *planter) text(n ast.Node) string { return string(p.src[p.offset(n.Pos()):p.offset(n.End())]) }

// lineOf returns the line that a node begins in, without its indentation.
func (p *planter) lineOf(n ast.Node) string {
	at := p.offset(n.Pos())
	from := bytes.LastIndexByte(p.src[:at], '\n') + 1
	line, _, _ := strings.Cut(string(p.src[from:]), "\n")
	return strings.TrimSpace(line)
}

// around adds a mutant whose code surrounds a node; %d is its number.
func (p *planter) around(n ast.Node, kind, before, after string) {
	line := p.fset.Position(n.Pos()).Line
	code, _, _ := strings.Cut(p.text(n), "\n")
	p.mutants = append(p.mutants, mutant{file: p.file, line: line, in: p.in, kind: kind, code: code, where: p.lineOf(n)})
	number := len(p.mutants)
	p.inserts = append(p.inserts,
		insert{p.offset(n.Pos()), number, fmt.Sprintf(before, number)},
		insert{p.offset(n.End()), -number, after})
}

// visit adds the mutants of a node.
func (p *planter) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		p.binary(n)
	case *ast.IfStmt:
		p.condition(n.Cond)
	case *ast.BlockStmt:
		p.statements(n.List)
	case *ast.CaseClause:
		p.statements(n.Body)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, c := range n.Body.List {
				for _, expr := range c.(*ast.CaseClause).List {
					p.condition(expr)
				}
			}
		}
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			if id, ok := r.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
				p.around(r, "swapped", "(mutant.Is(%d) != ", ")")
			}
		}
	}
	return true
}

// condition negates a condition that is not a comparison and has no operands.
func (p *planter) condition(expr ast.Expr) {
	if _, ok := expr.(*ast.BinaryExpr); !ok {
		p.around(expr, "negated", "(mutant.Is(%d) != (", "))")
	}
}

func (p *planter) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.EQL, token.NEQ:
		p.around(n, "negated", "(mutant.Is(%d) != (", "))")
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
		p.around(n, "negated", "(mutant.Is(%d) != (", "))")
		equal := p.text(n.X) + " == " + p.text(n.Y)
		if strings.Contains(strings.ReplaceAll(equal, "len(", ""), "(") {
			return // a call would be made twice
		}
		if n.Op == token.LSS || n.Op == token.GTR {
			p.around(n, "bound", "(mutant.Is(%d) && "+equal+" || (", "))")
		} else {
			p.around(n, "bound", "(!(mutant.Is(%d) && "+equal+") && (", "))")
		}
	case token.LAND:
		for _, operand := range []ast.Expr{n.X, n.Y} {
			p.around(operand, "left out of &&", "(mutant.Is(%d) || (", "))")
		}
	case token.LOR:
		for _, operand := range []ast.Expr{n.X, n.Y} {
			p.around(operand, "left out of ||", "(!mutant.Is(%d) && (", "))")
		}
	}
}

// statements leaves out each statement that declares nothing and does not transfer control.
func (p *planter) statements(list []ast.Stmt) {
	for _, stmt := range list {
		switch s := stmt.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt:
			p.around(stmt, "left out", "if !mutant.Is(%d) { ", " }")
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE && p.text(s.Lhs[0]) != "_" {
				p.around(stmt, "left out", "if !mutant.Is(%d) { ", " }")
			}
		}
	}
}
