package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// DeleteOneRow carries out a set-based delete that is meant for one row.
func DeleteOneRow(ctx context.Context, s *version.Schema, m SetMutation, drv dialect.Driver, spec *sqlgraph.DeleteSpec, predicate func(*sql.Selector)) error {
	ctx = session.ToWriter(ctx)
	t := newTheRow(s, m, drv.Dialect(), spec.Node, predicate)
	send := func(ctx context.Context, drv dialect.Driver) error {
		return t.delete(ctx, newTouchingDelete(ctx, s, drv, t.e, true))
	}
	if t.key == nil && t.e.pending() {
		return t.locked(ctx, drv, send)
	}
	return t.settled(ctx, drv, send)
}

// delete sends the DELETE.
func (t *theRow) delete(ctx context.Context, drv dialect.Driver) error {
	t.accept()
	op := t.m.Op()
	accepted, err := t.e.guard(ctx, t.schema, op)
	if err != nil {
		return err
	}
	c := t.e.claim(t.schema, op, t.id, accepted)
	s := t.selector(ctx)
	t.whereKey(s)
	t.where(s)
	if len(accepted) > 0 {
		s.Where(t.schema.Equals(accepted))
	}
	t.alone(ctx, func(p *sql.Predicate) { s.Where(p) })
	if err := s.Err(); err != nil {
		return err
	}
	query, args := sql.Dialect(t.dialect).Delete(t.node.Table).Schema(t.node.Schema).FromSelect(s).Query()
	affected, err := session.ExecAffected(ctx, drv, query, args)
	switch {
	case err != nil:
		return c.Failed(err)
	case affected == 0:
		return t.explain(ctx, drv, &c, false)
	}
	return nil
}
