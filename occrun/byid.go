package occrun

import (
	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/write"
)

// The builders are pointers, so that all of them share the code of a function. The larger functions are not inlined, because
// each generated type calls them: it would only make clients larger, and slower to compile.

// Expect makes a builder's write expect one of the versions.
func Expect[B, V any](builder B, e *Expectation, versions ...V) B {
	e.In(Versions(versions)...)
	return builder
}

// ExpectSent is [IfSent] for a builder.
func ExpectSent[B, V any](builder B, e *Expectation, s *Schema, v *V) B {
	write.IfSent(e, s, v)
	return builder
}

// ExpectNothing makes a builder's write deliberately expect nothing.
func ExpectNothing[B any](builder B, e *Expectation) B {
	e.Ignore()
	return builder
}

// ExpectFields is [IfFields] for a builder.
//
//go:noinline
func ExpectFields[B any, P ~func(*sql.Selector)](builder B, e *Expectation, predicates []P) B {
	write.IfFields(e, predicates)
	return builder
}

// ExpectMatch makes a builder's write expect a version that a condition accepts. id is the row's ID, if known.
func ExpectMatch[B any](builder B, e *Expectation, s *Schema, id any, cond entocc.Condition) B {
	e.IfMatch(s, id, cond)
	return builder
}

// ForceIncrement makes a builder's write bump the version, even if it changes nothing else.
func ForceIncrement[B any](builder B, e *Expectation) B {
	e.ForceIncrement()
	return builder
}
