package hook

import (
	"context"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// admit is what the guard has to do before a mutation: it refuses early what can't be guarded.
func admit(ctx context.Context, s *Schema, m ent.Mutation, e *Expectation) error {
	if err := refused(ctx, s, m); err != nil {
		return err
	}
	if err := beginVersion(s, m); err != nil {
		return err
	}
	e.shadow = entocc.IncrementSkipped(ctx, s.Type)
	if _, err := e.guard(ctx, s, m.Op()); err != nil && !m.Op().Is(ent.OpCreate) {
		return err
	}
	return nil
}

// refused returns the error of a write that its context does not allow (entocc.BeforeWrite).
func refused(ctx context.Context, s *Schema, m ent.Mutation) error {
	if err := entocc.WriteRefused(ctx, s.Type); err != nil {
		return s.errorf(m.Op(), err, "its context does not allow it")
	}
	return nil
}

// guarded is a mutation that was generated with the extension.
type guarded interface {
	VersionGuard() (*Schema, *Expectation)
}

// beginVersion gives a new row its first version, where neither its caller nor a default of the field did: a field that
// mixin.Guard found in the schema may have none.
func beginVersion(s *Schema, m ent.Mutation) error {
	if !m.Op().Is(ent.OpCreate) {
		return nil
	}
	given, ok := m.Field(s.Column)
	if !ok {
		given = nil // ent returns the zero version.
	}
	first, err := s.Strategy.First(given)
	switch {
	case err != nil:
		return s.errorf(m.Op(), err, "a new row needs a version")
	case first == given:
		return nil
	}
	return m.SetField(s.Column, first)
}
