package hook

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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
	if w.spec.Node.ID == nil {
		return w.spec.Node.CompositeID
	}
	w.keyed[0] = w.spec.Node.ID
	return w.keyed[:]
}

// ids are the values of the primary key as the database takes them.
func (w *Write) ids() []any {
	var values []any
	for _, id := range w.identity() {
		values = append(values, id.Value)
	}
	return values
}

func (w *Write) key() rowKey {
	if id := w.spec.Node.ID; id != nil {
		return keyOf(id.Value)
	}
	return keyOfAll(w.ids())
}

// Planned reports whether the write waits for the others of its batch, which reads the row that it leaves into node then.
func (w *Write) Planned(node any) bool {
	if w.slot == nil {
		return false
	}
	w.node = node
	if w.slot.batch.planning {
		w.slot.row = w
		return true
	}
	return false
}

// returns reports whether the row is read as the write leaves it.
func (w *Write) returns() bool { return w.node != nil || w.spec.ScanValues != nil }

func (w *Write) version() *Schema { return w.schema }

// size counts two arguments for a value, as MySQL's form of the statement has them, and those that look for the row.
func (w *Write) size() (args, length int) {
	ids, set := len(w.identity()), len(w.spec.Fields.Set)+len(w.spec.Edges.Add)+1
	args = 2*ids + 1 + (ids+1)*set + set/rowsPerCase + 1
	for _, f := range w.spec.Fields.Set {
		length += lengthOf(f.Value)
	}
	return args, length + 16*args
}

// shape tells the writes that one joined statement can carry out: the same columns are set and cleared, the same are
// returned, the version is guarded and changed alike, and predicates are the same to the last argument.
func (w *Write) shape(b []byte, d string) []byte {
	spec := w.spec
	if w.checkOnly || w.touches() || len(spec.Fields.Add)+len(spec.Modifiers) > 0 || len(w.accepted) > 1 || w.hasExternalEdges() ||
		d == dialect.MySQL && !w.bump || !w.returnsIdentity() || !w.plain() {
		return nil
	}
	b = append(append(append(b, spec.Node.Schema...), '.'), spec.Node.Table...)
	zero := len(w.accepted) == 1 && w.schema.Strategy.IsZero(w.accepted[0])
	for _, is := range [...]bool{w.bump, w.next != nil, len(w.accepted) == 1, zero, w.returns()} {
		b = strconv.AppendBool(b, is)
	}
	for _, f := range spec.Fields.Set {
		b = append(append(b, '\x00', '='), f.Column...)
	}
	for _, f := range spec.Fields.Clear {
		b = append(append(b, '\x00', '-'), f.Column...)
	}
	for _, e := range spec.Edges.Add {
		b = append(append(b, '\x00', '>'), e.Columns[0]...)
	}
	for _, e := range spec.Edges.Clear {
		b = append(append(b, '\x00', '<'), e.Columns[0]...)
	}
	for _, c := range spec.Node.Columns {
		b = append(append(b, '\x00'), c...)
	}
	if spec.Predicate != nil {
		s := w.selector(context.Background(), d)
		if spec.Predicate(s); s.Err() != nil {
			return nil
		}
		if s.P() != nil {
			query, args := s.P().Query()
			b = fmt.Appendf(b, "\x00%s\x00%#v", query, args)
		}
	}
	return b
}

// returnsIdentity reports whether the row can be told from others by what is returned of it.
func (w *Write) returnsIdentity() bool {
	if !w.returns() {
		return true
	}
	for _, id := range w.identity() {
		if id.Value == nil || !slices.Contains(w.spec.Node.Columns, id.Column) {
			return false
		}
	}
	return true
}
