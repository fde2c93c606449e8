package entc

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"entgo.io/ent/entc/gen"
)

// completeGenerated completes methods that ent has no template for, in the generated files. The builders of one row come
// to know where they come from, clients how to commit, and transactions that the database has ended:
//
//	return &UserUpdateOne{..}       becomes  return (&UserUpdateOne{..}).ifLoaded(u)
//	return c.DeleteOneID(u.ID)      becomes  return c.DeleteOneID(u.ID).ifLoaded(u)
//	return &UserDeleteOne{builder}  becomes  return (&UserDeleteOne{builder}).byID()
//	cfg.driver = tx                 becomes  cfg.driver = c.versionTx(tx)
//	return tx.tx.Exec(..)           becomes  return tx.ended(tx.sends(ctx, query).Exec(..))
//	return tx.tx.Query(.., v)       becomes  return tx.endedRows(v, tx.sends(ctx, query).Query(.., v))
//
// Where ent's code is not as expected the run fails, and the builders refuse to write.
func completeGenerated(g *gen.Graph, p *plan) error {
	if err := completeTx(g); err != nil || len(p.versions) == 0 {
		return err
	}
	ifLoaded := func(fn *ast.FuncDecl, expr string) string {
		return expr + ".ifLoaded(" + fn.Type.Params.List[0].Names[0].Name + ")"
	}
	byID := func(_ *ast.FuncDecl, expr string) string { return expr + ".byID()" }
	builders := make(map[string]completion)
	for _, n := range g.Nodes {
		if p.versions[n.Name] == nil {
			continue
		}
		builders[n.ClientName()+".UpdateOne"] = ifLoaded
		if n.HasOneFieldID() {
			builders[n.ClientName()+".UpdateOneID"] = byID
			builders[n.ClientName()+".DeleteOne"] = ifLoaded
			builders[n.ClientName()+".DeleteOneID"] = byID
		}
	}
	named := func(_ *ast.FuncDecl, expr string) string { return "c.versionTx(" + expr + ")" }
	builders["Client.Tx"], builders["Client.BeginTx"] = named, named
	if err := complete(filepath.Join(g.Target, "client.go"), builders); err != nil {
		return err
	}
	sends := func(expr string) string {
		return strings.Replace(expr, "tx.tx.", "tx.sends(ctx, query).", 1)
	}
	ended := func(_ *ast.FuncDecl, expr string) string { return "tx.ended(" + sends(expr) + ")" }
	endedRows := func(fn *ast.FuncDecl, expr string) string {
		params := fn.Type.Params.List
		names := params[len(params)-1].Names
		return "tx.endedRows(" + names[len(names)-1].Name + ", " + sends(expr) + ")"
	}
	statements := map[string]completion{"txDriver.Exec": ended, "txDriver.Query": endedRows}
	if on, _ := g.FeatureEnabled(gen.FeatureExecQuery.Name); on {
		statements["txDriver.ExecContext"] = func(_ *ast.FuncDecl, expr string) string { return "tx.sendsExec(ctx, query)(" + expr + ")" }
		statements["txDriver.QueryContext"] = func(_ *ast.FuncDecl, expr string) string { return "tx.sendsQuery(ctx, query)(" + expr + ")" }
	}
	return complete(filepath.Join(g.Target, "tx.go"), statements)
}

// completion returns what a method shall return, or use for its driver, in place of expr.
type completion func(fn *ast.FuncDecl, expr string) string

// complete replaces what the last statements of methods in a file return.
func complete(path string, methods map[string]completion) error {
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
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := methodName(fn)
		replace, ok := methods[name]
		if !ok {
			continue
		}
		result, err := completed(fn)
		if err != nil {
			return fmt.Errorf("entocc: %s in ent's generated %s is not as in ent v0.14: %w", name, filepath.Base(path), err)
		}
		from, to := fset.Position(result.Pos()).Offset, fset.Position(result.End()).Offset
		expr := string(src[from:to])
		if _, isLiteral := result.(*ast.UnaryExpr); isLiteral {
			expr = "(" + expr + ")"
		}
		out.Write(src[last:from])
		out.WriteString(replace(fn, expr))
		last = to
		delete(methods, name)
	}
	for name := range methods {
		return fmt.Errorf("entocc: ent's generated %s has no method %s, as ent v0.14 has", filepath.Base(path), name)
	}
	out.Write(src[last:])
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(path, formatted, 0o644)
}

// methodName returns UserClient.UpdateOne for a method, and the name of a function.
func methodName(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	if len(fn.Recv.List) != 1 {
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

// completed returns the expression of a method that is completed: what it makes the driver of a config, or what it returns.
func completed(fn *ast.FuncDecl) (ast.Expr, error) {
	for _, stmt := range fn.Body.List {
		assign, ok := stmt.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			continue
		}
		if sel, ok := assign.Lhs[0].(*ast.SelectorExpr); ok && sel.Sel.Name == "driver" {
			return assign.Rhs[0], nil
		}
	}
	return resultOf(fn)
}

// resultOf returns the only result of the last statement of a method, or the call that makes them all.
func resultOf(fn *ast.FuncDecl) (ast.Expr, error) {
	if params := fn.Type.Params.List; len(params) == 0 || len(params[0].Names) == 0 {
		return nil, errors.New("its parameter has no name")
	}
	body := fn.Body.List
	if len(body) == 0 {
		return nil, errors.New("it is empty")
	}
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return nil, errors.New("it does not end by returning one expression")
	}
	return ret.Results[0], nil
}
