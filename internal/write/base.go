package write

import (
	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/version"
)

// Diff compares what a mutation wants with the row that it was made from, which may be missing, and the current row.
// Both are an [entity.ReadRow], or an entity that does not know what was read.
func Diff(s *version.Schema, m ent.Mutation, loaded, now any) []entocc.FieldDiff {
	var base entity.ReadRow
	if g, ok := m.(Guarded); ok {
		_, e := g.VersionGuard()
		base = e.baseOf(s, entity.RowOf(loaded))
		e.Base = base
	}
	return entity.Diff(s, m, base, entity.RowOf(now))
}

// baseOf returns the row that a write was made from if the write expects exactly the version that was read, otherwise
// nil. The row that a handler happened to load says nothing about what its client saw.
func (e *Expectation) baseOf(s *version.Schema, loaded entity.ReadRow) entity.ReadRow {
	if s.ByValues() && e.source == sourceEntity {
		return loaded
	}
	if said := e.Said(); len(said.versions) == 1 && loaded.Holds(s, said.versions[0]) {
		return loaded
	}
	return entity.ReadRow{}
}
