package hook

import (
	"database/sql/driver"
	"slices"

	"entgo.io/ent/dialect/sql/sqlgraph"
)

// direct writes the statement of a save that is nothing but columns set to values, most saves, without ent's builders. It
// is the same to the letter. ok is false for all others.
func (w *Write) direct(d string, returning []string) (query string, args []any, ok bool, err error) {
	spec := w.spec
	if spec.Predicate != nil || len(spec.Modifiers)+len(spec.Fields.Add) > 0 || spec.Node.Schema != "" || spec.Node.ID == nil ||
		spec.Node.ID.Value == nil || len(w.accepted) != 1 || w.schema.Strategy.IsZero(w.accepted[0]) || w.next == nil || !w.plain() {
		return "", nil, false, nil
	}
	set, cleared, err := w.assignments()
	if err != nil {
		return "", nil, false, err
	}
	t := text{dialect: d, buf: make([]byte, 0, 256), args: make([]any, 0, len(set)+3)}
	t.write("UPDATE ").ident(spec.Node.Table).write(" SET ")
	for _, c := range cleared {
		t.ident(c).write(" = NULL, ")
	}
	for _, a := range set {
		t.ident(a.column).write(" = ").arg(a.value).write(", ")
	}
	t.ident(w.schema.Column).write(" = ").arg(w.next)
	t.write(" WHERE ").ident(spec.Node.ID.Column).write(" = ").arg(spec.Node.ID.Value)
	t.write(" AND ").ident(w.schema.Column).write(" = ").arg(w.accepted[0])
	for i, c := range returning {
		if i == 0 {
			t.write(" RETURNING ")
		} else {
			t.write(", ")
		}
		t.ident(c)
	}
	return string(t.buf), t.args, true, nil
}

// directRead writes the SELECT of a row without ent's builders.
func (w *Write) directRead(d string) (t *text, ok bool) {
	node := w.spec.Node
	if node.Schema != "" || node.ID == nil || node.ID.Value == nil || !w.plain() {
		return nil, false
	}
	t = newText(d, 256, 1)
	for i, c := range node.Columns {
		t.write([]string{"SELECT ", ", "}[min(i, 1)]).ident(c)
	}
	t.write(" FROM ").ident(node.Table).write(" WHERE ").ident(node.ID.Column).write(" = ").arg(node.ID.Value)
	return t, true
}

// plain reports whether the statement's text is that of any such statement: no column's name and no value is written in
// a way of its own.
func (w *Write) plain() bool {
	for _, f := range w.spec.Fields.Set {
		if !plainIdent(f.Column) || notPlain(f.Value) {
			return false
		}
	}
	for _, f := range w.spec.Fields.Clear {
		if !plainIdent(f.Column) {
			return false
		}
	}
	for _, edges := range [...][]*sqlgraph.EdgeSpec{w.spec.Edges.Add, w.spec.Edges.Clear} {
		for _, e := range edges {
			if len(e.Columns) != 1 || !plainIdent(e.Columns[0]) || slices.ContainsFunc(e.Target.Nodes, func(id driver.Value) bool { return notPlain(id) }) {
				return false
			}
		}
	}
	for _, c := range w.spec.Node.Columns {
		if !plainIdent(c) {
			return false
		}
	}
	for _, id := range w.identity() {
		if !plainIdent(id.Column) || notPlain(id.Value) {
			return false
		}
	}
	return plainIdent(w.spec.Node.Table) && plainIdent(w.schema.Column)
}
