package entc

import (
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/entc/gen"
)

// counted returns the Go expressions of the columns whose change moves the version on, as a list; empty means all. A field that
// has an UpdateDefault, as updated_at, does not count beside Ignore: a trigger can't see whether somebody else set it.
func (v *typeVersion) counted() string {
	if len(v.Only) == 0 && len(v.Ignore) == 0 {
		return ""
	}
	t := v.Type
	var columns []string
	for _, f := range t.Fields {
		if constant := t.Package() + "." + f.Constant(); f != v.Field && v.counts(constant) && (len(v.Only) > 0 || !f.UpdateDefault) {
			columns = append(columns, constant)
		}
	}
	for _, fk := range t.UnexportedForeignKeys() {
		name := "" // of the edge, if the type has it: the edge may be that of the other side alone
		for _, e := range t.Edges {
			if e.OwnFK() && slices.Contains(e.Rel.Columns, fk.Field.Name) {
				name = t.Package() + "." + e.Constant()
			}
		}
		if v.counts(name) {
			columns = append(columns, strconv.Quote(fk.Field.Name))
		}
	}
	return strings.Join(columns, ", ")
}

// counts reports whether a field or an edge bumps the version, by its Go expression.
func (v *typeVersion) counts(constant string) bool {
	if len(v.Only) > 0 {
		return slices.Contains(v.Only, constant)
	}
	return !slices.Contains(v.Ignore, constant)
}

// namespace returns the schema of the database that a table is in, if its ent schema says so.
func namespace(t *gen.Type) string {
	if a := t.EntSQL(); a != nil {
		return a.Schema
	}
	return ""
}
