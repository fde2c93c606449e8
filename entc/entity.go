package entc

import (
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/entc/gen"
)

// held returns the Go expression of what an entity knows about its version.
func (e *Extension) held(typ, entity string) string {
	if e.keepsLoaded(typ) {
		return "&" + entity + ".occ.Held"
	}
	return "&" + entity + ".occ"
}

// loaded returns the Go statement by which a mutation expects the version that an entity holds.
func (e *Extension) loaded(t *gen.Type, entity string) string {
	v := e.plan.versions[t.Name]
	if v == nil {
		return fmt.Sprintf("occ.Saw(%s, %s, &%s.occ)", entity, key(t, entity), entity)
	}
	return fmt.Sprintf("occ.Loaded(%sVersion, %s, %s.%s, %s)", variable(t.Name), entity, entity, v.Field.StructField(), e.held(t.Name, entity))
}

// fields returns the fields that a client has to know of a type: all, or without diffs the version and those that a write may
// ask for, as they have an update default.
func (e *Extension) fields(n *gen.Type) []*gen.Field {
	if !e.left(Diff) {
		return n.Fields
	}
	v := e.plan.versions[n.Name]
	return slices.DeleteFunc(slices.Clone(n.Fields), func(f *gen.Field) bool { return (v == nil || f != v.Field) && !f.UpdateDefault })
}

// fieldLiteral returns the elements of an occrun.Field.
func fieldLiteral(t *gen.Type, f *gen.Field) string {
	elements := []string{
		fmt.Sprintf("Name: %q", f.Name),
		"Column: " + t.Package() + "." + f.Constant(),
		fmt.Sprintf("Struct: %q", f.StructField()),
	}
	if f.Comment() != "" {
		elements = append(elements, fmt.Sprintf("Label: %q", f.Comment()))
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"Sensitive", f.Sensitive()},
		{"Computed", f.UpdateDefault},
		{"Nillable", f.NillableValue()},
		{"JSON", f.IsJSON() && !f.HasValueScanner()},
	} {
		if flag.set {
			elements = append(elements, flag.name+": true")
		}
	}
	return strings.Join(elements, ", ")
}

// edgeLiteral returns the elements of an occrun.Edge.
func edgeLiteral(t *gen.Type, e *gen.Edge) string {
	elements := []string{"Name: " + t.Package() + "." + e.Constant()}
	if e.Comment() != "" {
		elements = append(elements, fmt.Sprintf("Label: %q", e.Comment()))
	}
	if e.OwnFK() {
		elements = append(elements, "InRow: true")
		if f := e.Field(); f != nil {
			elements = append(elements, "Column: "+t.Package()+"."+f.Constant())
		}
	}
	return strings.Join(elements, ", ")
}
