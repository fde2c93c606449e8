// Package schema holds the fixtures that the tests of entocc share: every kind of ID, edge and version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// User has an int ID, every kind of edge, ignored fields and edges, a sensitive field and JSON.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Ignore: []string{"last_login", "visits", "bookmarks"}}}
}

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().Comment("Display name"),
		field.Int("age").Default(0),
		field.String("email").Optional().Nillable().Unique(),
		field.String("password").Optional().Sensitive(),
		field.Time("last_login").Optional().Nillable(),
		field.Strings("visits").Optional(),
		field.Strings("labels").Optional(),
		field.JSON("settings", map[string]string{}).Optional(),
		field.Bytes("avatar").Optional(),
		field.String("born_in").Optional().Immutable(),
	}
}

// Edges of the User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("pets", Pet.Type),
		edge.To("card", Card.Type).Unique(),
		edge.To("spouse", User.Type).Unique(),
		edge.To("friends", User.Type),
		edge.To("following", User.Type).From("followers"),
		edge.To("children", User.Type).From("parent").Unique(),
		edge.To("groups", Group.Type),
		edge.To("bookmarks", Document.Type),
		edge.To("liked", Tweet.Type).Through("likes", Like.Type),
		edge.To("teams", Team.Type).Through("memberships", Membership.Type),
	}
}
