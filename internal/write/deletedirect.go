package write

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/sqltext"
	"github.com/entocc/entocc/internal/version"
)

// Row notes the row that a delete was made for: its first predicate requires that the primary key is id.
func (e *Expectation) Row(id any) { e.row = id }

// deleteRow deletes the one row that spec's mutation was made for without ent's builders, if the statement compares
// only the row's primary key and its version, as most deletes do. The statement is identical to ent's. predicates is
// the number of the mutation's predicates. For all other deletes, and those that are refused, done is false and nothing
// has been sent: [deleteOne] handles them.
func deleteRow(ctx context.Context, s *version.Schema, op ent.Op, e *Expectation, drv dialect.Driver, spec *sqlgraph.DeleteSpec, predicates int) (affected int, done bool, err error) {
	if e.row == nil || predicates != 1 || len(e.fields) > 0 || e.Slot != nil || len(s.Touch) > 0 || spec.Node.Schema != "" ||
		!sqltext.PlainIdent(spec.Node.Table) || !sqltext.PlainIdent(spec.Node.ID.Column) || !sqltext.PlainIdent(s.Column) || sqltext.NotPlain(e.row) {
		return 0, false, nil
	}
	accepted, err := e.guard(ctx, s, op)
	if err != nil || len(accepted) != 1 || s.Strategy.IsZero(accepted[0]) || sqltext.NotPlain(accepted[0]) ||
		s.Strategy.BySystem() && !s.Strategy.Possible(accepted[0]) {
		return 0, false, nil //nolint:nilerr // deleteOne meets the same error
	}
	r := rowDelete{Claim: e.claim(s, op, e.row, accepted), node: spec.Node}
	affected, err = r.send(ctx, drv)
	if e.overwrites(ctx, err) {
		r.Accepted = nil
		affected, err = r.send(ctx, drv)
	}
	return affected, true, err
}

// rowDelete is a delete of one row by its primary key and one version.
type rowDelete struct {
	version.Claim
	node *sqlgraph.NodeSpec
}

// send sends the DELETE and looks at the number of rows.
func (r *rowDelete) send(ctx context.Context, drv dialect.Driver) (int, error) {
	query, args := r.query(drv.Dialect())
	affected, err := session.ExecAffected(ctx, drv, query, args)
	if err != nil {
		return 0, r.Failed(err)
	}
	if affected == 0 {
		err = r.explain(session.ToWriter(ctx), drv)
	}
	return int(affected), err
}

// query returns the DELETE.
func (r *rowDelete) query(d string) (string, []any) {
	t := sqltext.Text{Dialect: d, Buf: make([]byte, 0, 128), Args: make([]any, 0, 2)}
	t.Write("DELETE FROM ").Ident(r.node.Table).Write(" WHERE ")
	t.Ident(r.node.Table).Write(".").Ident(r.node.ID.Column).Write(" = ").Arg(r.ID)
	if len(r.Accepted) > 0 {
		t.Write(" AND ").Ident(r.Schema.Column).Write(" = ").Arg(r.Accepted[0])
	}
	return string(t.Buf), t.Args
}

// explain finds out why no row matched.
func (r *rowDelete) explain(ctx context.Context, drv dialect.Driver) error {
	drv = session.Uncached(drv)
	b := sql.Dialect(drv.Dialect())
	table := b.Table(r.node.Table)
	row := func() *sql.Selector {
		return b.Select().From(table).Where(sql.EQ(table.C(r.node.ID.Column), r.ID))
	}
	p := probe{Claim: r.Claim}
	p.row, p.version = row(), row().Select(table.C(r.Schema.Column))
	actual, found, err := p.read(ctx, drv)
	return p.verdict(ctx, drv, actual, found, err)
}
