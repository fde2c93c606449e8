package vet

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
)

const docBlind = `report writes by ID that state no version

UpdateOneID(id) and DeleteOneID(id) do not say which version the caller saw: entocc refuses them at run time, or, with
AllowBlind, they overwrite what others saved meanwhile. Update().Where(user.ID(id)) and Delete().Where(user.ID(id))
overwrite it always. Write from the loaded entity, or state the version:

	client.User.UpdateOne(u)                        // the entity that the caller loaded
	client.User.UpdateOneID(id).IfVersion(v)        // the version that the client sent
	client.User.UpdateOneID(id).IgnoreVersion()     // on purpose, whatever is there

A type with mixin.Values has no version: write from the loaded entity, or use IgnoreValues.

The fix turns UpdateOneID(u.ID) into UpdateOne(u), and DeleteOneID(u.ID) into DeleteOne(u).`

func runBlind(p *pass) {
	for cur := range all[*ast.CallExpr](p) {
		c, ok := p.chainFrom(cur)
		if !ok || c.escapes || c.statesVersion() || c.has("IfField") {
			continue
		}
		switch name := p.startName(c); name {
		case "UpdateOneID", "DeleteOneID":
			if !p.unchecked(cur) {
				p.reportByID(c, cur, name)
			}
		case "Update", "Delete":
			if (c.kind == update || c.kind == deletes) && !p.unchecked(cur) {
				p.reportSetBased(c, name)
			}
		}
	}
}

// startName returns the name of the method that creates a chain's builder.
func (p *pass) startName(c *chain) string {
	if f := p.callee(c.start); f != nil && f.Pkg() == c.pkg {
		return f.Name()
	}
	return ""
}

func (p *pass) reportByID(c *chain, cur inspector.Cursor, name string) {
	one := strings.TrimSuffix(name, "ID")
	if c.values {
		p.report(c.start, p.byEntity(c, cur, one), "%s does not say which values the caller saw: it is refused at run time or, with AllowBlind, loses what others saved meanwhile. "+
			"Use %s with the %s that was loaded, IfField with the state that it must be in, or IgnoreValues to overwrite on purpose", name, one, c.typ)
		return
	}
	p.report(c.start, p.byEntity(c, cur, one), "%s states no version: it is refused at run time or, with AllowBlind, loses what others saved meanwhile. "+
		"Use %s with the %s that was loaded, IfVersion with the version that the client saw, or IgnoreVersion to overwrite on purpose", name, one, c.typ)
}

func (p *pass) reportSetBased(c *chain, name string) {
	where := p.predicates(c)
	if !where["ID"] && !where["IDEQ"] {
		return // Many rows are meant.
	}
	for field := range c.versionFields() {
		if where[field] || where[field+"EQ"] || where[field+"In"] {
			return // Guarded by the caller, who has to check the count: occcount.
		}
	}
	if c.values {
		p.report(c.start, nil, "%s of one %s by its ID compares no values: what others saved meanwhile is lost silently. "+
			"Write from the loaded entity; %sOneID(id).IgnoreValues() says that it is on purpose", name, c.typ, name)
		return
	}
	way := fmt.Sprintf("%sOneID(id).IfVersion(v)", name)
	if c.states() {
		way = "IfVersion(v)"
	}
	p.report(c.start, nil, "%s of one %s by its ID states no version: what others saved meanwhile is lost silently. "+
		"Add the version that the caller saw, by %s, or write from the loaded entity; IgnoreVersion says that it is on purpose", name, c.typ, way)
}

// byEntity returns the fix that writes from the entity whose ID the caller took, if there is one.
func (p *pass) byEntity(c *chain, cur inspector.Cursor, one string) *analysis.SuggestedFix {
	fun, ok := c.start.Fun.(*ast.SelectorExpr)
	if !ok || len(c.start.Args) != 1 {
		return nil
	}
	id, ok := ast.Unparen(c.start.Args[0]).(*ast.SelectorExpr)
	if !ok || id.Sel.Name != "ID" {
		return nil
	}
	v := p.variable(id.X)
	if v == nil || !types.Identical(v.Type(), types.NewPointer(c.pkg.Scope().Lookup(c.typ).Type())) || !p.holdsRow(cur, v) || repeated(cur, v) {
		return nil
	}
	name, guard := fun.Sel, "version"
	if c.values {
		guard = "values"
	}
	return &analysis.SuggestedFix{
		Message: fmt.Sprintf("Write from %s, guarded by its %s", v.Name(), guard),
		TextEdits: []analysis.TextEdit{
			{Pos: name.Pos(), End: name.End(), NewText: []byte(one)},
			{Pos: c.start.Args[0].Pos(), End: c.start.Args[0].End(), NewText: []byte(v.Name())},
		},
	}
}

// holdsRow reports whether a variable holds a row as it was read, as far as its function shows: no literal and no
// decoded request is assigned to it, none of its fields is set, and no earlier write makes it stale.
func (p *pass) holdsRow(cur inspector.Cursor, v *types.Var) bool {
	holds, of := true, map[*types.Var]bool{v: true}
	ast.Inspect(function(cur).Node(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if sel, ok := ast.Unparen(left).(*ast.SelectorExpr); ok && p.variable(sel.X) == v && sel.Sel.Name == "ID" {
					holds = false
				}
				if p.variable(left) == v && len(n.Lhs) == len(n.Rhs) && isLiteral(n.Rhs[i]) {
					holds = false
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if p.variable(name) == v && i < len(n.Values) && isLiteral(n.Values[i]) {
					holds = false
				}
			}
		case *ast.CallExpr:
			holds = holds && (!p.decodes(n) || !p.mentions(n, of)) && (n.Pos() >= cur.Node().Pos() || !p.writes(n, v))
		}
		return holds
	})
	return holds
}

// repeated reports whether a node is in a loop that a variable outlives: a second write from it would conflict with the
// first.
func repeated(cur inspector.Cursor, v *types.Var) bool {
	for loop := range cur.Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)) {
		if n := loop.Node(); v.Pos() < n.Pos() || v.Pos() >= n.End() {
			return true
		}
	}
	return false
}

// writes reports whether a call creates a builder that writes from a variable, by its entity or its ID.
func (p *pass) writes(call *ast.CallExpr, v *types.Var) bool {
	b, ok := builderOf(p.TypesInfo.TypeOf(call))
	if !ok || !b.one() || p.isLink(call) {
		return false
	}
	return p.mentions(call, map[*types.Var]bool{v: true})
}

func isLiteral(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return isLiteral(e.X)
	case *ast.CallExpr:
		id, ok := e.Fun.(*ast.Ident)
		return ok && id.Name == "new"
	}
	return false
}
