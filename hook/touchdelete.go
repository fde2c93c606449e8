package hook

import (
	"context"
	stddriver "database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// touchingDelete sends one DELETE of children, and bumps their parents in the same transaction.
type touchingDelete struct {
	dialect.Driver
	schema *Schema
	// one reports that the DELETE is of one row, and guarded.
	one     bool
	parents []parentVersion
	// slot is the place of the delete in a batch, if it is part of one.
	slot Slot
}

// newTouchingDelete returns the driver for a delete of the type.
func newTouchingDelete(ctx context.Context, s *Schema, drv dialect.Driver, e *Expectation, one bool) dialect.Driver {
	if t, ok := drv.(*touchingDelete); ok {
		drv = t.Driver
	}
	if len(s.Touch) == 0 || entocc.IncrementSkipped(ctx, s.Type) && len(e.parents) == 0 {
		return drv
	}
	return &touchingDelete{Driver: drv, schema: s, one: one, parents: e.parents, slot: e.slot}
}

// Unwrap returns the driver within.
func (t *touchingDelete) Unwrap() dialect.Driver { return t.Driver }

// on returns the same for another driver.
func (t *touchingDelete) on(drv dialect.Driver) *touchingDelete {
	other := *t
	other.Driver = drv
	return &other
}

// Exec sends the DELETE.
func (t *touchingDelete) Exec(ctx context.Context, query string, args, v any) error {
	res, ok := v.(*sql.Result)
	argv, _ := args.([]any)
	if !ok || !strings.HasPrefix(query, "DELETE FROM ") {
		return fmt.Errorf("entocc: unexpected statement in a delete of %s: %q", t.schema.Type, query)
	}
	ctx = toWriter(ctx)
	return atomically(ctx, t.Driver, begin, func(tx dialect.Tx) error {
		affected, err := t.delete(ctx, join(tx, t.Dialect()), query, argv)
		*res = stddriver.RowsAffected(affected)
		return err
	})
}

func (t *touchingDelete) delete(ctx context.Context, tx joined, query string, args []any) (affected int64, err error) {
	rows, err := t.lock(ctx, tx, query, args)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	p := newParents()
	for _, row := range rows {
		if err := checkParents(ctx, t.schema, tx, tx.name, t.parents, row); err != nil {
			return 0, err
		}
		p.own(t.schema, row.id)
	}
	if t.one {
		affected, err = execAffected(ctx, tx, query, args)
	} else {
		affected, err = t.deleteRows(ctx, tx, rows)
	}
	if err != nil || affected == 0 || entocc.IncrementSkipped(ctx, t.schema.Type) {
		return affected, err
	}
	p.of(t.schema, rows)
	return affected, flush(ctx, tx, tx.name, p, t.slot)
}

// lock reads and locks the rows that the DELETE matches.
func (t *touchingDelete) lock(ctx context.Context, tx joined, query string, args []any) ([]child, error) {
	s := t.schema
	if err := beginWriting(ctx, tx, tx.name, s.Row.Table, s.Column); err != nil {
		return nil, err
	}
	b := &sql.Builder{}
	b.SetDialect(tx.name)
	b.WriteString("SELECT ").IdentComma(touchColumns(s)...)
	return queryChildren(ctx, s, tx, b.String()+" FROM "+strings.TrimPrefix(query, "DELETE FROM ")+exclusive.clause(tx.name), args)
}

// deleteRows deletes rows that are locked by their IDs: no other row can come to match in between, whose parents would
// go without.
func (t *touchingDelete) deleteRows(ctx context.Context, tx joined, rows []child) (affected int64, err error) {
	row := t.schema.Row
	for part := range slices.Chunk(rows, chunk) {
		query, args := sql.Dialect(tx.name).Delete(row.Table).Where(oneOf(row.ID, childIDs(part))).Query()
		n, err := execAffected(ctx, tx, query, args)
		if err != nil {
			return 0, err
		}
		affected += n
	}
	return affected, nil
}
