package vet

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"iter"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// pass is one run of an analyzer over a package.
type pass struct {
	*analysis.Pass
	inspector *inspector.Inspector
	// generated are the files that are not written by hand.
	generated map[*ast.File]bool
	ignored   map[place]bool
}

func newPass(p *analysis.Pass) *pass {
	out := &pass{Pass: p, inspector: p.ResultOf[inspect.Analyzer].(*inspector.Inspector), generated: make(map[*ast.File]bool)}
	for _, file := range p.Files {
		out.generated[file] = ast.IsGenerated(file)
	}
	out.ignored = out.ignores()
	return out
}

// all yields the nodes of the type of N in hand-written files.
func all[N ast.Node](p *pass) iter.Seq2[inspector.Cursor, N] {
	return func(yield func(inspector.Cursor, N) bool) {
		for file := range p.inspector.Root().Children() {
			if p.generated[file.Node().(*ast.File)] {
				continue
			}
			var kind N
			for cur := range file.Preorder(kind) {
				if !yield(cur, cur.Node().(N)) {
					return
				}
			}
		}
	}
}

// report reports a finding, unless a comment silences it.
func (p *pass) report(at ast.Node, fix *analysis.SuggestedFix, format string, args ...any) {
	if p.isIgnored(at.Pos()) || p.isIgnored(at.End()) {
		return
	}
	d := analysis.Diagnostic{Pos: at.Pos(), End: at.End(), Message: fmt.Sprintf(format, args...)}
	if fix != nil {
		d.SuggestedFixes = []analysis.SuggestedFix{*fix}
	}
	p.Report(d)
}

// variable returns the variable that an expression names, or nil.
func (p *pass) variable(e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := p.TypesInfo.ObjectOf(id).(*types.Var)
	return v
}

// mentions reports whether a node names one of the variables.
func (p *pass) mentions(n ast.Node, vars map[*types.Var]bool) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := p.TypesInfo.ObjectOf(id).(*types.Var); ok && vars[v] {
				found = true
			}
		}
		return !found
	})
	return found
}

// calls reports whether a node calls a function or method with one of these names. If pkg is set, it must belong to
// that package.
func (p *pass) calls(n ast.Node, pkg string, names ...string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			f := p.callee(call)
			for _, name := range names {
				found = found || f != nil && f.Name() == name && (pkg == "" || f.Pkg() != nil && f.Pkg().Path() == pkg)
			}
		}
		return !found
	})
	return found
}

// callee returns the function or method that a call names, or nil.
func (p *pass) callee(call *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	default:
		return nil
	}
	f, _ := p.TypesInfo.Uses[id].(*types.Func)
	return f
}

// function returns the declaration around a node: of a function, or of a variable that holds one.
func function(cur inspector.Cursor) inspector.Cursor {
	for f := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.GenDecl)(nil), (*ast.File)(nil)) {
		if d, ok := f.Node().(*ast.GenDecl); !ok || d.Tok != token.VAR || f.ParentEdgeKind() == edge.File_Decls {
			return f
		}
	}
	return cur
}

// unchecked reports whether writes around a node are deliberately unguarded, through a switch in the function.
func (p *pass) unchecked(cur inspector.Cursor) bool {
	f := function(cur).Node()
	return p.calls(f, entoccPath, "SkipCheck") || p.calls(f, entoccPath+"/hook", "Disable")
}

// line is the line of a position.
func (p *pass) line(pos token.Pos) place {
	at := p.Fset.Position(pos)
	return place{at.Filename, at.Line}
}
