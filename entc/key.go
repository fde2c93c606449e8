package entc

import (
	"fmt"
	"strings"

	"entgo.io/ent/entc/gen"
)

// key returns the Go expression of an entity's primary key: a []any for a composite one.
func key(t *gen.Type, entity string) string {
	if t.HasOneFieldID() {
		return entity + ".ID"
	}
	ids := make([]string, len(t.EdgeSchema.ID))
	for i, id := range t.EdgeSchema.ID {
		ids[i] = entity + "." + id.StructField()
	}
	return "[]any{" + strings.Join(ids, ", ") + "}"
}

// keyFields returns the fields of a type's primary key, in the order of its columns.
func keyFields(t *gen.Type) []*gen.Field {
	if t.HasOneFieldID() {
		return []*gen.Field{t.ID}
	}
	return t.EdgeSchema.ID
}

// keyColumns returns the Go constants of the columns of a primary key, as a list.
func keyColumns(t *gen.Type) string {
	return list(t, func(f *gen.Field) string { return t.Package() + "." + f.Constant() })
}

// isKey returns the Go expression of the predicate that selects the row of a primary key, which a variable of type any holds.
func isKey(t *gen.Type, id string) string {
	if t.HasOneFieldID() {
		return fmt.Sprintf("occrun.Is(%s.ID, %s)", t.Package(), id)
	}
	i := -1
	return t.Package() + ".And(" + list(t, func(f *gen.Field) string {
		i++
		return fmt.Sprintf("occrun.Is(%s.%s, occrun.Part(%s, %d))", t.Package(), f.StructField(), id, i)
	}) + ")"
}

// isRow returns the Go expressions of the predicates that select an entity's row, as a list.
func isRow(t *gen.Type, entity string) string {
	return list(t, func(f *gen.Field) string {
		return fmt.Sprintf("%s.%s(%s.%s)", t.Package(), f.StructField(), entity, f.StructField())
	})
}

func list(t *gen.Type, of func(*gen.Field) string) string {
	fields := keyFields(t)
	all := make([]string, len(fields))
	for i, f := range fields {
		all[i] = of(f)
	}
	return strings.Join(all, ", ")
}
