package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

const docReread = `report handlers that load a row again and fill it from a request

	u, err := client.User.Get(ctx, id)
	u, err = u.Update().SetName(in.Name).Save(ctx)

The guard compares with the version that the handler has just read, not with the one that the client saw: whatever others
saved while the form was open is lost. State the client's version:

	u, err = u.Update().SetName(in.Name).IfVersion(in.Version).Save(ctx)
	u, err = u.Update().SetName(in.Name).IfMatch(occhttp.IfMatch(r)).Save(ctx)

Reported are functions with an *http.Request (or the context of gin, echo or fiber) that mention no version.`

func runReread(p *pass) {
	for cur, f := range all[*ast.FuncDecl](p) {
		if f.Body != nil {
			p.rereadIn(cur, f.Type, f.Body)
		}
	}
	for cur, f := range all[*ast.FuncLit](p) {
		p.rereadIn(cur, f.Type, f.Body)
	}
}

func (p *pass) rereadIn(cur inspector.Cursor, typ *ast.FuncType, body *ast.BlockStmt) {
	vars := p.fromRequest(typ, body)
	if vars == nil || p.comparesVersion(body) {
		return
	}
	for call := range cur.Preorder((*ast.CallExpr)(nil)) {
		c, ok := p.chainFrom(call)
		if !ok || c.kind != updateOne || c.escapes || c.statesVersion() {
			continue
		}
		if u := p.entity(c); u != nil && p.loads(body, u) && p.setsFrom(c, vars) {
			p.report(c.start, nil, "%s was read again for this request: the guard compares with what the handler saw, and what others saved since the client "+
				"read the %s is lost. State the client's version by IfVersion or IfMatch", u.Name(), c.typ)
		}
	}
}

// loads reports whether a body reads the entity that a variable holds.
func (p *pass) loads(body *ast.BlockStmt, u *types.Var) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Rhs) == 1 && p.variable(a.Lhs[0]) == u {
			if call, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr); ok {
				if f := p.callee(call); f != nil && reads[f.Name()] {
					found = true
				}
			}
		}
		return !found
	})
	return found
}

// reads are ent's methods that read one row.
var reads = map[string]bool{"Get": true, "GetX": true, "Only": true, "OnlyX": true, "First": true, "FirstX": true}

// setsFrom reports whether a chain sets values that come from a request.
func (p *pass) setsFrom(c *chain, vars map[*types.Var]bool) bool {
	for _, l := range c.links {
		if !isSetter(l.name) {
			continue
		}
		for _, arg := range l.call.Args {
			if p.mentions(arg, vars) {
				return true
			}
		}
	}
	return false
}

func isSetter(name string) bool { return len(name) > 3 && name[:3] == "Set" }

// comparesVersion reports whether a body reads an entity's version, or passes it to something that does: the version
// that the client saw may then have been compared.
func (p *pass) comparesVersion(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			found = found || p.isVersion(n.X) || p.isVersion(n.Y)
		case *ast.CallExpr:
			f := p.callee(n)
			if f == nil {
				break
			}
			found = found || f.Name() == "VersionKey" || f.Name() == "GetVersion" || f.Pkg() != nil && f.Pkg().Path() == entoccPath+"/occhttp"
		}
		return !found
	})
	return found
}

// isVersion reports whether an expression is the version field of an entity.
func (p *pass) isVersion(e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, typ, ok := entityOf(p.TypesInfo.TypeOf(sel.X))
	return ok && builder{pkg: pkg, typ: typ, kind: updateOne}.versionFields()[sel.Sel.Name]
}
