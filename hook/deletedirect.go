package hook

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// Row notes the row that a delete was made for: its first predicate is that the primary key is id.
func (e *Expectation) Row(id any) { e.row = id }

// DeleteRow deletes the one row that spec's mutation was made for, where its statement is nothing but the row's primary
// key and its version, most deletes, without ent's builders. It is the same to the letter. predicates is how many the
// mutation has. done is false for all others, and those that are refused: they are for [DeleteOne], and nothing has been
// sent.
func DeleteRow(ctx context.Context, s *Schema, op ent.Op, e *Expectation, drv dialect.Driver, spec *sqlgraph.DeleteSpec, predicates int) (affected int, done bool, err error) {
	if e.row == nil || predicates != 1 || e.slot != nil || len(s.Touch) > 0 || spec.Node.Schema != "" ||
		!plainIdent(spec.Node.Table) || !plainIdent(spec.Node.ID.Column) || !plainIdent(s.Column) || notPlain(e.row) {
		return 0, false, nil
	}
	accepted, err := e.guard(ctx, s, op)
	if err != nil || len(accepted) != 1 || s.Strategy.IsZero(accepted[0]) || notPlain(accepted[0]) {
		return 0, false, nil //nolint:nilerr // DeleteOne meets the same error
	}
	r := rowDelete{claim: e.claim(s, op, e.row, accepted), node: spec.Node}
	affected, err = r.send(ctx, drv)
	return affected, true, err
}

// rowDelete is a delete of one row by its primary key and one version.
type rowDelete struct {
	claim
	node *sqlgraph.NodeSpec
}

// send sends the DELETE and looks at the number of rows.
func (r *rowDelete) send(ctx context.Context, drv dialect.Driver) (int, error) {
	query, args := r.query(drv.Dialect())
	affected, err := execAffected(ctx, drv, query, args)
	if err != nil {
		return 0, r.failed(err)
	}
	if affected == 0 {
		err = r.explain(toWriter(ctx), drv)
	}
	return int(affected), err
}

// query returns the DELETE.
func (r *rowDelete) query(d string) (string, []any) {
	t := text{dialect: d, buf: make([]byte, 0, 128), args: make([]any, 0, 2)}
	t.write("DELETE FROM ").ident(r.node.Table).write(" WHERE ")
	t.ident(r.node.Table).write(".").ident(r.node.ID.Column).write(" = ").arg(r.id)
	t.write(" AND ").ident(r.schema.Column).write(" = ").arg(r.accepted[0])
	return string(t.buf), t.args
}

// explain tells why no row matched.
func (r *rowDelete) explain(ctx context.Context, drv dialect.Driver) error {
	b := sql.Dialect(drv.Dialect())
	table := b.Table(r.node.Table)
	row := func() *sql.Selector {
		return b.Select().From(table).Where(sql.EQ(table.C(r.node.ID.Column), r.id))
	}
	p := probe{claim: r.claim}
	p.row, p.version = row(), row().Select(table.C(r.schema.Column))
	actual, found, err := p.read(ctx, drv)
	return p.verdict(ctx, drv, actual, found, err)
}
