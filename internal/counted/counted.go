// Package counted knows which columns count as a change of a row. Triggers carry a stamp of them, so what entc
// generates into VersionedTables and what the command entocc reads from the schemas must be exactly the same.
package counted

import (
	"slices"

	"entgo.io/ent/entc/gen"

	"github.com/entocc/entocc/internal/annotation"
)

// Column is a column whose change bumps the version.
type Column struct {
	Name string
	// Field is the field that it stores, nil for the foreign key of an edge without a field.
	Field *gen.Field
}

// Columns returns the columns of t whose change bumps the version v; nil means all. With Ignore, a field that has an
// UpdateDefault, such as updated_at, does not count: a trigger can't see whether the caller or the default set it.
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

// counts reports whether a change of the field or edge with these names bumps the version.
func counts(v annotation.Version, names ...string) bool {
	in := func(list []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return name != "" && slices.Contains(list, name) })
	}
	if len(v.Only) > 0 {
		return in(v.Only)
	}
	return !in(v.Ignore)
}

// boundTo returns the name of the edge whose foreign key is the field, or "".
func boundTo(t *gen.Type, f *gen.Field) string {
	for _, e := range t.Edges {
		if e.Field() == f {
			return e.Name
		}
	}
	return ""
}

// edgeOf returns the name of the edge that a foreign key belongs to, or "" if only the other side has the edge.
func edgeOf(t *gen.Type, fk *gen.ForeignKey) string {
	for _, e := range t.Edges {
		if e.OwnFK() && slices.Contains(e.Rel.Columns, fk.Field.Name) {
			return e.Name
		}
	}
	return ""
}
