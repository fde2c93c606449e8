package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// chain is a builder, from the call that creates it to the call that sends it.
type chain struct {
	builder
	start *ast.CallExpr // creates the builder: client.User.UpdateOneID(id), u.Update()
	links []link        // methods called on it
	// sent is the last call: Save, SaveX, Exec or ExecX. It is nil if the builder can't be followed that far.
	sent inspector.Cursor
	// escapes is true if other code may add to the builder.
	escapes bool
}

// link is one method of a chain.
type link struct {
	name string
	call *ast.CallExpr
}

// chainFrom follows a builder from the call that creates it; false if the call creates none of a guarded type.
func (p *pass) chainFrom(cur inspector.Cursor) (*chain, bool) {
	call := cur.Node().(*ast.CallExpr)
	b, ok := builderOf(p.TypesInfo.TypeOf(call))
	if !ok || p.isLink(call) {
		return nil, false
	}
	c := &chain{builder: b, start: call}
	p.follow(c, cur, make(map[*types.Var]bool))
	return c, true
}

// isLink reports whether a call is a method of a builder, so that no chain starts there.
func (p *pass) isLink(call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	_, isBuilder := builderOf(p.TypesInfo.TypeOf(sel.X))
	return isBuilder
}

// follow adds the methods that are called on a builder expression.
func (p *pass) follow(c *chain, cur inspector.Cursor, held map[*types.Var]bool) {
	for {
		at, parent := cur.ParentEdgeKind(), cur.Parent()
		switch at {
		case edge.ParenExpr_X:
			cur = parent
			continue
		case edge.SelectorExpr_X:
			if parent.ParentEdgeKind() != edge.CallExpr_Fun {
				c.escapes = true // A method value, or a field of an embedding struct.
				return
			}
			next := parent.Parent()
			if p.addLink(c, next) {
				cur = next
				continue
			}
			return
		case edge.AssignStmt_Rhs, edge.ValueSpec_Values:
			p.followVariable(c, cur, held)
			return
		case edge.CallExpr_Args:
			if f := p.callee(parent.Node().(*ast.CallExpr)); f == nil || f.Name() != "UpdateBulk" || f.Pkg() != c.pkg {
				c.escapes = true
			}
			return
		case edge.ExprStmt_X:
			return
		default:
			c.escapes = true
			return
		}
	}
}

// addLink adds a method call, and reports whether it returns the builder.
func (p *pass) addLink(c *chain, cur inspector.Cursor) bool {
	call := cur.Node().(*ast.CallExpr)
	name := call.Fun.(*ast.SelectorExpr).Sel.Name
	c.links = append(c.links, link{name, call})
	switch name {
	case "Save", "SaveX", "Exec", "ExecX":
		if !c.sent.Valid() {
			c.sent = cur
		}
		return false
	}
	next, ok := builderOf(p.TypesInfo.TypeOf(call))
	if !ok || next.typ != c.typ {
		c.escapes = true
		return false
	}
	return true
}

// followVariable adds the methods that are called on the variable that holds the builder.
func (p *pass) followVariable(c *chain, value inspector.Cursor, held map[*types.Var]bool) {
	v := p.assigned(value)
	if v == nil || v.IsField() || v.Parent() == nil || v.Parent() == v.Pkg().Scope() {
		c.escapes = true
		return
	}
	if held[v] {
		return
	}
	held[v] = true
	for use := range function(value).Preorder((*ast.Ident)(nil)) {
		if p.TypesInfo.Uses[use.Node().(*ast.Ident)] == v && use.ParentEdgeKind() != edge.AssignStmt_Lhs {
			p.follow(c, use, held)
		}
	}
}

// assigned returns the variable that a value is assigned to.
func (p *pass) assigned(value inspector.Cursor) *types.Var {
	i := value.ParentEdgeIndex()
	switch n := value.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(n.Lhs) == len(n.Rhs) {
			return p.variable(n.Lhs[i])
		}
	case *ast.ValueSpec:
		if len(n.Names) == len(n.Values) {
			return p.variable(n.Names[i])
		}
	}
	return nil
}

// statesVersion reports whether the caller named the version, or said that there is none. IfField does not count: it is
// checked in addition to the version of the entity, which can still be stale.
func (c *chain) statesVersion() bool {
	return c.has("IfVersion", "IfVersionIn", "IfVersionSent", "IfMatch", "IgnoreVersion", "IgnoreValues")
}

func (c *chain) has(names ...string) bool {
	for _, l := range c.links {
		for _, name := range names {
			if l.name == name {
				return true
			}
		}
	}
	return false
}

// predicates returns the names of the generated predicates in the Where of a chain, such as ID and StatusEQ.
func (p *pass) predicates(c *chain) map[string]bool {
	names := make(map[string]bool)
	for _, l := range c.links {
		if l.name != "Where" {
			continue
		}
		for _, arg := range l.call.Args {
			if call, ok := ast.Unparen(arg).(*ast.CallExpr); ok {
				if f := p.callee(call); f != nil {
					names[f.Name()] = true
				}
			}
		}
	}
	return names
}

// entity returns the variable of the entity that a chain writes: u in u.Update() and in client.User.UpdateOne(u).
func (p *pass) entity(c *chain) *types.Var {
	sel, ok := ast.Unparen(c.start.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	var e ast.Expr
	switch sel.Sel.Name {
	case "Update", "Delete":
		e = sel.X
	case "UpdateOne", "DeleteOne":
		if len(c.start.Args) != 1 {
			return nil
		}
		e = c.start.Args[0]
	default:
		return nil
	}
	if _, typ, ok := entityOf(p.TypesInfo.TypeOf(e)); !ok || typ != c.typ {
		return nil
	}
	return p.variable(e)
}
