package hook

import (
	"context"
	"sync/atomic"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// Guard returns the hook that guards the writes of one type by its version. The mixins of package mixin install it.
//
// If the client was generated with the extension of package entc, the generated code puts the guard into the statements
// themselves, and the hook only refuses early what can't be guarded. Without the extension the hook guards what it can see:
// UpdateOne(u) and u.Update(), and bumps the version of set-based updates. It refuses every other write of one row. It
// can't see upserts then: they do not bump.
//
// It is not inlined, so that a batch knows the hooks that it returns by their code.
//
//go:noinline
func Guard(s *version.Schema) ent.Hook {
	typed := &typedSchema{schema: s}
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if err := ctx.Err(); err != nil {
				return nil, err // Nothing is sent. Later on nobody could say whether something was.
			}
			g, ok := m.(write.Guarded)
			if !ok {
				s := typed.of(m.Type())
				if err := write.Refused(ctx, s, m); err != nil {
					return nil, err
				}
				v, err := guardPlain(ctx, s, m, next)
				return v, s.Unusable(m.Op(), err)
			}
			s, e := g.VersionGuard()
			if err := write.Admit(ctx, s, m, e); err != nil {
				return nil, err
			}
			v, err := next.Mutate(ctx, m)
			return v, s.Unusable(m.Op(), err)
		})
	}
}

// typedSchema gives the schema of a mixin, which does not know the type that it is mixed into, its name.
type typedSchema struct {
	schema *version.Schema
	last   atomic.Pointer[version.Schema]
}

func (t *typedSchema) of(typ string) *version.Schema {
	if s := t.last.Load(); s != nil && s.Type == typ {
		return s
	}
	s := *t.schema
	s.Type = typ
	t.last.Store(&s)
	return &s
}

// Disable returns a hook that turns off the guard for all writes of the given types by a client, for fixtures and imports;
// no type means every type. They still bump the version. Hooks, validators and privacy stay on.
//
//	client.Use(hook.Disable())
func Disable(types ...string) ent.Hook {
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			return next.Mutate(entocc.SkipCheck(ctx, types...), m)
		})
	}
}
