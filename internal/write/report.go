package write

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// ReportKind says why a write that was only reported would have been refused.
type ReportKind string

// The kinds.
const (
	// Unguarded is a write by ID that names no version.
	Unguarded ReportKind = "unguarded"
	// Stale is a conflict: the row has a different version than the entity.
	Stale ReportKind = "stale"
	// NotLoaded is a write from an entity that was loaded without its version.
	NotLoaded ReportKind = "not loaded"
	// RolledBack is a write from an entity whose version does not exist in the database.
	RolledBack ReportKind = "rolled back"
)

// Reported is a write that was allowed although it would have been refused.
type Reported struct {
	Kind ReportKind
	Op   ent.Op
	// ID, Expected and Actual describe a conflict.
	ID, Expected, Actual any
	// Err is the error that the caller would have gotten.
	Err error
}

// reports holds the reports of one mutation.
type reports struct {
	// to lists the receivers.
	to []any
	// resolvers counts the resolvers that will decide about conflicts.
	resolvers int
	events    []Reported
}

// ReportTo starts reporting to a receiver; false if it was already started, for example when a hook runs the mutation
// as another one.
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

// EndReport ends what ReportTo started.
func (e *Expectation) EndReport(who any) {
	e.reports.to = slices.DeleteFunc(e.reports.to, func(other any) bool { return other == who })
}

// Reported returns what was allowed in the mutation's last run.
func (e *Expectation) Reported() []Reported { return e.reports.events }

// Resolving notes that a resolver decides about conflicts, until the returned function is called.
func (e *Expectation) Resolving() (end func()) {
	e.reports.resolvers++
	return func() { e.reports.resolvers-- }
}

// reporting reports whether the write is reported instead of refused. A write in a batch is not, because no program had
// batches before it had versions, and neither is one that names a version.
func (e *Expectation) reporting() bool {
	return len(e.reports.to) > 0 && e.Slot == nil && !e.Said().Stated()
}

// retried reports whether the write is part of work that is run again after a conflict.
func (e *Expectation) retried(ctx context.Context) bool {
	return entocc.Retrying(ctx) || e.Attempt.Running()
}

// lets notes a write without a usable version, once even if several callers ask, and reports whether the write is
// allowed. Work that is run again must not write from what an earlier attempt left behind.
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

// overwrites reports whether err is a conflict that the write overrides, and notes it. A conflict is not overridden if
// a resolver decides or the work is run again, if the row is gone, or if the database itself refused the write, which
// it would also have done without versions.
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
