package write

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
)

// statement builds the UPDATE as sqlgraph would (ent, dialect/sql/sqlgraph/graph.go, updater.node), and assigns and
// guards the version.
func (w *Write) statement(ctx context.Context, d string) (*sql.UpdateBuilder, error) {
	node := w.Spec.Node
	update := sql.Dialect(d).Update(node.Table).Schema(node.Schema)
	s := w.Selector(ctx, d)
	w.where(s)
	if err := s.Err(); err != nil {
		return nil, err
	}
	if s.P() != nil {
		update.FromSelect(s)
	}
	if err := w.setColumns(update); err != nil {
		return nil, err
	}
	for _, modify := range w.Spec.Modifiers {
		modify(update)
	}
	w.setVersion(update)
	if len(w.Accepted) > 0 {
		update.Where(w.Schema.Equals(w.Accepted))
	}
	if w.StatesFields() {
		state := w.Selector(ctx, d)
		w.whereFields(state)
		update.Where(state.P())
	}
	if w.set != nil {
		again := w.Selector(ctx, d) // A modifier may have added a condition whose text contains an OR.
		w.where(again)
		if p := again.P(); p != nil && len(w.Spec.Modifiers) > 0 {
			update.Where(p)
		}
		w.set.alone(ctx, func(p *sql.Predicate) { update.Where(p) })
	}
	return update, update.Err()
}

// setVersion assigns the version, once and last. A write that must not bump and has no other column to set assigns the
// version to itself: a writing statement then locks the row and compares its version before any edge is written.
func (w *Write) setVersion(update *sql.UpdateBuilder) {
	switch {
	case w.Next != nil:
		update.Set(w.Schema.Column, w.Next)
	case w.Bump:
		w.Schema.SetBump(update, w.Spec.Node.Table)
	case w.marked:
		w.setMark(update)
	case update.Empty():
		w.Schema.SetNothing(update, w.Spec.Node.Table)
	}
}

// Selector selects columns of the table; ent's predicates and the probe refine it.
func (w *Write) Selector(ctx context.Context, d string, columns ...string) *sql.Selector {
	b := sql.Dialect(d)
	return b.Select(columns...).From(b.Table(w.Spec.Node.Table).Schema(w.Spec.Node.Schema)).WithContext(ctx)
}

// where adds the row's identity and the mutation's own predicates.
func (w *Write) where(s *sql.Selector) {
	w.whereID(s)
	if w.Spec.Predicate != nil {
		w.Spec.Predicate(s)
	}
}

// whereID adds the row's identity, if it is known.
func (w *Write) whereID(s *sql.Selector) {
	if id := w.Spec.Node.ID; id != nil {
		if id.Value != nil {
			s.Where(sql.EQ(id.Column, id.Value))
		}
		return
	}
	for _, id := range w.Spec.Node.CompositeID {
		if id.Value != nil {
			s.Where(sql.EQ(id.Column, id.Value))
		}
	}
}

// Identity returns the columns of the primary key with the row's values.
func (w *Write) Identity() []*sqlgraph.FieldSpec {
	if w.Spec.Node.ID == nil {
		return w.Spec.Node.CompositeID
	}
	w.keyed[0] = w.Spec.Node.ID
	return w.keyed[:]
}

// setColumns assigns what the mutation sets, including the foreign keys of this row.
func (w *Write) setColumns(update *sql.UpdateBuilder) error {
	set, cleared, err := w.assignments()
	if err != nil {
		return err
	}
	for _, c := range cleared {
		update.SetNull(c)
	}
	for _, a := range set {
		update.Set(a.Column, a.Value)
	}
	for _, f := range w.Spec.Fields.Add {
		update.Add(f.Column, f.Value)
	}
	return nil
}

// Assignment is a column and the value that it is set to.
type Assignment struct {
	Column string
	Value  any
	Binary bool
}

// assignments returns what the mutation sets and clears in its own row, including foreign keys.
func (w *Write) assignments() (set []Assignment, cleared []string, err error) {
	return w.AppendAssignments(make([]Assignment, 0, len(w.Spec.Fields.Set)+len(w.Spec.Edges.Add)), nil)
}

// AppendAssignments appends the assignments to the caller's slices.
func (w *Write) AppendAssignments(to []Assignment, clear []string) (set []Assignment, cleared []string, err error) {
	set, cleared = to, clear
	own := func(column string) bool {
		return slices.ContainsFunc(w.Spec.Edges.Add, func(e *sqlgraph.EdgeSpec) bool { return touch.InRow(e) && e.Columns[0] == column })
	}
	for _, f := range w.Spec.Fields.Clear {
		cleared = append(cleared, f.Column)
	}
	for _, e := range w.Spec.Edges.Clear {
		if touch.InRow(e) && !own(e.Columns[0]) {
			cleared = append(cleared, e.Columns[0])
		}
	}
	for _, f := range w.Spec.Fields.Set {
		value := f.Value
		if f.Type == field.TypeJSON {
			buf, err := json.Marshal(value)
			if err != nil {
				return nil, nil, fmt.Errorf("marshal value for column %s: %w", f.Column, err)
			}
			value = json.RawMessage(buf)
		}
		set = append(set, Assignment{f.Column, value, f.Type == field.TypeBytes})
	}
	for _, e := range w.Spec.Edges.Add {
		if touch.InRow(e) {
			set = append(set, Assignment{Column: e.Columns[0], Value: e.Target.Nodes[0]})
		}
	}
	return set, cleared, nil
}

// external reports whether the edge is written to another row or table.
func external(e *sqlgraph.EdgeSpec) bool {
	return e.Rel == sqlgraph.M2M || e.Rel == sqlgraph.O2M || e.Rel == sqlgraph.O2O && !e.Inverse
}

// HasExternalEdges reports whether the save writes to other rows or tables.
func (w *Write) HasExternalEdges() bool {
	for _, edges := range [...][]*sqlgraph.EdgeSpec{w.Spec.Edges.Add, w.Spec.Edges.Clear} {
		for _, e := range edges {
			if external(e) {
				return true
			}
		}
	}
	return false
}

// rest is what ent still has to do after the UPDATE: the external edges and the SELECT of the row.
func (w *Write) rest() *sqlgraph.UpdateSpec {
	spec := &sqlgraph.UpdateSpec{Node: w.Spec.Node, ScanValues: w.Spec.ScanValues, Assign: w.Spec.Assign}
	if assign := w.Spec.Assign; assign != nil {
		spec.Assign = func(columns []string, values []any) error {
			if err := w.Moved(columns, values); err != nil {
				return err
			}
			return assign(columns, values)
		}
	}
	spec.Edges.Add = externalEdges(w.Spec.Edges.Add)
	spec.Edges.Clear = externalEdges(w.Spec.Edges.Clear)
	w.links.keepIdempotent(spec)
	return spec
}

// externalEdges drops Bidi from the returned copies: the column of a bidirectional O2O edge in this row was already
// set.
func externalEdges(edges []*sqlgraph.EdgeSpec) []*sqlgraph.EdgeSpec {
	var rest []*sqlgraph.EdgeSpec
	for _, e := range edges {
		if !external(e) {
			continue
		}
		if e.Rel == sqlgraph.O2O && e.Bidi {
			e2 := *e
			e2.Bidi = false
			e = &e2
		}
		rest = append(rest, e)
	}
	return rest
}

// rowContext returns the context of a statement that writes only the row of the save.
func (w *Write) rowContext(ctx context.Context) context.Context {
	if !w.inTx || w.set != nil {
		return ctx
	}
	return session.WithRow(ctx, w.Spec.Node.Table, w.ID)
}
