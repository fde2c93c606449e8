package batch

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// bulkWrite is the save of one row as part of a batch.
type bulkWrite struct {
	*write.Write
	slot *slot
	// node is the entity that the batch reads the row into.
	node any
}

// take accepts a write. A write that a hook, such as a resolver, makes after its row is written gets its own place.
func (s *slot) take(w *write.Write, node any) *bulkWrite {
	u := &s.update
	switch {
	case u.Write == w:
		return u
	case s.row != nil:
		u = &bulkWrite{}
	}
	*u = bulkWrite{Write: w, slot: s, node: node}
	return u
}

// Plan implements [write.Slot].
func (s *slot) Plan(w *write.Write, node any) bool {
	u := s.take(w, node)
	if s.batch.planning {
		s.row = u
	}
	return s.batch.planning
}

// Save implements [write.Slot].
func (s *slot) Save(ctx context.Context, w *write.Write) error { return s.write(ctx, s.take(w, nil)) }

// Touched implements [write.Slot].
func (s *slot) Touched() *touch.Parents { return s.batch.touched }

// alone saves the row with its own statements.
func (w *bulkWrite) alone(ctx context.Context, drv dialect.Driver) error {
	if w.Spec.ScanValues == nil && w.node != nil {
		w.slot.batch.read(w)
	}
	return w.Alone(ctx, drv)
}

func (w *bulkWrite) claimed() *version.Claim { return &w.Claim }

// ids are the values of the primary key in the database's form.
func (w *bulkWrite) ids() []any {
	var values []any
	for _, id := range w.Identity() {
		values = append(values, id.Value)
	}
	return values
}

func (w *bulkWrite) key() rowKey {
	if id := w.Spec.Node.ID; id != nil {
		return keyOf(id.Value)
	}
	return keyOfAll(w.ids())
}

// returns reports whether the row is read after the write.
func (w *bulkWrite) returns() bool { return w.node != nil }

// size counts two arguments for a value, as MySQL's form of the statement has them, and those that identify the row.
func (w *bulkWrite) size() (args, length int) {
	ids, set := len(w.Identity()), len(w.Spec.Fields.Set)+len(w.Spec.Edges.Add)+1
	args = 2*ids + 1 + (ids+1)*set + set/rowsPerCase + 1
	for _, f := range w.Spec.Fields.Set {
		length += lengthOf(f.Value)
	}
	return args, length + 16*args
}

// shape identifies the writes that one joined statement can carry out: they set and clear the same columns, return the
// same columns, guard and change the version in the same way, and have the same predicates, down to the last argument.
func (w *bulkWrite) shape(b []byte, d string) []byte {
	spec := w.Spec
	if w.CheckOnly || w.Touches() || w.StatesFields() || len(spec.Fields.Add)+len(spec.Modifiers) > 0 || len(w.Accepted) > 1 || w.HasExternalEdges() ||
		d == dialect.MySQL && !w.Bump || d != dialect.Postgres && w.Schema.Strategy.ByTrigger() || !w.returnsIdentity() || !w.Plain() || w.Schema.Strategy.BySystem() {
		return nil
	}
	b = append(append(append(b, spec.Node.Schema...), '.'), spec.Node.Table...)
	zero := len(w.Accepted) == 1 && w.Schema.Strategy.IsZero(w.Accepted[0])
	for _, is := range [...]bool{w.Bump, w.Next != nil, len(w.Accepted) == 1, zero, w.returns()} {
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
		s := w.Selector(context.Background(), d)
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

// returnsIdentity reports whether the returned columns distinguish the row from others.
func (w *bulkWrite) returnsIdentity() bool {
	if !w.returns() {
		return true
	}
	for _, id := range w.Identity() {
		if id.Value == nil || !slices.Contains(w.Spec.Node.Columns, id.Column) {
			return false
		}
	}
	return true
}
