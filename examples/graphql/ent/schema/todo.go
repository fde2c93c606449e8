// Package schema is the schema of entgql's todo application, with versions, and with todos that only their owner may see.
package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Todo is something to be done.
type Todo struct{ ent.Schema }

// Mixin of the Todo.
func (Todo) Mixin() []ent.Mixin { return []ent.Mixin{version{}} }

// Fields of the Todo.
func (Todo) Fields() []ent.Field {
	return []ent.Field{
		field.Text("text").NotEmpty().Annotations(entgql.OrderField("TEXT")),
		field.Enum("status").
			NamedValues("InProgress", "IN_PROGRESS", "Completed", "COMPLETED").
			Default("IN_PROGRESS").
			Annotations(entgql.OrderField("STATUS")),
		field.Int("priority").Default(0).Annotations(entgql.OrderField("PRIORITY")),
		field.String("owner").Immutable().Annotations(entgql.Skip(entgql.SkipMutationCreateInput)),
		field.Bool("private").Default(false),
		field.String("note").Optional().Comment("Kept for the operators of the service.").Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Edges of the Todo. They are set from the child: by clearing the children of a todo, a client would write to some that it may not see.
func (Todo) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Todo.Type).
			Annotations(entgql.Skip(entgql.SkipMutationCreateInput | entgql.SkipMutationUpdateInput)).
			From("parent").Unique(),
	}
}

// Annotations of the Todo.
func (Todo) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entgql.RelayConnection(),
		entgql.QueryField(),
		entgql.Mutations(entgql.MutationCreate(), entgql.MutationUpdate()),
	}
}

// version is mixin.Version with occgql's scalar Version in the API.
type version struct{ mixin.Version }

// Fields of the mixin.
func (v version) Fields() []ent.Field {
	fields := v.Version.Fields()
	d := fields[0].Descriptor()
	d.Annotations = append(d.Annotations, entgql.Type("Version"))
	return fields
}
