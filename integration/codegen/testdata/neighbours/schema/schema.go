// Package schema is annotated for the extensions of entgo.io/contrib.
package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/contrib/entproto"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Task is guarded, and is in every API that is generated from the schema.
type Task struct{ ent.Schema }

func (Task) Mixin() []ent.Mixin { return []ent.Mixin{numbered{}} }

func (Task) Fields() []ent.Field {
	return []ent.Field{
		field.String("title").Annotations(entproto.Field(2), entgql.OrderField("TITLE")),
		field.Enum("status").Values("open", "done").Default("open").
			Annotations(entproto.Field(3), entproto.Enum(map[string]int32{"open": 0, "done": 1})),
		field.JSON("labels", []string{}).Optional().Annotations(entproto.Skip()),
	}
}

func (Task) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", Task.Type).Annotations(entproto.Skip(), entgql.RelayConnection()).
			From("parent").Unique().Annotations(entproto.Skip()),
	}
}

func (Task) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entproto.Message(), entgql.QueryField(), entgql.RelayConnection(),
		entgql.Mutations(entgql.MutationCreate(), entgql.MutationUpdate()),
	}
}

// numbered is mixin.Version with a field number for protobuf messages.
type numbered struct{ mixin.Version }

func (m numbered) Fields() []ent.Field {
	fields := m.Version.Fields()
	d := fields[0].Descriptor()
	d.Annotations = append(d.Annotations, entproto.Field(4))
	return fields
}

// Memo is guarded by its own field.
type Memo struct{ ent.Schema }

func (Memo) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

func (Memo) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("rev").Default(1),
		field.String("text"),
	}
}

func (Memo) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Mutations(entgql.MutationCreate(), entgql.MutationUpdate())}
}
