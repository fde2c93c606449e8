package write

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
)

// Explain finds out why no row matched, with the statements of a [probe]. It returns nil if the row did match: MySQL
// counts only rows that changed, so a save that sets the values that are already there reports none.
func (w *Write) Explain(ctx context.Context, q dialect.ExecQuerier, d string) error {
	unchanged := d == dialect.MySQL && !w.Bump
	q = session.UncachedQuerier(q)
	if w.set != nil {
		return w.set.explain(ctx, q, &w.Claim, unchanged)
	}
	if !w.Guards() && !unchanged && !w.StatesFields() {
		return &sqlgraph.NotFoundError{}
	}
	p := probe{Claim: w.Claim, fields: w.e.fields, seen: w.seen}
	p.version = w.Selector(ctx, d, w.Schema.Read())
	w.where(p.version)
	if unchanged && w.StatesFields() {
		var err error
		if unchanged, err = p.asStated(ctx, q); err != nil {
			return err
		}
	}
	p.row = w.Selector(ctx, d)
	w.whereID(p.row)
	actual, found, err := p.read(ctx, q)
	if found && unchanged && (len(w.Accepted) == 0 || p.Accepts(actual)) {
		return nil
	}
	return p.verdict(ctx, q, actual, found, err)
}

// Failed is the claim's Failed. If the answer was lost, it adds which version the row has if the write was applied.
func (w *Write) Failed(err error) error {
	var unknown *entocc.OutcomeUnknownError
	if errors.As(err, &unknown) && !w.Schema.Strategy.ByTrigger() {
		unknown.Next = w.Next
	}
	return w.Claim.Failed(err)
}

// probe finds out why a guarded statement matched no row. It runs only on failure, on the statement's connection, and
// sees the row as it was last committed.
type probe struct {
	version.Claim
	// version selects the row's version under all predicates of the mutation except the guard; row selects the row
	// alone.
	version, row *sql.Selector
	// fields is what the mutation expects of the row's fields.
	fields fieldGuard
	// seen is what the mutation expects of the row's values.
	seen seenValues
}

// asStated reports whether the row's fields are as the mutation expects.
func (p *probe) asStated(ctx context.Context, q dialect.ExecQuerier) (bool, error) {
	s := p.version.Clone()
	p.fields.where(s)
	p.seen.where(s)
	return hasRows(ctx, q, s)
}

// read reads the version that the row has under the mutation's predicates.
func (p *probe) read(ctx context.Context, q dialect.ExecQuerier) (actual any, found bool, err error) {
	latest := p.version.Clone() // A selector that was sent can't be cloned anymore: its arguments are numbered.
	session.LockLatest(latest)
	return verify.ReadVersion(ctx, p.Schema, q, latest)
}

// verdict distinguishes a row that was modified from one that is gone, and both from one that another predicate of the
// mutation hides, which stays NotFound and says nothing about its version.
func (p *probe) verdict(ctx context.Context, q dialect.ExecQuerier, actual any, found bool, err error) error {
	if !p.Guards() && err == nil && (!found || len(p.fields) == 0) {
		return &sqlgraph.NotFoundError{}
	}
	modified := p.Conflict()
	modified.Err = p.Unreadable()
	var state *entocc.StateError
	if found && len(p.fields) > 0 && (len(p.Accepted) == 0 || p.Accepts(actual)) {
		state, err = p.fields.conflict(ctx, q, p.version, p.Schema)
	}
	var other *entocc.ValuesError
	if err == nil && found && state == nil && p.Seen {
		other, err = p.seen.changed(ctx, q, p.version)
	}
	switch {
	case err != nil:
		modified.Err = err
	case other != nil:
		modified.Err = other
	case state != nil:
		modified.Actual, modified.Err = actual, state
	case found && p.Accepts(actual) && p.notation(actual) == nil && p.version.Dialect() != dialect.MySQL:
		return p.Kept() // On MySQL, a node of a cluster may have been behind.
	case found && actual == nil:
		modified.Err = version.ErrNull
	case found:
		modified.Actual = actual
		if notation := p.notation(actual); notation != nil {
			modified.Err = notation
		}
	default:
		hidden, err := p.exists(ctx, q)
		if hidden {
			return &sqlgraph.NotFoundError{}
		}
		modified.Deleted, modified.Err = err == nil, err
	}
	return modified
}

// exists reports whether the row is there, whatever the mutation's other predicates say.
func (p *probe) exists(ctx context.Context, q dialect.ExecQuerier) (found bool, err error) {
	if p.row.P() == nil {
		return false, nil
	}
	p.row.SelectExpr(sql.Raw("1"))
	session.LockLatest(p.row)
	query, args := p.row.Query()
	err = session.EachRow(ctx, q, query, args, func(*sql.Rows, []string) error {
		found = true
		return nil
	})
	return found, err
}

// notation reports that SQLite compared two texts for the same time: the row was written by a program, or by
// CURRENT_TIMESTAMP, in a different notation than the driver's.
func (p *probe) notation(actual any) error {
	if !p.Schema.Strategy.Textual(p.version.Dialect()) || !p.Accepts(actual) {
		return nil
	}
	return p.Schema.Errorf(p.Op, nil, "the column %q holds this time in another notation than the driver's, and SQLite compares "+
		"texts: rewrite it, as by IgnoreVersion or a set-based update", p.Schema.Column)
}
