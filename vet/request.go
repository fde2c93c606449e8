package vet

import (
	"go/ast"
	"go/types"
	"strings"
)

// decodes reports whether a call fills its argument from a request: json's Decode and Unmarshal, and the methods of
// routers, such as gin's ShouldBindJSON, echo's Bind and fiber's BodyParser.
func (p *pass) decodes(call *ast.CallExpr) bool {
	f := p.callee(call)
	if f == nil {
		return false
	}
	switch name := f.Name(); {
	case strings.HasPrefix(name, "Decode"), strings.HasPrefix(name, "Unmarshal"), strings.HasPrefix(name, "ShouldBind"),
		strings.HasPrefix(name, "Bind"), name == "BodyParser", name == "ReadJSON":
		return true
	}
	return false
}

// requests are the types of requests, by package and name.
var requests = map[string]bool{
	"net/http.Request": true, "github.com/gin-gonic/gin.Context": true, "github.com/labstack/echo/v4.Context": true,
	"github.com/gofiber/fiber/v2.Ctx": true, "github.com/gofiber/fiber/v3.Ctx": true,
}

// isRequest reports whether a type is an HTTP request.
func isRequest(t types.Type) bool {
	obj := named(t)
	return obj != nil && obj.Pkg() != nil && requests[obj.Pkg().Path()+"."+obj.Name()]
}

// fromRequest returns the variables of a function that hold a request, or something that was read from one. It follows
// assignments in the order of the source text.
func (p *pass) fromRequest(typ *ast.FuncType, body *ast.BlockStmt) map[*types.Var]bool {
	vars := make(map[*types.Var]bool)
	for _, param := range typ.Params.List {
		for _, name := range param.Names {
			if v := p.variable(name); v != nil && isRequest(v.Type()) {
				vars[v] = true
			}
		}
	}
	if len(vars) == 0 {
		return nil
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			p.taintAssigned(vars, n)
		case *ast.CallExpr:
			if p.decodes(n) && p.mentions(n, vars) {
				for _, arg := range n.Args {
					if v := p.variable(addressed(arg)); v != nil {
						vars[v] = true
					}
				}
			}
		}
		return true
	})
	return vars
}

// taintAssigned adds variables that an assignment fills from a request. The result of a query by an ID from the request
// does not come from the request.
func (p *pass) taintAssigned(vars map[*types.Var]bool, n *ast.AssignStmt) {
	for i, left := range n.Lhs {
		right := n.Rhs[0]
		if len(n.Lhs) == len(n.Rhs) {
			right = n.Rhs[i]
		}
		v := p.variable(left)
		if v == nil || !p.mentions(right, vars) {
			continue
		}
		if _, _, ok := entityOf(v.Type()); ok || isError(v.Type()) || isContext(v.Type()) {
			continue
		}
		if _, ok := builderOf(v.Type()); !ok {
			vars[v] = true
		}
	}
}

// addressed returns x of &x.
func addressed(e ast.Expr) ast.Expr {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok {
		return u.X
	}
	return e
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

func isContext(t types.Type) bool {
	obj := named(t)
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "context" && obj.Name() == "Context"
}
