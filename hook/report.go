package hook

import (
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"entgo.io/ent"
	"github.com/entocc/entocc/internal/write"
)

// Report returns a hook that lets through what the guard would refuse, and reports it: the first step of a program that adopts
// versions, which learns what would be refused tomorrow and goes on as it did before. Register it on the client, for all
// types or some:
//
//	client.Use(hook.Report(hook.LogReport(slog.Default())))                  // every type
//	client.Use(hook.Report(tally.Report, hook.ReportTypes(ent.TypeInvoice))) // the others are enforced
//
// A write by ID that states no version, and one from an entity without its version, is made and bumps. A conflict of a
// save or delete from an entity is written over, as if there were no versions: what others wrote is lost, as it was before.
//
// What was written for versions stays enforced: IfVersion, IfVersionIn, IfMatch, batches, Modify, and conflicts within Retry and
// RetryTx. So do conflicts that a resolver decides ([OnModified]): it is asked, and nothing is reported. A row that is gone is NotFound, as before. Without Report everything is enforced.
//
// report is called after the write, when nothing of it holds a lock; nil is for those who only want [Observe] to hear of
// conflicts. It needs a client that was generated with the extension: all others stay enforced.
func Report(report func(context.Context, Event), opts ...ReportOption) ent.Hook {
	r := &reporter{report: report, seen: make(map[Place]bool)}
	for _, opt := range opts {
		opt(r)
	}
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			g, ok := m.(write.Guarded)
			if !ok || len(r.types) > 0 && !slices.Contains(r.types, m.Type()) {
				return next.Mutate(ctx, m)
			}
			_, e := g.VersionGuard()
			if !e.ReportTo(r) {
				return next.Mutate(ctx, m)
			}
			defer e.EndReport(r)
			v, err := next.Mutate(ctx, m)
			if reported := e.Reported(); len(reported) > 0 {
				r.tell(ctx, m, reported)
			}
			return v, err
		})
	}
}

// ReportOption configures [Report].
type ReportOption func(*reporter)

// ReportTypes has only these types reported; all others are enforced.
func ReportTypes(types ...string) ReportOption {
	return func(r *reporter) { r.types = append(r.types, types...) }
}

// ReportOnce has the first event of each [Place] reported, and no other.
func ReportOnce() ReportOption { return func(r *reporter) { r.once = true } }

// ReportCallersOf has the call site be that of the code which calls these packages, as those of a repository layer, by their
// import paths.
func ReportCallersOf(packages ...string) ReportOption {
	return func(r *reporter) { r.skip = append(r.skip, packages...) }
}

// Event is a write that [Report] has let through.
type Event struct {
	// Place is what the event has in common with others of the same code.
	Place
	// ID is the row's, and nil where that is not known.
	ID any
	// Expected is the version that the entity held, and Actual the one that the row had, of Stale.
	Expected, Actual any
	// Err is the error that the write will end in without Report.
	Err error
}

// Place is a call that is reported, and why.
type Place struct {
	Kind ReportKind
	// Type is the type of the row, and Op the operation.
	Type string
	Op   ent.Op
	// File and Line are where the program has called the builder, and Function is what it did so in. They are empty where a
	// goroutine of somebody else's did.
	File     string
	Line     int
	Function string
}

// ReportKind says why a write would have been refused.
type ReportKind = write.ReportKind

// The kinds of an [Event].
const (
	// Unguarded is a write by ID that states no version. Write from the entity, or state its version with IfVersion.
	Unguarded = write.Unguarded
	// Stale is a conflict. What others wrote was lost.
	Stale = write.Stale
	// NotLoaded is a write from an entity that was loaded without its version. Add it to the Select of the query.
	NotLoaded = write.NotLoaded
	// RolledBack is a write from an entity that a save has returned whose transaction was rolled back, or is under way.
	RolledBack = write.RolledBack
)

// reporter is one Report.
type reporter struct {
	report func(context.Context, Event)
	types  []string
	skip   []string
	once   bool

	mu   sync.Mutex
	seen map[Place]bool
}

// tell calls the function.
func (r *reporter) tell(ctx context.Context, m ent.Mutation, reported []write.Reported) {
	if r.report == nil {
		return
	}
	site := callSite(reflect.TypeOf(m).Elem().PkgPath(), r.skip)
	for _, what := range reported {
		event := Event{Place: site, ID: what.ID, Expected: what.Expected, Actual: what.Actual, Err: what.Err}
		event.Kind, event.Type, event.Op = what.Kind, m.Type(), what.Op
		if event.ID == nil {
			event.ID = mutationID(m)
		}
		if !r.once || r.first(event.Place) {
			r.report(ctx, event)
		}
	}
}

// first reports whether nothing of this place was reported before.
func (r *reporter) first(p Place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[p] {
		return false
	}
	r.seen[p] = true
	return true
}

// LogReport returns a function for [Report] that logs one record for each event, at level Warn, with no value of any field.
func LogReport(logger *slog.Logger) func(context.Context, Event) {
	return func(ctx context.Context, e Event) {
		logger.LogAttrs(ctx, slog.LevelWarn, "entocc: would be refused",
			slog.String("kind", string(e.Kind)), slog.String("type", e.Type), slog.Any("id", e.ID),
			slog.String("op", strings.TrimPrefix(e.Op.String(), "Op")),
			slog.Any("expected", e.Expected), slog.Any("actual", e.Actual),
			slog.String("file", e.File), slog.Int("line", e.Line))
	}
}

// Report counts an event, for the hook of the same name.
//
//	client.Use(hook.Report(tally.Report))
func (t *Tally) Report(_ context.Context, e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sites == nil {
		t.sites = make(map[Place]int64)
	}
	t.sites[e.Place]++
}

// Reported returns how many events there were so far at each place.
func (t *Tally) Reported() map[Place]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.sites)
}
