// Package counted knows which columns count as a change of a row: what entc generates into VersionedTables, and what the
// command entocc reads from the schemas, have to be the same to the letter, as triggers carry a stamp of it.
package counted

import (
	"slices"

	"entgo.io/ent/entc/gen"

	"github.com/entocc/entocc/internal/annotation"
)

// Column is a column whose change bumps the version.
type Column struct {
	// Name is that of the column.
	Name string
	// Field is the field that it stores; nil for the foreign key of an edge that is bound to no field.
	Field *gen.Field
}

// Columns returns the columns of t whose change moves the version v on; nil means all. A field that has an UpdateDefault, as
// updated_at, does not count beside Ignore: a trigger can't see whether somebody else set it.
func Columns(t *gen.Type, v annotation.Version) (columns []Column) {
	if len(v.Only) == 0 && len(v.Ignore) == 0 {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name == v.Field || f.UpdateDefault && len(v.Only) == 0 {
			continue
		}
		if counts(v, f.Name, boundTo(t, f)) {
			columns = append(columns, Column{f.StorageKey(), f})
		}
	}
	for _, fk := range t.UnexportedForeignKeys() {
		if counts(v, edgeOf(t, fk)) {
			columns = append(columns, Column{Name: fk.Field.Name})
		}
	}
	return columns
}

// counts reports whether a change of what has any of these names bumps the version.
func counts(v annotation.Version, names ...string) bool {
	in := func(list []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(list, name) })
	}
	if len(v.Only) > 0 {
		return in(v.Only)
	}
	return !in(v.Ignore)
}

// boundTo returns the name of the edge that a field shows, or nothing.
func boundTo(t *gen.Type, f *gen.Field) string {
	for _, e := range t.Edges {
		if e.Field() == f {
			return e.Name
		}
	}
	return ""
}

// edgeOf returns the name of the edge that a foreign key is of. It may be an edge of the other side alone, and has none here.
func edgeOf(t *gen.Type, fk *gen.ForeignKey) string {
	for _, e := range t.Edges {
		if e.OwnFK() && slices.Contains(e.Rel.Columns, fk.Field.Name) {
			return e.Name
		}
	}
	return ""
}
