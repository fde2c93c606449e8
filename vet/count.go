package vet

import (
	"go/ast"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

const docCount = `report a set-based write with a version predicate whose count is not read

	err := client.User.Update().Where(user.ID(id), user.Version(v)).SetName(name).Exec(ctx)

No error is no success here: where somebody was faster, no row matches, and the count that Save returns is 0. Read the
count, or have a conflict reported:

	client.User.UpdateOneID(id).IfVersion(v).SetName(name).Save(ctx)`

func runCount(p *pass) {
	for cur := range all[*ast.CallExpr](p) {
		c, ok := p.chainFrom(cur)
		if !ok || c.kind != update && c.kind != deletes || c.escapes || c.statesVersion() || !c.sent.Valid() || !p.dropsCount(c.sent) {
			continue
		}
		where := p.predicates(c)
		for field := range c.versionFields() {
			if where[field] || where[field+"EQ"] {
				p.report(c.start, nil, "the number of rows that this write matched is dropped: where another write was faster it is 0, without an error, and the change is lost. "+
					"Read the count, or use %sOneID(id).IfVersion(v), which returns a conflict", p.startName(c))
			}
		}
	}
}

// dropsCount reports whether the number of written rows is never read. Exec of a delete returns the number; Exec of an
// update does not.
func (p *pass) dropsCount(sent inspector.Cursor) bool {
	call := sent.Node().(*ast.CallExpr)
	f := p.callee(call)
	if f == nil {
		return false
	}
	results := f.Signature().Results()
	if results.Len() == 0 || isError(results.At(0).Type()) {
		return true
	}
	switch sent.ParentEdgeKind() {
	case edge.ExprStmt_X:
		return true
	case edge.AssignStmt_Rhs:
		id, ok := sent.Parent().Node().(*ast.AssignStmt).Lhs[0].(*ast.Ident)
		return ok && id.Name == "_"
	}
	return false
}
