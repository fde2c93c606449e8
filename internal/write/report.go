package write

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// ReportKind says why a write would have been refused that is reported in its place.
type ReportKind string

// The kinds.
const (
	// Unguarded is a write by ID that states no version.
	Unguarded ReportKind = "unguarded"
	// Stale is a conflict: the row has another version than the entity.
	Stale ReportKind = "stale"
	// NotLoaded is a write from an entity that was loaded without its version.
	NotLoaded ReportKind = "not loaded"
	// RolledBack is a write from an entity whose version is not one that the database has.
	RolledBack ReportKind = "rolled back"
)

// Reported is a write that was let through, though it would have been refused.
type Reported struct {
	Kind ReportKind
	Op   ent.Op
	// ID, Expected and Actual are those of a conflict.
	ID, Expected, Actual any
	// Err is what the caller would have got.
	Err error
}

// reports are those of one mutation.
type reports struct {
	// to are those who hear them.
	to []any
	// resolvers counts the resolvers that are to decide about conflicts.
	resolvers int
	events    []Reported
}

// ReportTo begins to report to somebody; false if that is so already, as where a hook runs the mutation as another one.
func (e *Expectation) ReportTo(who any) bool {
	if slices.Contains(e.reports.to, who) {
		return false
	}
	if len(e.reports.to) == 0 {
		e.reports.events = nil
	}
	e.reports.to = append(e.reports.to, who)
	return true
}

// EndReport ends what ReportTo has begun.
func (e *Expectation) EndReport(who any) {
	e.reports.to = slices.DeleteFunc(e.reports.to, func(other any) bool { return other == who })
}

// Reported returns what was let through in the mutation's last run.
func (e *Expectation) Reported() []Reported { return e.reports.events }

// Resolving notes that a resolver decides about conflicts, until the function that it returns is called.
func (e *Expectation) Resolving() (end func()) {
	e.reports.resolvers++
	return func() { e.reports.resolvers-- }
}

// reporting reports whether the write is one that is reported and not refused. A batch is none, as no program had one before
// it had versions, and neither is what states a version.
func (e *Expectation) reporting() bool {
	return len(e.reports.to) > 0 && e.Slot == nil && !e.Said().Stated()
}

// retried reports whether the write is part of work that is run again where it ends in a conflict.
func (e *Expectation) retried(ctx context.Context) bool {
	return entocc.Retrying(ctx) || e.Attempt.Running()
}

// lets notes a write without a usable version, once for all that ask about it, and reports whether it goes through. Work that
// is run again must not write from what an earlier attempt has left.
func (e *Expectation) lets(ctx context.Context, kind ReportKind, op ent.Op, err error) bool {
	if err == nil || !e.reporting() || kind == RolledBack && e.retried(ctx) {
		return false
	}
	for _, event := range e.reports.events {
		if event.Kind == kind {
			return true
		}
	}
	e.reports.events = append(e.reports.events, Reported{Kind: kind, Op: op, Err: err})
	return true
}

// overwrites reports whether err is a conflict that the write goes on over, and notes it. It does not go on where a resolver
// decides or the work is run again, nor over a row that is gone; nor where the database itself has refused the write, which
// it would have done before there were versions.
func (e *Expectation) overwrites(ctx context.Context, err error) bool {
	var modified *entocc.RecordModifiedError
	switch {
	case err == nil || !e.reporting() || e.reports.resolvers > 0 || e.retried(ctx):
		return false
	case !errors.As(err, &modified) || modified.Op == 0 || modified.Deleted:
		return false
	}
	if _, seen := modified.Err.(*entocc.ValuesError); !seen && //nolint:errorlint // one that the database has refused has more in it
		modified.Err != nil && !errors.Is(modified.Err, version.ErrNull) && !entocc.IsVersionError(modified.Err) {
		return false
	}
	e.reports.events = append(e.reports.events, Reported{
		Kind: Stale, Op: modified.Op, ID: modified.ID, Expected: modified.Expected, Actual: modified.Actual, Err: modified,
	})
	return true
}
