package write

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// DeleteMutation is what the guard asks of a generated mutation that deletes.
type DeleteMutation interface {
	Guarded
	Op() ent.Op
	WhereP(...func(*sql.Selector))
}

// Deletion is the outcome of a delete.
type Deletion struct {
	// Driver is the driver through which ent sends its DELETE, unless the delete is Done or refused by Err.
	Driver dialect.Driver
	Done   bool
	// Affected is the number of rows that were deleted.
	Affected int
	Err      error
}

// Delete guards a delete: with its own statement if [deleteRow] can build it, otherwise ent's statement through
// [deleteOne]. id is the row's ID, nil for a set-based delete, and row returns the predicate that selects the row.
// predicates is the number of the mutation's predicates.
func Delete(ctx context.Context, drv dialect.Driver, m DeleteMutation, spec *sqlgraph.DeleteSpec, predicates int, id any, row func(id any) func(*sql.Selector), typed func(error) error) Deletion {
	s, e := m.VersionGuard()
	e.Through(drv)
	affected, done, err := deleteRow(ctx, s, m.Op(), e, drv, spec, predicates)
	if done {
		if err != nil {
			err = typed(err)
		}
		return Deletion{Driver: drv, Done: true, Affected: affected, Err: err}
	}
	var identity func(*sql.Selector)
	if id != nil {
		identity = row(id)
	}
	guarded, err := deleteOne(ctx, s, m, e, drv, id, identity, typed)
	if err != nil {
		guarded = drv
	}
	return Deletion{Driver: guarded, Err: err}
}

// deleteOne guards a delete of one row: id, which the predicate identity selects. It adds the guard to the mutation and
// returns the driver through which ent sends its DELETE; the driver looks at the number of rows. A set-based delete,
// one that ignores the version on purpose, and one whose check is switched off are returned unchanged. An error refuses
// the delete because it has no version to guard it. Errors of the DELETE are returned with their types.
func deleteOne(ctx context.Context, s *version.Schema, m DeleteMutation, e *Expectation, drv dialect.Driver, id any, identity func(*sql.Selector), typed func(error) error) (dialect.Driver, error) {
	if d, ok := drv.(*DeleteDriver); ok {
		drv = d.Driver
	}
	accepted, err := e.guard(ctx, s, m.Op())
	if err != nil {
		return nil, err
	}
	seen, err := e.expected(ctx, s, m.Op(), everyColumn)
	if err != nil {
		return nil, err
	}
	drv = newTouchingDelete(ctx, s, drv, e, m.Op().Is(ent.OpDeleteOne))
	open := len(accepted)+len(seen)+len(e.fields) == 0 && e.Slot == nil
	if e.deletion == nil {
		if open {
			return drv, nil
		}
		e.deletion = &deleteGuard{schema: s, fields: e.fields}
		m.WhereP(e.deletion.where)
	}
	e.deletion.accepted, e.deletion.seen = accepted, seen
	if open {
		return drv, nil
	}
	claim := e.claim(s, m.Op(), id, accepted)
	claim.Seen = len(seen) > 0
	return &DeleteDriver{
		Driver: drv, Claim: claim, guard: e.deletion, Identity: identity, typed: typed, slot: e.Slot, e: e,
	}, nil
}

// deleteGuard is the guard of a delete, the last predicate of its mutation. A mutation keeps its predicates when it is
// run again, for example by a resolver, so all runs share one guard, and each run sets what it accepts.
type deleteGuard struct {
	schema   *version.Schema
	accepted []any
	seen     seenValues
	fields   fieldGuard
	// from is what the DELETE selects, without the guard. The probe uses it.
	from *sql.Selector
}

func (g *deleteGuard) where(s *sql.Selector) {
	g.from = sql.Dialect(s.Dialect()).Select().From(s.Table())
	if p := s.P(); p != nil {
		g.from.Where(p)
	}
	g.fields.where(s)
	g.seen.where(s)
	if len(g.accepted) > 0 {
		s.Where(g.schema.Equals(g.accepted))
	}
}

// DeleteDriver sends one guarded DELETE, and explains why it matched no row.
type DeleteDriver struct {
	dialect.Driver
	Claim    version.Claim
	guard    *deleteGuard
	Identity func(*sql.Selector)
	typed    func(error) error
	// slot is the place of the delete in a batch, if it is part of one.
	slot Slot
	// e is the expectation that the delete was planned with.
	e *Expectation
}

// Unwrap returns the wrapped driver.
func (d *DeleteDriver) Unwrap() dialect.Driver { return d.Driver }

// Exec sends the DELETE.
func (d *DeleteDriver) Exec(ctx context.Context, query string, args, v any) error {
	if err := d.exec(ctx, query, args, v); err != nil {
		return d.typed(err)
	}
	return nil
}

func (d *DeleteDriver) exec(ctx context.Context, query string, args, v any) error {
	res, ok := v.(*sql.Result)
	if !ok || d.From() == nil {
		return fmt.Errorf("entocc: unexpected statement in a guarded delete of %s: %q", d.Claim.Schema.Type, query)
	}
	if d.slot != nil {
		argv, _ := args.([]any)
		if err := d.slot.Delete(ctx, d, query, argv); err != nil {
			return err
		}
		*res = driver.RowsAffected(1)
		return nil
	}
	err := d.send(ctx, d.Driver, query, args, res)
	if err != nil && d.guard.seen.misread() {
		err = d.sendAgain(ctx, query, res)
	}
	if !d.e.overwrites(ctx, err) {
		return err
	}
	d.Claim.Accepted, d.Claim.Seen, d.guard.seen = nil, false, nil
	return d.sendAgain(ctx, query, res)
}

// sendAgain sends the DELETE with what its guard compares now, which is no version.
func (d *DeleteDriver) sendAgain(ctx context.Context, query string, res *sql.Result) error {
	rest := d.From().Clone()
	d.guard.fields.where(rest)
	d.guard.seen.where(rest)
	selected, args := rest.Query()
	_, where, _ := strings.Cut(selected, " WHERE ")
	from, _, _ := strings.Cut(query, " WHERE ")
	return d.send(ctx, d.Driver, from+" WHERE "+where, args, res)
}

// send sends the DELETE and looks at the number of rows.
func (d *DeleteDriver) send(ctx context.Context, drv dialect.Driver, query string, args any, res *sql.Result) error {
	if err := drv.Exec(ctx, query, args, res); err != nil {
		return d.Claim.Failed(err)
	}
	affected, err := (*res).RowsAffected()
	if err != nil || affected > 0 || !d.Claim.Guards() && len(d.guard.fields) == 0 {
		return err
	}
	return d.Explain(session.ToWriter(ctx), session.Uncached(drv), drv.Dialect())
}

// Explain finds out why no row matched.
func (d *DeleteDriver) Explain(ctx context.Context, q dialect.ExecQuerier, name string) error {
	p := probe{Claim: d.Claim, fields: d.guard.fields, seen: d.guard.seen}
	if !p.Guards() && len(p.fields) == 0 {
		return &sqlgraph.NotFoundError{}
	}
	from := d.From().Clone()
	p.version = from.Select(from.C(p.Schema.Read()))
	p.row = sql.Dialect(name).Select().From(from.Table())
	if d.Identity != nil {
		d.Identity(p.row)
	}
	actual, found, err := p.read(ctx, q)
	return p.verdict(ctx, q, actual, found, err)
}

// Alone sends the DELETE of a batch by itself, through a driver other than its own.
func (d *DeleteDriver) Alone(ctx context.Context, drv dialect.Driver, query string, args []any) error {
	if t, ok := d.Driver.(*touchingDelete); ok {
		drv = t.on(drv)
	}
	var res sql.Result
	if err := d.send(ctx, drv, query, args, &res); err != nil {
		return err
	}
	affected, err := res.RowsAffected()
	if err == nil && affected == 0 {
		err = &sqlgraph.NotFoundError{}
	}
	return err
}

// Touches reports whether the delete bumps parents.
func (d *DeleteDriver) Touches() bool {
	_, ok := d.Driver.(*touchingDelete)
	return ok
}

// From is what the DELETE selects, without the guard; nil before ent has built it.
func (d *DeleteDriver) From() *sql.Selector { return d.guard.from }
