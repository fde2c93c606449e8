package entc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/values"
)

// typeValues is a type that is guarded by the values of its rows, as the templates see it.
type typeValues struct {
	Type *gen.Type
	// All and AllowBlind are the mixin's options, and Ignore holds the Go expressions of the columns that are not compared.
	All, AllowBlind bool
	Ignore          []string
	// Columns are the elements of an occrun.Compared for each column that is compared.
	Columns []string
	// Keys are the Go expressions of foreign keys that no field shows, and that are compared.
	Keys []string
	// Appends are the JSON fields that updates can append to.
	Appends []*gen.Field
}

// newValues returns how a type is guarded that has mixin.Values.
func newValues(n *gen.Type, a annotation.Version) (*typeValues, error) {
	v := &typeValues{Type: n, All: a.All, AllowBlind: a.AllowBlind}
	if _, err := resolve(n, a, "Ignore", a.Ignore); err != nil {
		return nil, err
	}
	for _, f := range n.Fields {
		if f.SupportsMutationAppend() {
			v.Appends = append(v.Appends, f)
		}
		column := n.Package() + "." + f.Constant()
		if slices.Contains(a.Ignore, f.Name) || slices.Contains(a.Ignore, edgeBoundTo(n, f)) {
			v.Ignore = append(v.Ignore, column)
			continue
		}
		if err := checkCompared(n, f); err != nil {
			return nil, err
		}
		v.Columns = append(v.Columns, comparedLiteral(f, f.Name, column))
	}
	for i, key := range n.UnexportedForeignKeys() {
		name, column := key.Edge.Name, fmt.Sprintf("%s.ForeignKeys[%d]", n.Package(), i)
		if own := ownEdge(n, key); own != "" {
			name = own
		}
		if slices.Contains(a.Ignore, name) {
			v.Ignore = append(v.Ignore, column)
			continue
		}
		v.Keys = append(v.Keys, column)
		v.Columns = append(v.Columns, comparedLiteral(key.Field, name, column)+", Edge: true")
	}
	if len(v.Columns) == 0 {
		return nil, fmt.Errorf("entocc: mixin.Values of %s has nothing to compare: leave a field out of Ignore, or use mixin.Version", n.Name)
	}
	return v, nil
}

// ownEdge returns the name that the type itself has for the edge of a foreign key; empty if only the other side has the edge.
func ownEdge(n *gen.Type, key *gen.ForeignKey) string {
	for _, e := range n.Edges {
		if e.OwnFK() && slices.Contains(e.Rel.Columns, key.Field.Name) {
			return e.Name
		}
	}
	return ""
}

// edgeBoundTo returns the name of the edge that a field shows, or what is no name.
func edgeBoundTo(n *gen.Type, f *gen.Field) string {
	for _, e := range n.Edges {
		if e.Field() == f {
			return e.Name
		}
	}
	return "?"
}

// checkCompared refuses a field whose column some database can't compare.
func checkCompared(n *gen.Type, f *gen.Field) error {
	for _, d := range []string{dialect.MySQL, dialect.Postgres, dialect.SQLite} {
		if why := values.Comparable(d, f.Column().SchemaType[d]); why != "" {
			return fmt.Errorf("entocc: field %s.%s can't be compared by mixin.Values, as %s, or leave it out by mixin.Values{Ignore: []string{%q}}", n.Name, f.Name, why, f.Name)
		}
	}
	return nil
}

// comparedLiteral returns the elements of an occrun.Compared.
func comparedLiteral(f *gen.Field, name, column string) string {
	elements := []string{fmt.Sprintf("Name: %q", name), "Column: " + column}
	if kind := valueKind(f); kind != "" {
		elements = append(elements, "Kind: occrun."+kind)
	}
	if types := f.Column().SchemaType; len(types) > 0 {
		var own []string
		for _, d := range slices.Sorted(maps.Keys(types)) {
			own = append(own, strconv.Quote(d)+": "+strconv.Quote(types[d]))
		}
		elements = append(elements, "Types: map[string]string{"+strings.Join(own, ", ")+"}")
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{
		{"Sensitive", f.Sensitive()},
		{"Optional", f.Optional},
		{"ByDatabase", hasDatabaseDefault(f)},
		{"External", f.HasValueScanner()},
	} {
		if flag.set {
			elements = append(elements, flag.name+": true")
		}
	}
	return strings.Join(elements, ", ")
}

// hasDatabaseDefault reports whether the database gives a new row a value that its creation does not.
func hasDatabaseDefault(f *gen.Field) bool {
	a := f.EntSQL()
	return a != nil && (a.Default != "" || a.DefaultExpr != "" || len(a.DefaultExprs) > 0)
}

// valueKind returns the name of the kind by which a field's column is compared.
func valueKind(f *gen.Field) string {
	switch f.Type.Type {
	case field.TypeString, field.TypeEnum:
		return "ValueText"
	case field.TypeBytes:
		return "ValueBytes"
	case field.TypeJSON:
		return "ValueJSON"
	case field.TypeTime:
		return "ValueTime"
	case field.TypeUUID:
		return "ValueUUID"
	case field.TypeOther:
		return "ValueOther"
	default:
		return ""
	}
}

// checkForgotten refuses to forget the rows that the entities of a type are guarded by.
func (e *Extension) checkForgotten(p *plan) error {
	for _, typ := range slices.Sorted(maps.Keys(e.forgets)) {
		if p.values[typ] != nil {
			return fmt.Errorf("entocc: ForgetLoaded names %q, whose mixin.Values guards writes by the row as it was read: leave the type out", typ)
		}
	}
	return nil
}
