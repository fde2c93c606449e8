package entc

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"

	"entgo.io/ent/entc/gen"
)

// completeClient has the builders of one row know where they come from. ent has no template for these methods of
// client.go, so their return statements are completed in the generated file:
//
//	return &UserUpdateOne{..}       becomes  return (&UserUpdateOne{..}).ifLoaded(u)
//	return c.DeleteOneID(u.ID)      becomes  return c.DeleteOneID(u.ID).ifLoaded(u)
//	return &UserDeleteOne{builder}  becomes  return (&UserDeleteOne{builder}).byID()
//
// Where ent's code is not as expected the run fails, and the builders refuse to write.
func completeClient(g *gen.Graph, p *plan) error {
	path := filepath.Join(g.Target, "client.go")
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	out, last := &bytes.Buffer{}, 0
	want := make(map[string]string)
	for _, n := range g.Nodes {
		if p.versions[n.Name] == nil {
			continue
		}
		want[n.ClientName()+".UpdateOne"] = "ifLoaded"
		if n.HasOneFieldID() {
			want[n.ClientName()+".UpdateOneID"] = "byID"
			want[n.ClientName()+".DeleteOne"] = "ifLoaded"
			want[n.ClientName()+".DeleteOneID"] = "byID"
		}
	}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := methodName(fn)
		method, ok := want[name]
		if !ok {
			continue
		}
		result, arg, err := resultOf(fn)
		if err != nil {
			return fmt.Errorf("entocc: %s of ent's generated client.go is not as in ent v0.14: %w", name, err)
		}
		if method == "byID" {
			arg = ""
		}
		from, to := fset.Position(result.Pos()).Offset, fset.Position(result.End()).Offset
		expr := string(src[from:to])
		if _, isLiteral := result.(*ast.UnaryExpr); isLiteral {
			expr = "(" + expr + ")"
		}
		out.Write(src[last:from])
		fmt.Fprintf(out, "%s.%s(%s)", expr, method, arg)
		last = to
		delete(want, name)
	}
	for name := range want {
		return fmt.Errorf("entocc: ent's generated client.go has no method %s, as ent v0.14 has", name)
	}
	out.Write(src[last:])
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(path, formatted, 0o644)
}

// methodName returns UserClient.UpdateOne for a method, and nothing for a function.
func methodName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) != 1 {
		return ""
	}
	star, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	ident, ok := star.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return ident.Name + "." + fn.Name.Name
}

// resultOf returns what the last statement of a builder's constructor returns, and the name of its only parameter.
func resultOf(fn *ast.FuncDecl) (result ast.Expr, param string, err error) {
	params := fn.Type.Params.List
	if len(params) != 1 || len(params[0].Names) != 1 {
		return nil, "", fmt.Errorf("it has not one parameter")
	}
	body := fn.Body.List
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return nil, "", fmt.Errorf("it does not end by returning one builder")
	}
	return ret.Results[0], params[0].Names[0].Name, nil
}
