package vet

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

const docConflict = `report conflicts that nobody hears of

A conflict is an error of Save or Exec. Where that error is dropped, or where IsRecordModified (for updates, IsNotFound too)
only leads to a return of nil, the caller believes that the save was made, and it was not:

	_ = u.Update().SetName(name).Exec(ctx)
	if ent.IsRecordModified(err) { return nil }

Return the error, merge, or run the work again (client.User.Modify, entocc.Retry).`

func runConflict(p *pass) {
	for cur := range all[*ast.CallExpr](p) {
		c, ok := p.chainFrom(cur)
		if ok && c.one() && c.sent.Valid() && p.dropsError(c.sent) {
			p.report(c.sent.Node().(*ast.CallExpr).Fun.(*ast.SelectorExpr).Sel, nil, "the error of this write is dropped, and a conflict with it: "+
				"the caller takes the change of the %s for saved. Return the error, or handle it where %s.IsRecordModified(err)", c.typ, c.pkg.Name())
		}
	}
	for cur, n := range all[*ast.IfStmt](p) {
		p.swallows(cur, n)
	}
}

// dropsError reports whether the error of a call of Save or Exec is never read.
func (p *pass) dropsError(sent inspector.Cursor) bool {
	name := sent.Node().(*ast.CallExpr).Fun.(*ast.SelectorExpr).Sel.Name
	if strings.HasSuffix(name, "X") {
		return false
	}
	switch sent.ParentEdgeKind() {
	case edge.ExprStmt_X, edge.GoStmt_Call, edge.DeferStmt_Call:
		return true
	case edge.AssignStmt_Rhs:
		a := sent.Parent().Node().(*ast.AssignStmt)
		id, ok := a.Lhs[len(a.Lhs)-1].(*ast.Ident)
		return ok && len(a.Rhs) == 1 && id.Name == "_"
	}
	return false
}

// swallows reports an if statement that treats a conflict as success.
func (p *pass) swallows(cur inspector.Cursor, n *ast.IfStmt) {
	call, ok := ast.Unparen(n.Cond).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || !p.takesForSuccess(cur, n) {
		return
	}
	f := p.callee(call)
	if f == nil || f.Pkg() == nil {
		return
	}
	switch {
	case f.Name() == "IsRecordModified" && (f.Pkg().Path() == entoccPath || f.Pkg().Scope().Lookup("IsVersionError") != nil):
		p.report(call, nil, "a conflict is taken for success here: the change that was refused is lost, and nobody hears of it. "+
			"Return the error, merge (hook.Merge), or run the work again (Modify, entocc.Retry)")
	case f.Name() == "IsNotFound" && isClient(f.Pkg()) && p.ofUpdate(cur, n, call):
		p.report(call, nil, "an update of a row that is gone is taken for success here: the change is lost, and nobody hears of it. Return the error")
	}
}

// takesForSuccess reports whether the body of an if does nothing, or returns no error, apart from logging.
func (p *pass) takesForSuccess(cur inspector.Cursor, n *ast.IfStmt) bool {
	for i, stmt := range n.Body.List {
		switch stmt := stmt.(type) {
		case *ast.ExprStmt:
			if call, ok := stmt.X.(*ast.CallExpr); !ok || !p.logs(call) {
				return false
			}
		case *ast.ReturnStmt:
			last := len(stmt.Results) - 1
			if i != len(n.Body.List)-1 || last < 0 || !isNil(stmt.Results[last]) || !p.returnsError(cur) {
				return false
			}
		default:
			return false
		}
	}
	return n.Else == nil && (len(n.Body.List) == 0 || endsInReturn(n.Body))
}

func endsInReturn(b *ast.BlockStmt) bool {
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

func isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "nil"
}

// returnsError reports whether the last result of the enclosing function is an error.
func (p *pass) returnsError(cur inspector.Cursor) bool {
	for f := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		var typ *ast.FuncType
		switch n := f.Node().(type) {
		case *ast.FuncDecl:
			typ = n.Type
		case *ast.FuncLit:
			typ = n.Type
		}
		if typ.Results == nil {
			return false
		}
		return isError(p.TypesInfo.TypeOf(typ.Results.List[len(typ.Results.List)-1].Type))
	}
	return false
}

// logs reports whether a call writes to a log, judging by its name.
func (p *pass) logs(call *ast.CallExpr) bool {
	f := p.callee(call)
	if f == nil {
		return false
	}
	for _, prefix := range []string{"Print", "Log", "Debug", "Info", "Warn", "Error"} {
		if strings.HasPrefix(f.Name(), prefix) {
			return true
		}
	}
	return false
}

// ofUpdate reports whether the error in a predicate comes from an update, in the previous statement or in the if.
func (p *pass) ofUpdate(cur inspector.Cursor, n *ast.IfStmt, predicate *ast.CallExpr) bool {
	err := p.variable(predicate.Args[0])
	from := cur
	if n.Init == nil {
		before, ok := cur.PrevSibling()
		if !ok {
			return false
		}
		from = before
	}
	for call := range from.Preorder((*ast.CallExpr)(nil)) {
		c, ok := p.chainFrom(call)
		if !ok || c.kind != updateOne || !c.sent.Valid() || c.sent.ParentEdgeKind() != edge.AssignStmt_Rhs {
			continue
		}
		a := c.sent.Parent().Node().(*ast.AssignStmt)
		if err != nil && p.variable(a.Lhs[len(a.Lhs)-1]) == err {
			return true
		}
	}
	return false
}
