package write

import (
	"context"
	stddriver "database/sql/driver"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// touchMarker is the table of an edge that does not exist. ent's sqlgraph opens a transaction for a create only if it
// has edges in other tables: this edge makes it open one, and the edge's statement has the ID of the new row. It is
// never sent.
const touchMarker = "entocc touch"

// touchingCreate inserts children, and bumps their parents in the same transaction.
type touchingCreate struct {
	dialect.Driver
	schema *version.Schema
	specs  []*sqlgraph.CreateSpec
	// expected is what the caller expects of each child's parents.
	expected []*Expectation
	// opts are the options of an upsert.
	opts []sql.ConflictOption
}

// CreateTouching prepares the creation of children, which specs describe, and returns the driver that sends it. opts
// are the options of an upsert. sets reports that a parent is set, for specs that do not have their edges yet.
func CreateTouching(s *version.Schema, drv dialect.Driver, opts []sql.ConflictOption, sets bool, specs []*sqlgraph.CreateSpec, expected ...*Expectation) dialect.Driver {
	t := &touchingCreate{Driver: plainDriver(drv), schema: s, specs: specs, expected: expected, opts: opts}
	needed := false
	for i, spec := range specs {
		if !sets && len(opts) == 0 && len(touch.Moved(s, spec.Edges)) == 0 && len(expected[i].parents) == 0 {
			continue
		}
		needed = true
		if !isMarked(spec) {
			spec.Edges = append(spec.Edges, marker())
		}
	}
	if !needed {
		return t.Driver
	}
	return t
}

// Unwrap returns the wrapped driver.
func (t *touchingCreate) Unwrap() dialect.Driver { return t.Driver }

// plainDriver removes what an earlier run of the same builder wrapped around its driver.
func plainDriver(drv dialect.Driver) dialect.Driver {
	for {
		switch d := drv.(type) {
		case *touchingCreate:
			drv = d.Driver
		case childDriver:
			drv = d.Driver
		default:
			return drv
		}
	}
}

func marker() *sqlgraph.EdgeSpec {
	return &sqlgraph.EdgeSpec{Rel: sqlgraph.O2M, Table: touchMarker, Columns: []string{"child"}, Target: &sqlgraph.EdgeTarget{
		IDSpec: sqlgraph.NewFieldSpec("id", field.TypeInt), Nodes: []stddriver.Value{0},
	}}
}

func isMarked(spec *sqlgraph.CreateSpec) bool {
	for _, e := range spec.Edges {
		if e.Table == touchMarker {
			return true
		}
	}
	return false
}

// Tx begins the transaction, and locks and compares parents before the insert.
func (t *touchingCreate) Tx(ctx context.Context) (dialect.Tx, error) {
	var upsert *upsertBranch
	if len(t.opts) > 0 {
		upsert = newUpsertBranch(t.Dialect(), t.schema, t.opts, t.specs)
		if err := upsert.check(t.schema); err != nil {
			return nil, err
		}
	}
	tx, err := session.Begin(ctx, t.Driver)
	if err != nil {
		return nil, err
	}
	c := &touchingTx{Tx: tx, create: t, upsert: upsert, ctx: session.ToWriter(ctx), parents: touch.NewParents()}
	if err := c.begin(); err != nil {
		return nil, session.Rollback(tx, err)
	}
	return c, nil
}

// touchingTx is the transaction of a touchingCreate.
type touchingTx struct {
	dialect.Tx
	create *touchingCreate
	// upsert says what an update branch does; nil for plain inserts.
	upsert  *upsertBranch
	ctx     context.Context
	parents *touch.Parents
	// ids are the IDs of the new rows.
	ids []any
}

func (t *touchingTx) begin() error {
	s, d := t.create.schema, t.create.Dialect()
	for i, spec := range t.create.specs {
		if t.upsert == nil {
			t.parents.ComingTo(s, spec.Edges)
		}
		expected := t.create.expected[i].parents
		if len(expected) == 0 {
			continue
		}
		if err := session.BeginWriting(t.ctx, t.Tx, d, s.Row.Table, s.Column); err != nil {
			return err
		}
		if err := touch.CheckParents(t.ctx, s, t.Tx, d, expected, touch.ChildOf(s, spec)); err != nil {
			return err
		}
	}
	return t.parents.Lock(t.ctx, t.Tx, d)
}

// Exec does not send the marker's statement.
func (t *touchingTx) Exec(ctx context.Context, query string, args, v any) error {
	if !strings.Contains(query, touchMarker) {
		return t.Tx.Exec(ctx, query, args, v)
	}
	if argv, ok := args.([]any); ok && len(argv) > 0 {
		t.ids = append(t.ids, argv[0])
	}
	if res, ok := v.(*sql.Result); ok {
		*res = stddriver.RowsAffected(1)
	}
	return nil
}

// Commit bumps the parents, and commits.
func (t *touchingTx) Commit() error {
	if err := t.touch(); err != nil {
		return session.Rollback(t.Tx, err)
	}
	return t.Tx.Commit()
}

func (t *touchingTx) touch() error {
	s, d := t.create.schema, t.create.Dialect()
	if entocc.IncrementSkipped(t.ctx, s.Type) {
		return nil
	}
	if t.upsert != nil {
		if err := t.readUpserted(s, d); err != nil {
			return err
		}
	}
	return t.parents.Bump(t.ctx, t.Tx, d)
}

// readUpserted notes the parents of rows that were inserted or updated: an updated row may have other parents than the
// insert would have set.
func (t *touchingTx) readUpserted(s *version.Schema, d string) error {
	if t.upsert.keeps {
		for _, spec := range t.create.specs {
			t.parents.ComingTo(s, spec.Edges)
		}
		return nil
	}
	b := sql.Dialect(d)
	for len(t.ids) > 0 {
		ids := t.ids[:min(touch.Chunk, len(t.ids))]
		t.ids = t.ids[len(ids):]
		rows, err := touch.ReadChildren(t.ctx, s, t.Tx, b.Select().From(b.Table(s.Row.Table)).Where(touch.OneOf(s.Row.ID, ids)))
		if err != nil {
			return err
		}
		t.parents.AddOf(s, rows)
	}
	return nil
}
