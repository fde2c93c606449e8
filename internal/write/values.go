package write

import (
	"context"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/values"
	"github.com/entocc/entocc/internal/version"
)

// sawRow is the entity that a builder was made from, and what its caller saw in the row: a copy of what the entity held
// when the builder was made.
type sawRow struct {
	entity, id any
	held       HeldValues
}

// Saw expects the values that an entity with this primary key holds.
func (e *Expectation) Saw(entity, id any, held *HeldValues) {
	e.ByID()
	e.source, e.saw = sourceEntity, &sawRow{entity, id, *held}
}

// expect plans the save of a row that has no version. If nothing is written, nothing is compared.
func (w *Write) expect(ctx context.Context, m Mutation) error {
	if w.CheckOnly = !changes(w.Spec); w.CheckOnly {
		return nil
	}
	written, err := w.e.compares(w.Schema, m, w.Spec, m.Op().Is(ent.OpUpdate))
	if err != nil {
		return err
	}
	w.seen, err = w.e.expected(ctx, w.Schema, m.Op(), written)
	w.Seen = len(w.seen) > 0
	return err
}

// seenValues is what a write expects of its row's values.
type seenValues []seenValue

type seenValue struct {
	*version.Compared
	values.Seen
}

// where adds the condition of each value.
func (g seenValues) where(s *sql.Selector) {
	for _, v := range g {
		s.Where(values.Predicate(v.Compared, s.Dialect(), s.C(v.Column), v.Seen))
	}
}

// expected returns the values that guard a write of one row: those of the columns for which written is true, or of all.
// It is empty if the write is deliberately not guarded. An error refuses a write from an entity whose values are not
// known.
func (e *Expectation) expected(ctx context.Context, s *version.Schema, op ent.Op, written func(column string) bool) (seenValues, error) {
	if !s.ByValues() || e.source != sourceEntity || e.saw == nil || entocc.CheckSkipped(ctx, s.Type) {
		return nil, nil
	}
	var seen seenValues
	for i := range s.Values.Columns {
		c := &s.Values.Columns[i]
		if !written(c.Column) {
			continue
		}
		v, known, err := e.saw.held.of(c)
		if !known {
			err = e.saw.unknown(s, op, c, err)
			if e.lets(ctx, NotLoaded, op, err) {
				return nil, nil
			}
			return nil, err
		}
		seen = append(seen, seenValue{c, v})
	}
	return seen, nil
}

// unknown is the error for a write from an entity that does not know a value of its row.
func (r *sawRow) unknown(s *version.Schema, op ent.Op, c *version.Compared, cause error) error {
	what := "field"
	if c.Edge {
		what = "edge"
	}
	switch {
	case cause != nil:
		return s.Errorf(op, cause, "what the caller saw in the %s %q can't be compared: leave it out by mixin.Values{Ignore: ..}, or overwrite on purpose by IgnoreValues", what, c.Name)
	case r.held.created != nil:
		return s.Errorf(op, nil, "the database has given the %s %q of the new row its value, which the entity does not have: read the row before you write from it", what, c.Name)
	case r.held.columns == nil:
		return s.Errorf(op, nil, "the entity does not know what was read: it was decoded, or made by hand. Write from one that a query, a creation or a save "+
			"of this client has returned, or overwrite on purpose by IgnoreValues")
	default:
		return s.Errorf(op, nil, "the entity was loaded without its %s %q, which the write compares: leave Select out of its query, "+
			"or add %q to it, or overwrite on purpose by IgnoreValues", what, c.Name, c.Column)
	}
}

// everyColumn makes a write compare every column that can be compared.
func everyColumn(string) bool { return true }

// compares returns the columns that an update compares: all if the mixin says so, if the update stands for a delete
// (set-based, for example a soft delete), or if a modifier may write any column; otherwise those that it writes. A
// column that was set only from its UpdateDefault is not a change by the caller. A column about which nothing is known
// refuses the update.
func (e *Expectation) compares(s *version.Schema, m Mutation, spec *sqlgraph.UpdateSpec, whole bool) (func(string) bool, error) {
	written := columnsOf(spec)
	for _, column := range written {
		if !s.Knows(column) {
			return nil, s.Errorf(m.Op(), nil, "the column %q is none that the client was generated with: run go generate again", column)
		}
	}
	modifiers := len(spec.Modifiers)
	if a, ok := m.(entity.Appender); ok {
		appends := a.VersionAppends()
		modifiers -= len(appends)
		written = append(written, appends...)
	}
	if whole || s.Values.All || modifiers > 0 {
		return everyColumn, nil
	}
	written = slices.DeleteFunc(written, func(column string) bool { return onlyDefaulted(s, e, column) })
	return func(column string) bool { return slices.Contains(written, column) }, nil
}

// columnsOf returns the columns that an update writes in its own row.
func columnsOf(spec *sqlgraph.UpdateSpec) (columns []string) {
	for _, fields := range [...][]*sqlgraph.FieldSpec{spec.Fields.Set, spec.Fields.Add, spec.Fields.Clear} {
		for _, f := range fields {
			columns = append(columns, f.Column)
		}
	}
	for _, edges := range [...][]*sqlgraph.EdgeSpec{spec.Edges.Add, spec.Edges.Clear} {
		for _, e := range edges {
			if touch.InRow(e) {
				columns = append(columns, e.Columns[0])
			}
		}
	}
	return columns
}

// keysToo makes a save read the foreign keys that are not fields, so that the returned entity knows them.
func keysToo(s *version.Schema, spec *sqlgraph.UpdateSpec) {
	if !s.ByValues() || len(spec.Node.Columns) == 0 {
		return
	}
	spec.Node.Columns = slices.Clone(spec.Node.Columns) // It is a variable of the generated package.
	for _, c := range s.Values.Columns {
		if c.Edge {
			spec.Node.AddColumnOnce(c.Column)
		}
	}
}
