package write

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// Admit checks a mutation before it runs: it refuses early what can't be guarded.
func Admit(ctx context.Context, s *version.Schema, m ent.Mutation, e *Expectation) error {
	if err := Refused(ctx, s, m); err != nil {
		return err
	}
	if s.Strategy.BySystem() && !s.ByValues() && e.dialect != dialect.Postgres {
		return s.Errorf(m.Op(), nil, "mixin.SystemVersion needs PostgreSQL, whose %s is the version, and the client's database is %q: "+
			"use mixin.Version there", s.Column, e.dialect)
	}
	if err := BeginVersion(s, m); err != nil {
		return err
	}
	e.shadow = entocc.IncrementSkipped(ctx, s.Type)
	if e.pending() {
		return nil // Which versions the condition accepts is known only once the row is known.
	}
	_, err := e.guard(ctx, s, m.Op())
	return err
}

// Refused returns the error of a write that its context forbids (entocc.BeforeWrite).
func Refused(ctx context.Context, s *version.Schema, m ent.Mutation) error {
	if err := entocc.WriteRefused(ctx, s.Type); err != nil {
		return s.Errorf(m.Op(), err, "its context does not allow it")
	}
	return nil
}

// Guarded is a mutation that was generated with the extension.
type Guarded interface {
	VersionGuard() (*version.Schema, *Expectation)
}

// BeginVersion gives a new row its first version if neither its caller nor a default of the field did: a field that
// mixin.Guard found in the schema may have no default.
func BeginVersion(s *version.Schema, m ent.Mutation) error {
	if !m.Op().Is(ent.OpCreate) {
		return nil
	}
	given, ok := m.Field(s.Column)
	if !ok {
		given = nil // ent returns the zero version here.
	}
	first, err := s.Strategy.First(given)
	switch {
	case err != nil:
		return s.Errorf(m.Op(), err, "a new row needs a version")
	case first == given:
		return nil
	}
	return m.SetField(s.Column, first)
}
