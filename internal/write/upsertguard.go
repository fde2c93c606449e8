package write

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// UpsertGuard is the guard of an upsert of one row.
type UpsertGuard struct {
	// Newer updates the row only if the given version is later than the row's version. Otherwise the row's version must
	// be one that the mutation expects, or one of Versions if it is not the builder's mutation.
	Newer    bool
	Versions []any
	// Dialect is the dialect of the database, and Options are the upsert's options.
	Dialect string
	Options *[]sql.ConflictOption
	// asked is what the options are already known to say; if nil, they are inspected.
	asked *optionAnswers
}

// Asked returns a guard that inspects its options now, not for each row.
func (g UpsertGuard) Asked() UpsertGuard {
	g.asked = askOptions(g.Dialect, *g.Options)
	return g
}

// GuardedUpsert is the upsert of one row, in progress.
type GuardedUpsert struct {
	// Expectation is that of the mutation that is carried out: a hook may have replaced the builder's mutation.
	*Expectation
	guard    UpsertGuard
	mutation ent.Mutation
	claim    version.Claim
}

// Begin prepares a mutation for a guarded upsert, or refuses it.
func (g UpsertGuard) Begin(ctx context.Context, m ent.Mutation) (*GuardedUpsert, error) {
	guarded, ok := m.(Guarded)
	if !ok {
		return nil, fmt.Errorf("entocc: %T was not generated with the extension", m)
	}
	s, e := guarded.VersionGuard()
	e.unchecked, e.assigns, e.found = entocc.CheckSkipped(ctx, s.Type), g.Dialect == dialect.MySQL, nil
	up := &GuardedUpsert{Expectation: e, guard: g, mutation: m, claim: version.Claim{Schema: s, Op: m.Op()}}
	if e.unchecked {
		return up, nil
	}
	if g.asked == nil {
		g = g.Asked()
	}
	if err := g.check(ctx, s, m, e); err != nil {
		return nil, err
	}
	up.claim = e.claim(s, m.Op(), nil, e.versions)
	return up, nil
}

// check refuses what can't be guarded, and notes what the guard compares with.
func (g UpsertGuard) check(ctx context.Context, s *version.Schema, m ent.Mutation, e *Expectation) error {
	if err := g.asked.check(s, g.Dialect, m.Op()); err != nil {
		return err
	}
	switch {
	case g.Newer:
		e.newer, _ = m.Field(s.Column) // ent knows fields by their columns
		return g.checkNewer(ctx, s, m.Op(), e)
	case e.newer != nil:
		return bothStated(s, m.Op())
	case e.Stated(): // a resolver may have set it, too
	case g.Versions != nil:
		e.In(g.Versions...)
	default:
		return s.Errorf(m.Op(), nil, "a hook has replaced the mutation of the upsert with one that expects no version")
	}
	return nil
}

// Unchecked reports that nothing is compared, because the context says so.
func (up *GuardedUpsert) Unchecked() bool { return up.unchecked }

// OnConflict returns the options of the statement.
func (up *GuardedUpsert) OnConflict(table string) []sql.ConflictOption {
	return OnConflict(up.claim.Schema, up.Expectation, table, *up.guard.Options)
}

// Refused reports whether err says that the existing row did not meet the guard: the database returns no row, or, on
// MySQL and MariaDB, the error of guardedBump.
func (up *GuardedUpsert) Refused(err error) bool {
	return !up.unchecked && (errors.Is(err, stdsql.ErrNoRows) || up.assigns && isGuarded(err) && !isOtherKey(err))
}

// otherKeyError is what PostgreSQL and SQLite report, in SQLite's words, if the new row clashes by another key than the upsert
// names.
func otherKeyError(s *version.Schema, target []string) error {
	return fmt.Errorf("entocc: UNIQUE constraint failed: the new %s has a value that another row has in another unique key than the upsert names (%s); "+
		"nothing was written", s.Type, strings.Join(target, ", "))
}

// Failed converts an error of the statement. If a row refused it, Failed queries q for that row and its current
// version.
func (up *GuardedUpsert) Failed(ctx context.Context, q dialect.ExecQuerier, err error) error {
	switch {
	case up.unchecked:
		return err
	case up.assigns && isOtherKey(err):
		return otherKeyError(up.claim.Schema, up.guard.Asked().asked.target)
	case !up.Refused(err):
		return up.claim.Failed(err)
	}
	id, actual, known := up.find(ctx, q)
	if up.newer != nil {
		return &entocc.NotNewerError{Type: up.claim.Schema.Type, ID: id, Version: up.newer, Actual: actual}
	}
	up.found = id
	up.claim.ID = id
	conflict := up.claim.Conflict()
	conflict.Actual, conflict.Err = actual, up.claim.Unreadable()
	if known && actual == nil {
		conflict.Err = version.ErrNull
	}
	return conflict
}

// Upsert adds the hook of an upsert that expects a version, as the innermost hook. It refuses what the database can't
// guard, and reports a stale update branch, for which the database returns no row, as a conflict.
func Upsert(hooks []ent.Hook, g UpsertGuard, typed func(error) error) []ent.Hook {
	return append(slices.Clip(hooks), func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			up, err := g.Begin(ctx, m)
			if err != nil {
				return nil, err
			}
			v, err := next.Mutate(ctx, m)
			switch {
			case up.unchecked:
				return v, err
			case err != nil:
				return nil, typed(up.Failed(ctx, up.creating.by, err))
			}
			return v, nil
		})
	})
}
