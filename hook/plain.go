package hook

import (
	"context"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// guardPlain guards a mutation of a client that was generated without the extension.
func guardPlain(ctx context.Context, s *version.Schema, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
	sm, ok := m.(storage)
	if s.Strategy == nil {
		return nil, s.Errorf(m.Op(), nil, "mixin.Guard needs generated code: add the extension of github.com/entocc/entocc/entc to ent/entc.go, and keep the annotation of the mixin where another embeds it")
	}
	if s.ByValues() && !m.Op().Is(ent.OpCreate) {
		return nil, s.Errorf(m.Op(), nil, "mixin.Values needs generated code: add the extension of github.com/entocc/entocc/entc to ent/entc.go, and keep the annotation of the mixin where another embeds it")
	}
	if s.Strategy.BySystem() && !m.Op().Is(ent.OpCreate) {
		return nil, s.Errorf(m.Op(), nil, "mixin.SystemVersion needs generated code: add the extension of github.com/entocc/entocc/entc to ent/entc.go")
	}
	if len(s.Touch) > 0 {
		return nil, s.Errorf(m.Op(), nil, "Touch needs generated code: add the extension of github.com/entocc/entocc/entc to ent/entc.go")
	}
	if err := write.BeginVersion(s, m); err != nil {
		return nil, err
	}
	if !ok {
		return nil, s.Errorf(m.Op(), nil, "%T is not a mutation of ent's SQL storage, and only those can be guarded", m)
	}
	switch op := m.Op(); {
	case op.Is(ent.OpUpdateOne):
		return updatePlain(ctx, s, m, sm, next)
	case op.Is(ent.OpUpdate):
		if err := bumpPlain(ctx, s, m, sm); err != nil {
			return nil, err
		}
	case op.Is(ent.OpDeleteOne):
		if !s.AllowBlind && !entocc.CheckSkipped(ctx, s.Type) {
			return nil, s.Errorf(op, nil, "ent drops the entity of a delete, so it can only be guarded by generated code. "+
				"Add the extension of github.com/entocc/entocc/entc to ent/entc.go, or delete on purpose under entocc.SkipCheck(ctx)")
		}
	}
	return next.Mutate(ctx, m)
}

// updatePlain guards UpdateOne(u) by the version that u holds.
func updatePlain(ctx context.Context, s *version.Schema, m ent.Mutation, sm storage, next ent.Mutator) (ent.Value, error) {
	byEntity, skipped := fromEntity(m), entocc.CheckSkipped(ctx, s.Type)
	if !skipped && !byEntity && !s.AllowBlind {
		return nil, s.Errorf(m.Op(), nil, "a write by ID says nothing about the version that the caller saw. "+
			"Write from the loaded entity, or add the extension of github.com/entocc/entocc/entc to ent/entc.go for IfVersion")
	}
	if skipped || !byEntity {
		if err := bumpPlain(ctx, s, m, sm); err != nil {
			return nil, err
		}
		return next.Mutate(ctx, m)
	}
	expected, err := m.OldField(ctx, s.Column)
	if err != nil {
		return nil, s.Errorf(m.Op(), err, "the version of the entity can't be read")
	}
	if s.Strategy.IsZero(expected) {
		return nil, s.Errorf(m.Op(), nil, "the entity was loaded without its version: add %q to the Select of its query", s.Column)
	}
	bumped, err := setPlain(ctx, s, m, expected)
	if err != nil {
		return nil, err
	}
	sm.WhereP(onlyInUpdate(s.Equals([]any{expected}), bumped))
	v, err := next.Mutate(ctx, m)
	if err == nil {
		return v, nil
	}
	c := version.Claim{Schema: s, Op: m.Op(), ID: mutationID(m), Accepted: []any{expected}, Expected: expected}
	if isEntNotFound(err) {
		return nil, c.Conflict()
	}
	return nil, c.Failed(err)
}

// setPlain sets the next version in the mutation, if it changes anything that counts, and reports whether it did.
func setPlain(ctx context.Context, s *version.Schema, m ent.Mutation, expected any) (bumped bool, err error) {
	if err := m.ResetField(s.Column); err != nil || !changesPlain(m, everything) {
		return false, err
	}
	if entocc.IncrementSkipped(ctx, s.Type) || !changesPlain(m, s.Counts) {
		// A column to set makes ent send the UPDATE, and with it the guard, though only an ignored edge changes.
		return false, m.SetField(s.Column, expected)
	}
	next, err := s.Strategy.Next(expected)
	if err != nil {
		return false, s.Errorf(m.Op(), err, "version %v can't be followed by another", expected)
	}
	return true, m.SetField(s.Column, next)
}

// bumpPlain bumps the version of rows whose versions are not known.
func bumpPlain(ctx context.Context, s *version.Schema, m ent.Mutation, sm storage) error {
	if err := m.ResetField(s.Column); err != nil {
		return err
	}
	if entocc.IncrementSkipped(ctx, s.Type) || !changesPlain(m, s.Counts) {
		return nil
	}
	step := s.Strategy.Step()
	if step == nil {
		next, err := s.Strategy.Next(nil)
		if err != nil {
			return s.Errorf(m.Op(), err, "the version can't be followed by another")
		}
		return m.SetField(s.Column, next)
	}
	sm.WhereP(func(sel *sql.Selector) {
		// ent adds, and SQLite would turn a version that overflows into a REAL; this fails the statement instead.
		sel.Where(sql.P(func(b *sql.Builder) {
			s.Strategy.Bump(b, sel.C(s.Column))
			b.WriteString(" IS NOT NULL")
		}))
	})
	return m.AddField(s.Column, step)
}

// changesPlain reports whether the mutation changes a field or edge that counts. Modifiers are out of sight here. The
// version itself was reset before.
func changesPlain(m ent.Mutation, counts func(string) bool) bool {
	for _, names := range [...][]string{m.Fields(), m.AddedFields(), m.ClearedFields(), m.AddedEdges(), m.RemovedEdges(), m.ClearedEdges()} {
		if slices.ContainsFunc(names, counts) {
			return true
		}
	}
	return false
}

func everything(string) bool { return true }

// onlyInUpdate makes a predicate that matches nothing when ent evaluates it again to ask whether the row is there after
// all (sqlgraph, updater.ensureExists). On MySQL at REPEATABLE READ that answers from an old snapshot, in which the
// version still matches, and ent would take the lost update for a save that changed nothing. That query begins with the
// bare ID column; an UPDATE that is run again, as by a hook that retries, does not.
//
// Where the version is not bumped, MySQL counts no row for a save that did change nothing. The question is in its place
// then, and asked of the row as it was committed last.
func onlyInUpdate(guard *sql.Predicate, bumped bool) func(*sql.Selector) {
	evaluated := false
	return func(sel *sql.Selector) {
		if evaluated && beginsWithBareColumn(sel.P()) {
			if bumped || sel.Dialect() != dialect.MySQL {
				sel.Where(sql.False())
				return
			}
			session.LockLatest(sel)
		}
		evaluated = true
		sel.Where(guard)
	}
}

func beginsWithBareColumn(p *sql.Predicate) bool {
	if p == nil {
		return false
	}
	query, _ := p.Query()
	first, _, ok := strings.Cut(strings.TrimLeft(query, "("), " = ")
	return ok && !strings.Contains(first, ".")
}

// fromEntity reports whether an UpdateOne mutation was made from an entity. ent does not say: both forms answer
// OldField, the one from memory, the other by a query for a version that nobody has seen. The function that ent made
// the answer with shows it, by its name: withUser or withUserID. Anything else counts as made from an ID, and is refused.
func fromEntity(m ent.Mutation) bool {
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return false
	}
	old := v.Elem().FieldByName("oldValue")
	if !old.IsValid() || old.Kind() != reflect.Func || old.IsNil() {
		return false
	}
	f := runtime.FuncForPC(old.Pointer())
	if f == nil {
		return false
	}
	for _, part := range strings.Split(f.Name(), ".") {
		if part == "with"+m.Type() {
			return true
		}
	}
	return false
}

// isEntNotFound knows the NotFoundError that ent generates into each client.
func isEntNotFound(err error) bool {
	t := reflect.TypeOf(err)
	return t.Kind() == reflect.Pointer && t.Elem().Name() == "NotFoundError"
}

// mutationID returns the ID of the mutation's row, whatever its type.
func mutationID(m ent.Mutation) any {
	id := reflect.ValueOf(m).MethodByName("ID")
	if !id.IsValid() || id.Type().NumIn() != 0 || id.Type().NumOut() != 2 {
		return nil
	}
	out := id.Call(nil)
	if !out[1].Bool() {
		return nil
	}
	return out[0].Interface()
}

// storage is a mutation that takes predicates of the SQL storage.
type storage interface {
	WhereP(...func(*sql.Selector))
}
