package hook

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// about names the row for errors.
func (w *Write) about() *entocc.RecordModifiedError {
	return &entocc.RecordModifiedError{Type: w.schema.Type, ID: w.id, Op: w.op, Expected: w.expected}
}

// identity returns the columns of the primary key with the row's values.
func (w *Write) identity() []*sqlgraph.FieldSpec {
	if w.spec.Node.ID != nil {
		return []*sqlgraph.FieldSpec{w.spec.Node.ID}
	}
	return w.spec.Node.CompositeID
}

// ids are the values of the primary key as the database takes them.
func (w *Write) ids() []any {
	var values []any
	for _, id := range w.identity() {
		values = append(values, id.Value)
	}
	return values
}

func (w *Write) key() any { return bulkKey(w.ids()...) }

func (w *Write) version() *Schema { return w.schema }

// size counts two arguments for a value, as MySQL's form of the statement has them, and the guard.
func (w *Write) size() (args, length int) {
	ids := len(w.identity())
	args = ids + 1 + (ids+1)*(len(w.spec.Fields.Set)+len(w.spec.Edges.Add)+1)
	for _, f := range w.spec.Fields.Set {
		length += lengthOf(f.Value)
	}
	return args, length + 16*args
}

// shape tells the writes that one joined statement can carry out: the same columns are set and cleared, the same are
// returned, the version is guarded and changed alike, and predicates are the same to the last argument.
func (w *Write) shape(d string) string {
	spec := w.spec
	if w.checkOnly || w.touches() || len(spec.Fields.Add)+len(spec.Modifiers) > 0 || len(w.accepted) > 1 || w.hasExternalEdges() ||
		d == dialect.MySQL && !w.bump || !w.returnsIdentity() {
		return ""
	}
	b := &strings.Builder{}
	fmt.Fprintf(b, "%s.%s %t %t %d %t", spec.Node.Schema, spec.Node.Table, w.bump, w.next != nil, len(w.accepted), spec.ScanValues != nil)
	if len(w.accepted) == 1 {
		fmt.Fprint(b, w.schema.Strategy.IsZero(w.accepted[0]))
	}
	set, cleared, err := w.assignments()
	if err != nil {
		return ""
	}
	for _, a := range set {
		b.WriteString("\x00=" + a.column)
	}
	for _, c := range cleared {
		b.WriteString("\x00-" + c)
	}
	for _, c := range spec.Node.Columns {
		b.WriteString("\x00" + c)
	}
	if spec.Predicate != nil {
		s := w.selector(context.Background(), d)
		if spec.Predicate(s); s.Err() != nil {
			return ""
		}
		query, args := s.P().Query()
		fmt.Fprintf(b, "\x00%s\x00%#v", query, args)
	}
	return b.String()
}

// returnsIdentity reports whether the row can be told from others by what is returned of it.
func (w *Write) returnsIdentity() bool {
	if w.spec.ScanValues == nil {
		return true
	}
	returned := make(map[string]bool, len(w.spec.Node.Columns))
	for _, c := range w.spec.Node.Columns {
		returned[c] = true
	}
	for _, id := range w.identity() {
		if !returned[id.Column] || id.Value == nil {
			return false
		}
	}
	return true
}
