// Package schema has types that are guarded by PostgreSQL's xmin.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"

	"github.com/entocc/entocc/mixin"
)

type (
	// Account is a parent.
	Account struct{ ent.Schema }
	// Line is a child, whose changes bump the version of its account.
	Line struct{ ent.Schema }
	// Tag has no version.
	Tag struct{ ent.Schema }
	// Ticket has an ID that its writer chooses, and is written by ID.
	Ticket struct{ ent.Schema }
	// Seat has a composite key.
	Seat struct{ ent.Schema }
	// Plain has a counter, unlike the other types.
	Plain struct{ ent.Schema }
)

// Mixin of the Account.
func (Account) Mixin() []ent.Mixin { return []ent.Mixin{mixin.SystemVersion{}} }

// Fields of the Account.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.Int("age").Default(0),
		field.String("nick").Optional().Nillable(),
		field.String("email").Optional().Unique(),
		field.Strings("labels").Optional(),
	}
}

// Edges of the Account.
func (Account) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("lines", Line.Type),
		edge.To("tags", Tag.Type),
		edge.To("boss", Account.Type).Unique().From("staff"),
		edge.To("seated", Tag.Type).Through("seats", Seat.Type),
	}
}

// Mixin of the Line.
func (Line) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.SystemVersion{Name: "seen", Touch: []string{"account"}}}
}

// Fields of the Line.
func (Line) Fields() []ent.Field { return []ent.Field{field.String("text")} }

// Edges of the Line.
func (Line) Edges() []ent.Edge {
	return []ent.Edge{edge.From("account", Account.Type).Ref("lines").Unique()}
}

// Fields of the Tag.
func (Tag) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Tag.
func (Tag) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("accounts", Account.Type).Ref("tags"),
		edge.From("sitting", Account.Type).Ref("seated").Through("seats", Seat.Type),
	}
}

// Mixin of the Ticket.
func (Ticket) Mixin() []ent.Mixin { return []ent.Mixin{mixin.SystemVersion{AllowBlind: true}} }

// Fields of the Ticket.
func (Ticket) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(uuid.New), field.String("text")}
}

// Annotations of the Seat.
func (Seat) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("account_id", "tag_id")}
}

// Mixin of the Seat.
func (Seat) Mixin() []ent.Mixin { return []ent.Mixin{mixin.SystemVersion{}} }

// Fields of the Seat.
func (Seat) Fields() []ent.Field {
	return []ent.Field{field.Int("account_id"), field.Int("tag_id"), field.String("row").Default("A")}
}

// Edges of the Seat.
func (Seat) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Unique().Required().Field("account_id"),
		edge.To("tag", Tag.Type).Unique().Required().Field("tag_id"),
	}
}

// Mixin of the Plain.
func (Plain) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Plain.
func (Plain) Fields() []ent.Field { return []ent.Field{field.String("text")} }
