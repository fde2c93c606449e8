package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// addMethod adds a Mixin method after the declaration of a schema. The mixins of an embedded type are kept.
func addMethod(src *source, spec *ast.TypeSpec, decl *ast.GenDecl, v Version, value string) {
	schema := spec.Name.Name
	ent := project.ImportName(src.file, "entgo.io/ent")
	text := fmt.Sprintf("\n\n// Mixin of the %s.\nfunc (%s) Mixin() []%s.Mixin {\n\treturn []%s.Mixin{%s}\n}", schema, schema, ent, ent, value)
	if !embeds(src, spec) {
		base := embedded(spec)
		list := fmt.Sprintf("append(s.%s.Mixin(), %s)", base, value)
		if v.First {
			list = fmt.Sprintf("append([]ent.Mixin{%s}, s.%s.Mixin()...)", value, base)
		}
		text = fmt.Sprintf("\n\n// Mixin of the %s: those of %s, and the version.\nfunc (s %s) Mixin() []ent.Mixin {\n\treturn %s\n}", schema, base, schema, list)
		src.addImport("", "entgo.io/ent")
	}
	end := decl.End()
	for _, group := range src.file.Comments { // A comment after the declaration stays with it.
		if src.fset.Position(group.Pos()).Line == src.fset.Position(end).Line && group.Pos() >= end {
			end = group.End()
		}
	}
	src.insert(end, text)
}

// embedded returns the name of the first type that a struct embeds.
func embedded(t *ast.TypeSpec) string {
	for _, f := range t.Type.(*ast.StructType).Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		switch typ := f.Type.(type) {
		case *ast.Ident:
			return typ.Name
		case *ast.SelectorExpr:
			return typ.Sel.Name
		}
	}
	return "Schema"
}

// addToMethod adds a mixin to what a Mixin method returns.
func addToMethod(src *source, f *ast.FuncDecl, v Version, value string) error {
	where, hint := "to it by hand", ""
	if v.First {
		where, hint = "before its mixins by hand", ", as they have hooks"
	}
	byHand := &NotUnderstoodError{
		fmt.Sprintf("%s:%d", src.path, src.fset.Position(f.Pos()).Line),
		fmt.Sprintf("Mixin() of %s is not one return of a list: add %s %s%s", receiver(f), value, where, hint),
	}
	if _, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
		byHand.Why = fmt.Sprintf("ent does not call the Mixin() of *%[1]s: write func (%[1]s) Mixin(), and add %[2]s %[3]s", receiver(f), value, where)
		return byHand
	}
	if f.Body == nil || len(f.Body.List) != 1 {
		return byHand
	}
	ret, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return byHand
	}
	typ := f.Type.Results.List[0].Type
	if !addToList(src, ret.Results[0], v, value, string(src.text[src.offset(typ.Pos()):src.offset(typ.End())])) {
		return byHand
	}
	return nil
}

// addToList adds a mixin to a list of a type: a literal, an append, another call, or nil. It returns false for anything
// else.
func addToList(src *source, list ast.Expr, v Version, value, typ string) bool {
	if id, ok := list.(*ast.Ident); ok && id.Name == "nil" {
		src.replace(list.Pos(), list.End(), typ+"{"+value+"}")
		return true
	}
	lit := literalOf(list, v.First)
	if lit != nil {
		if slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool { _, keyed := e.(*ast.KeyValueExpr); return keyed }) {
			return false
		}
		if v.First {
			addFirst(src, lit, value)
		} else {
			addElement(src, lit.Rbrace, lit.Elts, value)
		}
		return true
	}
	call, ok := list.(*ast.CallExpr)
	switch {
	case !ok:
		return false
	case v.First:
		src.insert(list.Pos(), "append("+typ+"{"+value+"}, ")
		src.insert(list.End(), "...)")
	case isAppend(call) && !call.Ellipsis.IsValid():
		addElement(src, call.Rparen, call.Args, value)
	default:
		src.insert(list.Pos(), "append(")
		src.insert(list.End(), ", "+value+")")
	}
	return true
}

// literalOf returns the literal that a list is. With first, it is the literal that the list starts with.
func literalOf(list ast.Expr, first bool) *ast.CompositeLit {
	if lit, ok := list.(*ast.CompositeLit); ok {
		return lit
	}
	if call, ok := list.(*ast.CallExpr); ok && first && isAppend(call) && len(call.Args) > 0 {
		return literalOf(call.Args[0], first)
	}
	return nil
}

func isAppend(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "append"
}

// addElement adds an element to the end of a list, on its own line if the others are.
func addElement(src *source, right token.Pos, elements []ast.Expr, value string) {
	if len(elements) == 0 {
		src.insert(right, value)
		return
	}
	last := elements[len(elements)-1]
	if src.fset.Position(right).Line == src.fset.Position(last.End()).Line {
		src.insert(last.End(), ", "+value)
		return
	}
	end := src.lineEnd(last.End()) // After the comma, and after a comment that follows it.
	src.inserts = append(src.inserts, insert{end, end, "\n\t\t" + value + ","})
}

// addFirst adds an element to the beginning of a list.
func addFirst(src *source, lit *ast.CompositeLit, value string) {
	switch {
	case len(lit.Elts) == 0:
		src.insert(lit.Rbrace, value)
	case src.fset.Position(lit.Lbrace).Line == src.fset.Position(lit.Elts[0].Pos()).Line:
		src.insert(lit.Elts[0].Pos(), value+", ")
	default:
		end := src.lineEnd(lit.Lbrace)
		src.inserts = append(src.inserts, insert{end, end, "\n\t\t" + value + ","})
	}
}

// lineEnd returns the offset of the end of a line, or of the end of a comment that continues on the next line.
func (s *source) lineEnd(pos token.Pos) int {
	at := s.offset(pos)
	end := at + strings.IndexByte(string(s.text[at:]), '\n')
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if from, to := s.offset(c.Pos()), s.offset(c.End()); from < end && end < to {
				end = to
			}
		}
	}
	return end
}
