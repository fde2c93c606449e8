package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Ticket is a question of a customer.
type Ticket struct{ ent.Schema }

// Mixin of the Ticket.
func (Ticket) Mixin() []ent.Mixin {
	return []ent.Mixin{
		Base{}, // when
	}
}

// Fields of the Ticket.
func (Ticket) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.Text("body").Default(""),
		field.String("version").Default(""), // of the product that it is about
		field.Enum("status").Values("open", "taken", "closed").Default("open"),
		field.Int("replies").Default(0),
	}
}

// Edges of the Ticket.
func (Ticket) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("customer", Customer.Type).Ref("tickets").Unique(),
		edge.From("agent", Agent.Type).Ref("tickets").Unique(),
	}
}
