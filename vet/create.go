package vet

import (
	"go/ast"
	"go/types"
	"reflect"
)

const docCreate = `report a version of a new row that the client chose

	json.NewDecoder(r.Body).Decode(&in)
	client.User.Create().SetName(in.Name).SetVersion(in.Version).Save(ctx)

SetVersion of a create is for imports and restores. A client that chooses the version can make a row that nobody can save,
or have a stale save of somebody else go through. Leave SetVersion out, and the version out of what is decoded.`

func runCreate(p *pass) {
	for cur, call := range all[*ast.CallExpr](p) {
		f := p.callee(call)
		if f == nil || len(call.Args) != 1 {
			continue
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		b, ok := builderOf(p.TypesInfo.TypeOf(sel.X))
		if !ok || b.kind != create || !setsVersion(b, f.Name()) {
			continue
		}
		in, ok := ast.Unparen(call.Args[0]).(*ast.SelectorExpr)
		if !ok {
			continue
		}
		if v := p.variable(in.X); v != nil && p.isDecoded(function(cur).Node(), v) && p.isTagged(in) {
			p.report(call.Args[0], nil, "the version of the new %s comes from a request: its client can make a row that nobody can save, or have a stale save go through. "+
				"Leave %s out, and the field out of %s", b.typ, f.Name(), v.Name())
		}
	}
}

// setsVersion reports whether a method of a create builder sets the version.
func setsVersion(b builder, method string) bool {
	for field := range b.versionFields() {
		if method == "Set"+field || method == "SetNillable"+field {
			return true
		}
	}
	return false
}

// isDecoded reports whether a function fills a variable from a request.
func (p *pass) isDecoded(f ast.Node, v *types.Var) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && p.decodes(call) {
			for _, arg := range call.Args {
				found = found || p.variable(addressed(arg)) == v
			}
		}
		return !found
	})
	return found
}

// isTagged reports whether a decoder fills a field: not if its tag is "-".
func (p *pass) isTagged(sel *ast.SelectorExpr) bool {
	s, ok := deref(p.TypesInfo.TypeOf(sel.X)).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if s.Field(i).Name() == sel.Sel.Name {
			return reflect.StructTag(s.Tag(i)).Get("json") != "-"
		}
	}
	return false
}
