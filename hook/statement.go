package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
)

// statement builds the UPDATE as sqlgraph would (ent, dialect/sql/sqlgraph/graph.go, updater.node), with the version
// assigned and guarded.
func (w *Write) statement(ctx context.Context, d string) (*sql.UpdateBuilder, error) {
	node := w.spec.Node
	update := sql.Dialect(d).Update(node.Table).Schema(node.Schema)
	s := w.selector(ctx, d)
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
	for _, modify := range w.spec.Modifiers {
		modify(update)
	}
	w.setVersion(update)
	if len(w.accepted) > 0 {
		update.Where(w.schema.equals(w.accepted))
	}
	return update, update.Err()
}

// setVersion assigns the version, once and last. A write that must not bump and has no other column to set assigns the
// version to itself: the row is locked and its version compared in a statement that writes, before any edge is.
func (w *Write) setVersion(update *sql.UpdateBuilder) {
	column, table := w.schema.Column, w.spec.Node.Table
	switch {
	case w.next != nil:
		update.Set(column, w.next)
	case w.bump:
		update.Set(column, w.schema.bump(table))
	case update.Empty():
		update.Set(column, sql.ExprFunc(func(b *sql.Builder) { b.WriteString(b.Quote(table) + "." + b.Quote(column)) }))
	}
}

// selector selects columns of the table, which ent's predicates and the probe refine.
func (w *Write) selector(ctx context.Context, d string, columns ...string) *sql.Selector {
	b := sql.Dialect(d)
	return b.Select(columns...).From(b.Table(w.spec.Node.Table).Schema(w.spec.Node.Schema)).WithContext(ctx)
}

// where adds the row's identity and the mutation's own predicates.
func (w *Write) where(s *sql.Selector) {
	w.whereID(s)
	if w.spec.Predicate != nil {
		w.spec.Predicate(s)
	}
}

// whereID adds the row's identity, if it is known.
func (w *Write) whereID(s *sql.Selector) {
	if id := w.spec.Node.ID; id != nil {
		if id.Value != nil {
			s.Where(sql.EQ(id.Column, id.Value))
		}
		return
	}
	for _, id := range w.spec.Node.CompositeID {
		if id.Value != nil {
			s.Where(sql.EQ(id.Column, id.Value))
		}
	}
}

// setColumns assigns what the mutation sets, the foreign keys of this row among it.
func (w *Write) setColumns(update *sql.UpdateBuilder) error {
	set, cleared, err := w.assignments()
	if err != nil {
		return err
	}
	for _, c := range cleared {
		update.SetNull(c)
	}
	for _, a := range set {
		update.Set(a.column, a.value)
	}
	for _, f := range w.spec.Fields.Add {
		update.Add(f.Column, f.Value)
	}
	return nil
}

// assignment is a column and the value that it is set to.
type assignment struct {
	column string
	value  any
	binary bool
}

// assignments returns what the mutation sets and clears in its own row, foreign keys among it.
func (w *Write) assignments() (set []assignment, cleared []string, err error) {
	return w.appendAssignments(make([]assignment, 0, len(w.spec.Fields.Set)+len(w.spec.Edges.Add)), nil)
}

// appendAssignments appends them to slices of the caller's.
func (w *Write) appendAssignments(to []assignment, clear []string) (set []assignment, cleared []string, err error) {
	set, cleared = to, clear
	own := func(column string) bool {
		return slices.ContainsFunc(w.spec.Edges.Add, func(e *sqlgraph.EdgeSpec) bool { return inRow(e) && e.Columns[0] == column })
	}
	for _, f := range w.spec.Fields.Clear {
		cleared = append(cleared, f.Column)
	}
	for _, e := range w.spec.Edges.Clear {
		if inRow(e) && !own(e.Columns[0]) {
			cleared = append(cleared, e.Columns[0])
		}
	}
	for _, f := range w.spec.Fields.Set {
		value := f.Value
		if f.Type == field.TypeJSON {
			buf, err := json.Marshal(value)
			if err != nil {
				return nil, nil, fmt.Errorf("marshal value for column %s: %w", f.Column, err)
			}
			value = json.RawMessage(buf)
		}
		set = append(set, assignment{f.Column, value, f.Type == field.TypeBytes})
	}
	for _, e := range w.spec.Edges.Add {
		if inRow(e) {
			set = append(set, assignment{column: e.Columns[0], value: e.Target.Nodes[0]})
		}
	}
	return set, cleared, nil
}

// inRow reports whether the edge's foreign key is a column of this row.
func inRow(e *sqlgraph.EdgeSpec) bool {
	return e.Rel == sqlgraph.M2O || e.Rel == sqlgraph.O2O && (e.Inverse || e.Bidi)
}

// external reports whether the edge is written to another row or table.
func external(e *sqlgraph.EdgeSpec) bool {
	return e.Rel == sqlgraph.M2M || e.Rel == sqlgraph.O2M || e.Rel == sqlgraph.O2O && !e.Inverse
}

func (w *Write) hasExternalEdges() bool {
	for _, edges := range [...][]*sqlgraph.EdgeSpec{w.spec.Edges.Add, w.spec.Edges.Clear} {
		for _, e := range edges {
			if external(e) {
				return true
			}
		}
	}
	return false
}

// rest is what is left for ent after the UPDATE: the external edges and the SELECT of the row.
func (w *Write) rest() *sqlgraph.UpdateSpec {
	spec := &sqlgraph.UpdateSpec{Node: w.spec.Node, ScanValues: w.spec.ScanValues, Assign: w.spec.Assign}
	if assign := w.spec.Assign; assign != nil {
		spec.Assign = func(columns []string, values []any) error {
			if err := w.moved(columns, values); err != nil {
				return err
			}
			return assign(columns, values)
		}
	}
	spec.Edges.Add = externalEdges(w.spec.Edges.Add)
	spec.Edges.Clear = externalEdges(w.spec.Edges.Clear)
	w.links.keepIdempotent(spec)
	return spec
}

// externalEdges drops Bidi from the copies that it returns: the column of a bidirectional O2O edge that is in this row
// was set already.
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
