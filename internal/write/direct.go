package write

import (
	"database/sql/driver"
	"slices"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/sqltext"
)

// direct writes the statement of a save without ent's builders, if the save only sets columns to values, as most saves
// do. The statement is identical to ent's. ok is false for all others.
func (w *Write) direct(d string, returning []string) (query string, args []any, ok bool, err error) {
	spec := w.Spec
	if spec.Predicate != nil && !w.set.equalsKey() || len(spec.Modifiers)+len(spec.Fields.Add)+len(w.e.fields) > 0 || spec.Node.Schema != "" || spec.Node.ID == nil ||
		spec.Node.ID.Value == nil || len(w.Accepted) != 1 || w.Schema.Strategy.IsZero(w.Accepted[0]) || w.Next == nil && !w.movesItself() || !w.Plain() {
		return "", nil, false, nil
	}
	set, cleared, err := w.assignments()
	if err != nil {
		return "", nil, false, err
	}
	if w.Next == nil && len(set)+len(cleared) == 0 {
		return "", nil, false, nil
	}
	t := sqltext.Text{Dialect: d, Buf: make([]byte, 0, 256), Args: make([]any, 0, len(set)+4)}
	if w.set != nil {
		w.set.argsFirst(&t)
	}
	t.Write("UPDATE ").Ident(spec.Node.Table).Write(" SET ")
	for _, c := range cleared {
		t.Ident(c).Write(" = NULL, ")
	}
	for _, a := range set {
		t.Ident(a.Column).Write(" = ").Arg(a.Value).Write(", ")
	}
	if w.Next != nil {
		t.Ident(w.Schema.Column).Write(" = ").Arg(w.Next)
	} else {
		t.Buf = t.Buf[:len(t.Buf)-len(", ")]
	}
	if w.set != nil {
		w.set.writeWhere(&t)
	} else {
		t.Write(" WHERE ").Ident(spec.Node.ID.Column).Write(" = ").Arg(spec.Node.ID.Value)
	}
	t.Write(" AND ").Ident(w.Schema.Column).Write(" = ").Arg(w.Accepted[0])
	for i, c := range returning {
		if i == 0 {
			t.Write(" RETURNING ")
		} else {
			t.Write(", ")
		}
		t.Ident(c)
	}
	return string(t.Buf), t.Args, true, nil
}

// movesItself reports whether the version needs no assignment, and the database can compare it.
func (w *Write) movesItself() bool {
	s := w.Schema.Strategy
	return s.BySystem() && s.Possible(w.Accepted[0])
}

// directRead writes the SELECT of a row without ent's builders.
func (w *Write) directRead(d string) (t *sqltext.Text, ok bool) {
	node := w.Spec.Node
	if node.Schema != "" || node.ID == nil || node.ID.Value == nil || !w.Plain() {
		return nil, false
	}
	t = sqltext.New(d, 256, 1)
	for i, c := range node.Columns {
		t.Write([]string{"SELECT ", ", "}[min(i, 1)]).Ident(c)
	}
	t.Write(" FROM ").Ident(node.Table).Write(" WHERE ").Ident(node.ID.Column).Write(" = ").Arg(node.ID.Value)
	return t, true
}

// Plain reports whether all statements of this kind have the same text: no column name or value is written in a special
// way.
func (w *Write) Plain() bool {
	for _, f := range w.Spec.Fields.Set {
		if !sqltext.PlainIdent(f.Column) || sqltext.NotPlain(f.Value) {
			return false
		}
	}
	for _, f := range w.Spec.Fields.Clear {
		if !sqltext.PlainIdent(f.Column) {
			return false
		}
	}
	for _, edges := range [...][]*sqlgraph.EdgeSpec{w.Spec.Edges.Add, w.Spec.Edges.Clear} {
		for _, e := range edges {
			if len(e.Columns) != 1 || !sqltext.PlainIdent(e.Columns[0]) || slices.ContainsFunc(e.Target.Nodes, func(id driver.Value) bool { return sqltext.NotPlain(id) }) {
				return false
			}
		}
	}
	for _, c := range w.Spec.Node.Columns {
		if !sqltext.PlainIdent(c) {
			return false
		}
	}
	for _, id := range w.Identity() {
		if !sqltext.PlainIdent(id.Column) || sqltext.NotPlain(id.Value) {
			return false
		}
	}
	return sqltext.PlainIdent(w.Spec.Node.Table) && sqltext.PlainIdent(w.Schema.Column)
}
