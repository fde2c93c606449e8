package vet

import (
	"go/ast"
	"go/types"
	"regexp"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

const docTx = `report an entity that is replaced by a save of a transaction that may be rolled back

	err := client.RetryTx(ctx, func(tx *ent.Tx) error {
		u, err = tx.User.UpdateOne(u).AddAge(1).Save(ctx)    // u was declared outside
		return err
	})

The next attempt starts from a version that was rolled back. Read the entity in the transaction, or keep the saved one in
another variable. Reported are function literals that are passed to RetryTx, and to other functions whose names have
Retry or Attempt in them.`

var retries = regexp.MustCompile(`(?i)retry|attempt`)

func runTx(p *pass) {
	for cur, f := range all[*ast.FuncLit](p) {
		if !p.takesTx(f) || !p.isRetried(cur) {
			continue
		}
		for a := range cur.Preorder((*ast.AssignStmt)(nil)) {
			n := a.Node().(*ast.AssignStmt)
			u := p.variable(n.Lhs[0])
			if len(n.Rhs) != 1 || u == nil || f.Pos() <= u.Pos() && u.Pos() < f.End() {
				continue
			}
			c := p.chainAround(a, n.Rhs[0])
			if c != nil && p.entity(c) == u && !p.readIn(cur, u, n) {
				p.report(n.Lhs[0], nil, "%s is declared outside of the transaction, and replaced by a save inside: the next attempt starts from a version that was rolled back. "+
					"Read the %s in the transaction, or keep the saved one in another variable", u.Name(), c.typ)
			}
		}
	}
}

// takesTx reports whether a function has a parameter that is a transaction of a client with versioned types.
func (p *pass) takesTx(f *ast.FuncLit) bool {
	for _, param := range f.Type.Params.List {
		obj := named(p.TypesInfo.TypeOf(param.Type))
		if obj != nil && obj.Name() == "Tx" && obj.Pkg() != nil && isClient(obj.Pkg()) {
			return true
		}
	}
	return false
}

// isRetried reports whether a function literal is passed to a function that may call it several times, judging by its
// name.
func (p *pass) isRetried(cur inspector.Cursor) bool {
	if cur.ParentEdgeKind() != edge.CallExpr_Args {
		return false
	}
	f := p.callee(cur.Parent().Node().(*ast.CallExpr))
	return f != nil && retries.MatchString(f.Name())
}

// readIn reports whether a function reads the entity before a statement.
func (p *pass) readIn(f inspector.Cursor, u *types.Var, before ast.Node) bool {
	for a := range f.Preorder((*ast.AssignStmt)(nil)) {
		n := a.Node().(*ast.AssignStmt)
		if n.Pos() >= before.Pos() || p.variable(n.Lhs[0]) != u {
			continue
		}
		if c := p.chainAround(a, n.Rhs[0]); c == nil {
			return true
		}
	}
	return false
}
