// Package schema holds one type for each thing that the statements show.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// User has fields that do not count as a change, and edges.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{
		mixin.Version{Ignore: []string{"last_login"}},
	}
}

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("email").Unique(),
		field.Bool("active").Default(true),
		field.Time("last_login").Optional(),
	}
}

// Edges of the User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("pets", Pet.Type),
		edge.To("groups", Group.Type),
	}
}

// Pet holds the foreign key of its owner.
type Pet struct{ ent.Schema }

// Mixin of the Pet.
func (Pet) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Pet.
func (Pet) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Pet.
func (Pet) Edges() []ent.Edge {
	return []ent.Edge{edge.From("owner", User.Type).Ref("pets").Unique()}
}

// Group may be written by ID, without a version.
type Group struct{ ent.Schema }

// Mixin of the Group.
func (Group) Mixin() []ent.Mixin {
	return []ent.Mixin{
		mixin.TokenVersion{Name: "token", StorageKey: "row_token", AllowBlind: true},
	}
}

// Fields of the Group.
func (Group) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Group.
func (Group) Edges() []ent.Edge {
	return []ent.Edge{edge.From("users", User.Type).Ref("groups")}
}

// Invoice is a table with years of rows, which another program writes too. It has its own revision.
type Invoice struct{ ent.Schema }

// Mixin of the Invoice.
func (Invoice) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Guard{Field: "rev"}}
}

// Fields of the Invoice.
func (Invoice) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("rev").Default(1),
		field.String("text"),
	}
}
