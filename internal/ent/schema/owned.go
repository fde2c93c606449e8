package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Pet holds the foreign key of an edge from a versioned type, and of one from a type without a version.
type Pet struct{ ent.Schema }

// Mixin of the Pet.
func (Pet) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Pet.
func (Pet) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.Int("owner_id").Optional(),
	}
}

// Edges of the Pet.
func (Pet) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("owner", User.Type).Ref("pets").Field("owner_id").Unique(),
		edge.From("shelter", Shelter.Type).Ref("pets").Unique(),
	}
}

// Card is the other side of a one-to-one edge, whose foreign key it holds.
type Card struct{ ent.Schema }

// Mixin of the Card.
func (Card) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Card.
func (Card) Fields() []ent.Field { return []ent.Field{field.String("number")} }

// Edges of the Card.
func (Card) Edges() []ent.Edge {
	return []ent.Edge{edge.From("owner", User.Type).Ref("card").Unique()}
}

// Group has no version.
type Group struct{ ent.Schema }

// Fields of the Group.
func (Group) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Group.
func (Group) Edges() []ent.Edge {
	return []ent.Edge{edge.From("users", User.Type).Ref("groups")}
}

// Shelter has no version, but its edge writes to rows that have.
type Shelter struct{ ent.Schema }

// Fields of the Shelter.
func (Shelter) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Shelter.
func (Shelter) Edges() []ent.Edge { return []ent.Edge{edge.To("pets", Pet.Type)} }
