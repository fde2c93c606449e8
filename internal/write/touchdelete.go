package write

import (
	"context"
	stddriver "database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// touchingDelete sends one DELETE of children, and bumps their parents in the same transaction.
type touchingDelete struct {
	dialect.Driver
	schema *version.Schema
	// one reports that the DELETE is for one row, and guarded.
	one     bool
	parents []touch.ParentVersion
	// slot is the place of the delete in a batch, if it is part of one.
	slot Slot
}

// newTouchingDelete returns the driver for a delete of the type.
func newTouchingDelete(ctx context.Context, s *version.Schema, drv dialect.Driver, e *Expectation, one bool) dialect.Driver {
	if t, ok := drv.(*touchingDelete); ok {
		drv = t.Driver
	}
	if len(s.Touch) == 0 || entocc.IncrementSkipped(ctx, s.Type) && len(e.parents) == 0 {
		return drv
	}
	return &touchingDelete{Driver: drv, schema: s, one: one, parents: e.parents, slot: e.Slot}
}

// Unwrap returns the wrapped driver.
func (t *touchingDelete) Unwrap() dialect.Driver { return t.Driver }

// on returns the same delete for another driver.
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
	ctx = session.ToWriter(ctx)
	return session.Atomically(ctx, t.Driver, session.Begin, func(tx dialect.Tx) error {
		affected, err := t.delete(ctx, session.Join(tx, t.Dialect()), query, argv)
		*res = stddriver.RowsAffected(affected)
		return err
	})
}

func (t *touchingDelete) delete(ctx context.Context, tx session.Joined, query string, args []any) (affected int64, err error) {
	rows, err := t.lock(ctx, tx, query, args)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	p := touch.NewParents()
	for _, row := range rows {
		if err := touch.CheckParents(ctx, t.schema, tx, tx.Name, t.parents, row); err != nil {
			return 0, err
		}
		p.Own(t.schema, row.ID)
	}
	if t.one {
		affected, err = session.ExecAffected(ctx, tx, query, args)
	} else {
		affected, err = t.deleteRows(ctx, tx, rows)
	}
	if err != nil || affected == 0 || entocc.IncrementSkipped(ctx, t.schema.Type) {
		return affected, err
	}
	p.AddOf(t.schema, rows)
	return affected, flush(ctx, tx, tx.Name, p, t.slot)
}

// lock reads and locks the rows that the DELETE matches.
func (t *touchingDelete) lock(ctx context.Context, tx session.Joined, query string, args []any) ([]touch.Child, error) {
	s := t.schema
	if err := session.BeginWriting(ctx, tx, tx.Name, s.Row.Table, s.Column); err != nil {
		return nil, err
	}
	b := &sql.Builder{}
	b.SetDialect(tx.Name)
	b.WriteString("SELECT ").IdentComma(touch.Columns(s)...)
	return touch.QueryChildren(ctx, s, tx, b.String()+" FROM "+strings.TrimPrefix(query, "DELETE FROM ")+session.Exclusive.Clause(tx.Name), args)
}

// deleteRows deletes locked rows by their IDs: otherwise a row could start to match in between, and its parents would
// not be bumped.
func (t *touchingDelete) deleteRows(ctx context.Context, tx session.Joined, rows []touch.Child) (affected int64, err error) {
	row := t.schema.Row
	for part := range slices.Chunk(rows, touch.Chunk) {
		query, args := sql.Dialect(tx.Name).Delete(row.Table).Where(touch.OneOf(row.ID, touch.IDs(part))).Query()
		n, err := session.ExecAffected(ctx, tx, query, args)
		if err != nil {
			return 0, err
		}
		affected += n
	}
	return affected, nil
}
