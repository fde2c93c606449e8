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
	"regexp"
	"strings"

	"entgo.io/ent/entc/gen"
)

// completeGenerated completes methods that ent has no template for, in the generated files. The mutations of one row come
// to know where they come from, clients how to commit, and transactions that the database has ended:
//
//	return &UserUpdateOne{..}       comes after  mutation.occ.Loaded(userVersion, u, ..), or mutation.occ.ByID()
//	return &UserDeleteOne{builder}  comes after  builder.mutation.occ.ByID()
//	return c.DeleteOneID(u.ID)      becomes  builder := ..; builder.mutation.occ.Loaded(userVersion, u, ..); return builder
//	cfg.driver = tx                 becomes  cfg.driver = versionTx(c.config, tx.begun(ctx))
//	cfg.driver = &txDriver{..}      becomes  cfg.driver = versionTx(c.config, (&txDriver{..}).begun(ctx))
//	return tx.tx.Exec(..)           becomes  return tx.ended(tx.sends(ctx, query).Exec(..))
//	return tx.tx.Query(.., v)       becomes  return tx.endedRows(v, tx.sends(ctx, query).Query(.., v))
//
// Where ent's code is not as expected the run fails, and the builders refuse to write.
func completeGenerated(g *gen.Graph, e *Extension) error {
	if err := completeTx(g); err != nil {
		return err
	}
	client := filepath.Join(g.Target, "client.go")
	begins := func(_ *ast.FuncDecl, expr string) (string, string) { return "", begun(expr) }
	builders := map[string]completion{"Client.Tx": begins, "Client.BeginTx": begins}
	if len(e.plan.versions)+len(e.plan.values) == 0 {
		return complete(client, builders)
	}
	for _, n := range g.Nodes {
		if e.plan.guards(n.Name) {
			e.completeBuilders(n, builders)
		}
	}
	named := func(_ *ast.FuncDecl, expr string) (string, string) {
		return "", "versionTx(c.config, " + begun(expr) + ")"
	}
	builders["Client.Tx"], builders["Client.BeginTx"] = named, named
	if err := complete(client, builders); err != nil {
		return err
	}
	sends := func(expr string) string {
		return strings.Replace(expr, "tx.tx.", "tx.sends(ctx, query).", 1)
	}
	ended := func(_ *ast.FuncDecl, expr string) (string, string) { return "", "tx.ended(" + sends(expr) + ")" }
	endedRows := func(fn *ast.FuncDecl, expr string) (string, string) {
		params := fn.Type.Params.List
		names := params[len(params)-1].Names
		return "", "tx.endedRows(" + names[len(names)-1].Name + ", " + sends(expr) + ")"
	}
	statements := map[string]completion{"txDriver.Exec": ended, "txDriver.Query": endedRows}
	if on, _ := g.FeatureEnabled(gen.FeatureExecQuery.Name); on {
		statements["txDriver.ExecContext"] = func(_ *ast.FuncDecl, expr string) (string, string) {
			return "", "tx.sendsExec(ctx, query)(" + expr + ")"
		}
		statements["txDriver.QueryContext"] = func(_ *ast.FuncDecl, expr string) (string, string) {
			return "", "tx.sendsQuery(ctx, query)(" + expr + ")"
		}
	}
	return complete(filepath.Join(g.Target, "tx.go"), statements)
}

// completeBuilders has the mutations of builders of one row know whether they come from an entity.
func (e *Extension) completeBuilders(n *gen.Type, builders map[string]completion) {
	entity := func(fn *ast.FuncDecl) string { return fn.Type.Params.List[0].Names[0].Name }
	builders[n.ClientName()+".UpdateOne"] = func(fn *ast.FuncDecl, expr string) (string, string) {
		return nameIn(mutationOf, expr) + "." + e.loaded(n, entity(fn)), expr
	}
	if !n.HasOneFieldID() {
		return
	}
	builders[n.ClientName()+".UpdateOneID"] = func(_ *ast.FuncDecl, expr string) (string, string) {
		return nameIn(mutationOf, expr) + ".occ.ByID()", expr
	}
	builders[n.ClientName()+".DeleteOneID"] = func(fn *ast.FuncDecl, expr string) (string, string) {
		mutation := nameIn(builderOf, expr) + ".mutation"
		if n.ID.HasValueScanner() {
			return mutation + ".occ.ByID()", expr
		}
		return mutation + ".occ.ByID()\n" + mutation + ".occ.Row(" + entity(fn) + ")", expr
	}
	builders[n.ClientName()+".DeleteOne"] = func(fn *ast.FuncDecl, expr string) (string, string) {
		return "builder := " + expr + "\nbuilder." + n.DeleteReceiver() + ".mutation." + e.loaded(n, entity(fn)), "builder"
	}
}

// mutationOf and builderOf find what a builder of one row is made of. ent calls them otherwise where a type has the name.
var (
	mutationOf = regexp.MustCompile(`\bmutation: (\w+)\}$`)
	builderOf  = regexp.MustCompile(`\{(\w+)\}$`)
)

// nameIn returns the name that is found in an expression; else what is no name, so that the file is refused.
func nameIn(expr *regexp.Regexp, text string) string {
	if found := expr.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return "?"
}

// completion returns what a method shall return, or use for its driver, in place of expr, and the statements before that.
type completion func(fn *ast.FuncDecl, expr string) (before, instead string)

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
		if methods[name] == nil {
			continue
		}
		stmt, result, err := completed(fn)
		if err != nil {
			return fmt.Errorf("entocc: %s in ent's generated %s is not as in ent v0.14: %w", name, filepath.Base(path), err)
		}
		offset := func(p token.Pos) int { return fset.Position(p).Offset }
		begin, from, to := offset(stmt.Pos()), offset(result.Pos()), offset(result.End())
		before, instead := methods[name](fn, string(src[from:to]))
		out.Write(src[last:begin])
		if before != "" {
			out.WriteString(before + "\n")
		}
		out.Write(src[begin:from])
		out.WriteString(instead)
		last = to
		delete(methods, name)
	}
	for name := range methods {
		return fmt.Errorf("entocc: ent's generated %s has no method %s, as ent v0.14 has", filepath.Base(path), name)
	}
	out.Write(src[last:])
	formatted, err := format.Source(out.Bytes())
	if err != nil {
		return fmt.Errorf("entocc: ent's generated %s is not as in ent v0.14: %w", filepath.Base(path), err)
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

// completed returns the expression of a method that is completed, and its statement: what it makes the driver of a config, or what
// it returns.
func completed(fn *ast.FuncDecl) (ast.Stmt, ast.Expr, error) {
	for _, stmt := range fn.Body.List {
		assign, ok := stmt.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			continue
		}
		if sel, ok := assign.Lhs[0].(*ast.SelectorExpr); ok && sel.Sel.Name == "driver" {
			return stmt, assign.Rhs[0], nil
		}
	}
	return resultOf(fn)
}

// resultOf returns the last statement of a method, and its only result, or the call that makes them all.
func resultOf(fn *ast.FuncDecl) (ast.Stmt, ast.Expr, error) {
	if params := fn.Type.Params.List; len(params) == 0 || len(params[0].Names) == 0 {
		return nil, nil, errors.New("its parameter has no name")
	}
	body := fn.Body.List
	if len(body) == 0 {
		return nil, nil, errors.New("it is empty")
	}
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return nil, nil, errors.New("it does not end by returning one expression")
	}
	return ret, ret.Results[0], nil
}
