package entc

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/entocc/entocc/internal/annotation"

	"entgo.io/ent/dialect"
	"entgo.io/ent/entc/gen"
)

// checkType refuses what can't be guarded, and says how to fix it.
func checkType(n *gen.Type, versions []annotation.Version, e *Extension) error {
	if n.IsView() {
		return fmt.Errorf("entocc: %s is a view, whose rows are not written: drop the mixin", n.Name)
	}
	if len(versions) != 1 {
		names := make([]string, len(versions))
		for i, v := range versions {
			names[i] = fmt.Sprintf("mixin.%s (field %q)", v.Mixin, v.Field)
			if v.Kind == annotation.KindValues {
				names[i] = "mixin.Values, which is one without a field"
			}
		}
		return fmt.Errorf("entocc: %s has %d versions, %s: keep one", n.Name, len(names), strings.Join(names, " and "))
	}
	taken := []string{"Delete", "VersionKey", "VersionGuard"}
	if !e.left(Check) {
		taken = append(taken, "IsModified")
	}
	for _, f := range n.Fields {
		if slices.Contains(taken, f.StructField()) || f.BuilderField() == "occ" {
			return fmt.Errorf("entocc: the name of field %s.%s is one that generated code needs: rename the field, and keep its column by StorageKey(%q)", n.Name, f.Name, f.StorageKey())
		}
	}
	for _, e := range n.Edges {
		if e.BuilderField() == "occ" {
			return fmt.Errorf("entocc: the name of edge %s.%s is one that generated code needs: rename the edge", n.Name, e.Name)
		}
	}
	return nil
}

// checkName refuses a type that is called as something that is generated for a type with a version, or for the client.
func checkName(g *gen.Graph, n *gen.Type, p *plan, e *Extension) error {
	refuse := func(whose string) error {
		return fmt.Errorf("entocc: type %s is called as what is generated for %s: rename the type, and keep its table by entsql.Annotation{Table: %q}", n.Name, whose, n.Table())
	}
	if slices.Contains([]string{"IsRecordModified", "IsVersionError", "CheckGuards"}, n.Name) {
		return refuse("every client")
	}
	for _, other := range g.Nodes {
		generated := []string{other.Name + "ModifiedError"}
		if !e.left(Bulk) && p.versions[other.Name] != nil {
			generated = append(generated, other.Name+"UpdateBulk", other.Name+"DeleteBulk")
		}
		if p.guards(other.Name) && slices.Contains(generated, n.Name) {
			return refuse(other.Name)
		}
		if other != n && p.guards(n.Name) && p.guards(other.Name) && variable(other.Name) == variable(n.Name) {
			return refuse(other.Name)
		}
	}
	return nil
}

// variable returns how generated variables of a type begin.
func variable(typ string) string {
	return gen.Funcs["camel"].(func(string) string)(gen.Funcs["snake"].(func(string) string)(typ))
}

// checkPackage refuses a type whose package hides one that generated code imports.
func checkPackage(n *gen.Type) error {
	if slices.Contains([]string{"entocc", "occrun", "stdsql"}, n.Package()) {
		return fmt.Errorf("entocc: the package of type %s is called as one that generated code imports: rename the type, and keep its table by entsql.Annotation{Table: %q}", n.Name, n.Table())
	}
	return nil
}

// checkVersionField refuses a version that generated code could not distinguish from another field, or from none.
func checkVersionField(n *gen.Type, f *gen.Field, a annotation.Version) error {
	for _, other := range n.Fields {
		if other != f && other.StorageKey() == f.StorageKey() {
			return fmt.Errorf("entocc: the column %q of %s.%s is that of field %q already: if it is a version, name it by mixin.Guard{Field: %q}, "+
				"else give the version its own column by mixin.%s{StorageKey: ..}", f.StorageKey(), n.Name, f.Name, other.Name, other.Name, a.Mixin)
		}
	}
	if !token.IsIdentifier(f.BuilderField()) || !token.IsIdentifier(f.StructField()) {
		return fmt.Errorf("entocc: field %q of %s, from mixin.%s, is not a valid name in Go: use letters, digits and underscores, "+
			"and call the column what you like by StorageKey", f.Name, n.Name, a.Mixin)
	}
	if f.Nillable {
		return fmt.Errorf("entocc: field %s.%s cannot be a version field while it is a pointer: leave Nillable() out, the entity holds the zero version for NULL", n.Name, f.Name)
	}
	return nil
}

// checkPrecision refuses a time column that some database keeps to less than microseconds, as ent's own on MySQL: two
// writes within a second would have the same version.
func checkPrecision(n *gen.Type, f *gen.Field) error {
	types := f.Column().SchemaType
	if column := types[dialect.Postgres]; strings.Contains(column, "(") && !strings.Contains(column, "(6)") {
		return fmt.Errorf("entocc: field %s.%s cannot be a version field: its type %s on PostgreSQL does not keep microseconds. Make it "+
			"timestamp(6) or timestamptz and migrate the column, or use mixin.TimeVersion", n.Name, f.Name, column)
	}
	if strings.HasSuffix(strings.ToLower(types[dialect.MySQL]), "(6)") {
		return nil
	}
	return fmt.Errorf("entocc: field %s.%s cannot be a version field: ent's type for it on MySQL keeps whole seconds. Add "+
		"SchemaType(map[string]string{dialect.MySQL: \"datetime(6)\"}) to the field and migrate the column, or use mixin.TimeVersion", n.Name, f.Name)
}

// resolve turns names of fields and edges into Go expressions of what mutations call them.
func resolve(n *gen.Type, a annotation.Version, list string, names []string) ([]string, error) {
	var exprs []string
	add := func(constant string) {
		if expr := n.Package() + "." + constant; !slices.Contains(exprs, expr) {
			exprs = append(exprs, expr)
		}
	}
	for _, name := range names {
		found := false
		for _, f := range n.Fields {
			if f.Name == name {
				found = true
				add(f.Constant())
			}
		}
		for _, e := range n.Edges {
			bound := e.Field()
			if e.Name != name && (bound == nil || bound.Name != name) {
				continue
			}
			found = true
			add(e.Constant())
			if bound != nil {
				add(bound.Constant())
			}
		}
		switch {
		case !found:
			return nil, fmt.Errorf("entocc: %s of mixin.%s in %s names %q, which is neither a field nor an edge of it. It has: %s", list, a.Mixin, n.Name, name, known(n))
		case name == a.Field && name != "":
			return nil, fmt.Errorf("entocc: %s of mixin.%s in %s names the version field %q itself: leave it out", list, a.Mixin, n.Name, name)
		}
	}
	return exprs, nil
}

// known lists the fields and edges of a type, for messages.
func known(n *gen.Type) string {
	var names []string
	for _, f := range n.Fields {
		names = append(names, f.Name)
	}
	for _, e := range n.Edges {
		names = append(names, e.Name)
	}
	return strings.Join(names, ", ")
}
