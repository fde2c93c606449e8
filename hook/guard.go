package hook

import (
	"context"
	"sync/atomic"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// Guard returns the hook that guards the writes of one type by its version. The mixins of package mixin install it.
//
// Where the client was generated with the extension of package entc, the generated code carries out the guard in the
// statements themselves, and the hook only refuses early what can't be guarded. Without the extension the hook guards
// what it can see: UpdateOne(u) and u.Update(), and bumps the version of set-based updates. It refuses every other write
// of one row. Upserts are out of its sight then: they do not bump.
//
// It is not inlined, so that a batch knows the hooks that it returns by their code.
//
//go:noinline
func Guard(s *Schema) ent.Hook {
	typed := &typedSchema{schema: s}
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			g, ok := m.(guarded)
			if !ok {
				s := typed.of(m.Type())
				if err := s.refused(ctx, m); err != nil {
					return nil, err
				}
				v, err := s.guardPlain(ctx, m, next)
				return v, s.unusable(m.Op(), err)
			}
			s, e := g.VersionGuard()
			if err := s.admit(ctx, m, e); err != nil {
				return nil, err
			}
			v, err := next.Mutate(ctx, m)
			return v, s.unusable(m.Op(), err)
		})
	}
}

// admit is what the guard has to do before a mutation: it refuses early what can't be guarded.
func (s *Schema) admit(ctx context.Context, m ent.Mutation, e *Expectation) error {
	if err := s.refused(ctx, m); err != nil {
		return err
	}
	if err := s.beginVersion(m); err != nil {
		return err
	}
	e.shadow = entocc.IncrementSkipped(ctx, s.Type)
	if _, err := e.guard(ctx, s, m.Op()); err != nil && !m.Op().Is(ent.OpCreate) {
		return err
	}
	return nil
}

// refused returns the error of a write that its context does not allow (entocc.BeforeWrite).
func (s *Schema) refused(ctx context.Context, m ent.Mutation) error {
	if err := entocc.WriteRefused(ctx, s.Type); err != nil {
		return s.errorf(m.Op(), err, "its context does not allow it")
	}
	return nil
}

// guarded is a mutation that was generated with the extension.
type guarded interface {
	VersionGuard() (*Schema, *Expectation)
}

// typedSchema gives the schema of a mixin, which does not know the type that it is mixed into, its name.
type typedSchema struct {
	schema *Schema
	last   atomic.Pointer[Schema]
}

func (t *typedSchema) of(typ string) *Schema {
	if s := t.last.Load(); s != nil && s.Type == typ {
		return s
	}
	s := *t.schema
	s.Type = typ
	t.last.Store(&s)
	return &s
}

// Disable returns a hook that switches the guard off for all writes of the given types that a client makes, as for
// fixtures and imports; no type means every type. They still bump the version. Hooks, validators and privacy stay on.
//
//	client.Use(hook.Disable())
func Disable(types ...string) ent.Hook {
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			return next.Mutate(entocc.SkipCheck(ctx, types...), m)
		})
	}
}

// beginVersion gives a new row the first version, where neither its caller nor a default of the field did: a field that
// mixin.Guard found in the schema may have none. It refuses a token that is not random: the default is the nil UUID where
// there is no randomness.
func (s *Schema) beginVersion(m ent.Mutation) error {
	if !m.Op().Is(ent.OpCreate) {
		return nil
	}
	v, ok := m.Field(s.Column)
	if !ok {
		_, zero := s.Strategy.Scan()
		first, err := s.Strategy.Next(zero())
		if err != nil {
			return s.errorf(m.Op(), err, "a new row needs a version")
		}
		return m.SetField(s.Column, first)
	}
	switch s.Strategy.(type) {
	case Token:
		if s.Strategy.IsZero(v) {
			return s.errorf(m.Op(), errEntropy, "a new row needs a random version token, not the nil UUID")
		}
	case Time:
		if t, ok := v.(time.Time); ok {
			return m.SetField(s.Column, asStored(t))
		}
	}
	return nil
}

// storage is a mutation that takes predicates of the SQL storage.
type storage interface {
	WhereP(...func(*sql.Selector))
}
