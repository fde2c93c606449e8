package hook

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"sync"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/write"
)

// Observe returns a hook that reports each conflict, and changes nothing. Register it after [OnModified] to see resolved
// conflicts too, before it to see only those that callers get. A batch reports each of its conflicts. It also sees
// conflicts that [Report] lets through, wherever it is registered. Those of VerifyOnCommit come from the commit, which is
// not a mutation: watch the errors of Commit and RetryTx for them.
func Observe(report func(context.Context, *entocc.RecordModifiedError)) ent.Hook {
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			op := m.Op()
			v, err := next.Mutate(ctx, m)
			var modified *entocc.RecordModifiedError
			switch {
			case replaced(op, m):
			case errors.As(err, &modified):
				report(ctx, modified)
			case err == nil:
				overwritten(m, func(e *entocc.RecordModifiedError) { report(ctx, e) })
			}
			return v, err
		})
	}
}

// overwritten calls report for each conflict that a [Report] has let through.
func overwritten(m ent.Mutation, report func(*entocc.RecordModifiedError)) {
	g, ok := m.(write.Guarded)
	if !ok {
		return
	}
	_, e := g.VersionGuard()
	for _, r := range e.Reported() {
		var modified *entocc.RecordModifiedError
		if errors.As(r.Err, &modified) {
			report(modified)
		}
	}
}

// Log returns a hook that logs one record for each conflict, at level Warn: type, ID, operation and versions, and no
// value of any field.
//
//	client.Use(hook.Log(slog.Default()))
func Log(logger *slog.Logger) ent.Hook {
	return Observe(func(ctx context.Context, e *entocc.RecordModifiedError) {
		op := "" // of a parent, which the mutation does not write itself
		if e.Op != 0 {
			op = strings.TrimPrefix(e.Op.String(), "Op")
		}
		logger.LogAttrs(ctx, slog.LevelWarn, "entocc: record modified",
			slog.String("type", e.Type), slog.Any("id", e.ID), slog.String("op", op),
			slog.Any("expected", e.Expected), slog.Any("actual", e.Actual), slog.Bool("deleted", e.Deleted))
	})
}

// Tally counts conflicts by type. It is an expvar.Var, so expvar.Publish shows it, and any metrics system can read it.
//
//	tally := new(hook.Tally)
//	client.Use(tally.Hook())
//	expvar.Publish("entocc_conflicts", tally)
type Tally struct {
	mu     sync.Mutex
	counts map[string]int64
	sites  map[Place]int64
}

// Hook returns the hook that counts.
func (t *Tally) Hook() ent.Hook {
	return Observe(func(_ context.Context, e *entocc.RecordModifiedError) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.counts == nil {
			t.counts = make(map[string]int64)
		}
		t.counts[e.Type]++
	})
}

// Counts returns the conflicts of each type so far.
func (t *Tally) Counts() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

// String returns the counts as a JSON object, for expvar.
func (t *Tally) String() string {
	buf, err := json.Marshal(t.Counts())
	if err != nil || string(buf) == "null" {
		return "{}"
	}
	return string(buf)
}
