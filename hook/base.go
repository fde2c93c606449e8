package hook

import (
	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// Diff compares what a mutation wants with the row that it was made from, which may be none, and the row as it is now. Both
// are a [ReadRow], or an entity that does not know what was read.
func Diff(s *Schema, m ent.Mutation, loaded, now any) []entocc.FieldDiff {
	var base ReadRow
	if g, ok := m.(guarded); ok {
		_, e := g.VersionGuard()
		base = e.baseOf(s, rowOf(loaded))
		e.base = base
	}
	return diff(s, m, base, rowOf(now))
}

// baseOf returns the row that a write was made from, if it states the version that was read, and no other; else none. What
// a handler happened to load says nothing about what its client saw.
func (e *Expectation) baseOf(s *Schema, loaded ReadRow) ReadRow {
	if said := e.said(); len(said.versions) == 1 && loaded.holds(s, said.versions[0]) {
		return loaded
	}
	return ReadRow{}
}
