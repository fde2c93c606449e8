package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

const docStale = `report an entity that is saved again after the result of its save was dropped

	if err := u.Update().SetName("Ada").Exec(ctx); err != nil { .. }
	if err := u.Update().SetAge(36).Exec(ctx); err != nil { .. }    // modified by somebody else: by the line before

Save returns the row with its new version, and leaves u as it was. Go on with what Save returned:

	u, err = u.Update().SetName("Ada").Save(ctx)

A save that only changes fields of the mixin's Ignore does not bump the version; silence the finding there.`

func runStale(p *pass) {
	for cur, block := range all[*ast.BlockStmt](p) {
		f := function(cur).Node()
		// A resolver may save a stale entity, and other holders do not notice a write without a bump.
		if !p.unchecked(cur) && !p.calls(f, entoccPath, "SkipIncrement") && !p.calls(f, entoccPath+"/hook", "OnModified") {
			p.staleIn(cur, block)
		}
	}
}

// staleIn goes through the statements of a block. A save only counts if every run of the block makes it.
func (p *pass) staleIn(cur inspector.Cursor, block *ast.BlockStmt) {
	saved := make(map[*types.Var]token.Pos)
	for stmt := range cur.Children() {
		if len(saved) > 0 {
			p.reportStale(stmt, saved)
		}
		for u := range saved {
			if p.renews(stmt.Node(), u) {
				delete(saved, u)
			}
		}
		if u := p.dropped(stmt); u != nil && declaredAround(u, block) {
			saved[u] = stmt.Node().Pos()
		}
	}
}

// declaredAround reports whether a variable lives at least as long as the block.
func declaredAround(u *types.Var, block *ast.BlockStmt) bool {
	return u.Parent() != nil && u.Parent().Pos() <= block.Pos() || block.Pos() <= u.Pos() && u.Pos() < block.End()
}

// dropped returns the entity that a statement saves without keeping the result in its variable.
func (p *pass) dropped(stmt inspector.Cursor) *types.Var {
	var values []ast.Expr
	var left []ast.Expr
	switch n := stmt.Node().(type) {
	case *ast.ExprStmt:
		values = []ast.Expr{n.X}
	case *ast.AssignStmt:
		values, left = n.Rhs, n.Lhs
	case *ast.IfStmt:
		if a, ok := n.Init.(*ast.AssignStmt); ok {
			values, left = a.Rhs, a.Lhs
		}
	}
	if len(values) != 1 {
		return nil
	}
	c := p.chainAround(stmt, values[0])
	if c == nil || c.kind != updateOne || len(c.links) < 2 || c.escapes { // Nothing is written without a change.
		return nil
	}
	u := p.entity(c)
	if u == nil {
		return nil
	}
	for _, e := range left {
		if p.variable(e) == u {
			return nil
		}
	}
	return u
}

// chainAround returns the chain that ends in an expression of a statement.
func (p *pass) chainAround(stmt inspector.Cursor, end ast.Expr) *chain {
	end = ast.Unparen(end)
	for call := range stmt.Preorder((*ast.CallExpr)(nil)) {
		if c, ok := p.chainFrom(call); ok && c.sent.Valid() && c.sent.Node() == end {
			return c
		}
	}
	return nil
}

// reportStale reports the writes of a statement that start from an entity that was saved before.
func (p *pass) reportStale(stmt inspector.Cursor, saved map[*types.Var]token.Pos) {
	for call := range stmt.Preorder((*ast.CallExpr)(nil)) {
		c, ok := p.chainFrom(call)
		if !ok || !c.one() || c.statesVersion() {
			continue
		}
		u := p.entity(c)
		at, stale := saved[u]
		if u == nil || !stale || p.renewedBefore(stmt, u, call.Node()) {
			continue
		}
		p.report(c.start, nil, "%s holds the version from before its save on line %d, whose result was dropped: this write is refused as modified. "+
			"Go on with what Save returned: %s, err = %s.Update()...Save(ctx)", u.Name(), p.Fset.Position(at).Line, u.Name(), u.Name())
	}
}

// renewedBefore reports whether a statement assigns another entity to the variable before one of its nodes.
func (p *pass) renewedBefore(stmt inspector.Cursor, u *types.Var, before ast.Node) bool {
	renewed := false
	ast.Inspect(stmt.Node(), func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.End() < before.Pos() {
			renewed = renewed || p.renews(a, u)
		}
		return !renewed
	})
	return renewed
}

// renews reports whether a node may assign another entity to the variable, or roll back the save.
func (p *pass) renews(n ast.Node, u *types.Var) bool {
	renews := p.calls(n, "", "Rollback")
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if star, ok := ast.Unparen(left).(*ast.StarExpr); ok {
					left = star.X
				}
				renews = renews || p.variable(left) == u
			}
		case *ast.UnaryExpr:
			renews = renews || n.Op == token.AND && p.variable(n.X) == u
		case *ast.RangeStmt:
			renews = renews || n.Key != nil && p.variable(n.Key) == u || n.Value != nil && p.variable(n.Value) == u
		}
		return !renews
	})
	return renews
}
