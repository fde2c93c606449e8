// Package schema has no version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// User has pets.
type User struct{ ent.Schema }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.String("name"), field.String("version")} }

// Edges of the User.
func (User) Edges() []ent.Edge { return []ent.Edge{edge.To("pets", Pet.Type)} }

// Pet has an owner.
type Pet struct{ ent.Schema }

// Edges of the Pet.
func (Pet) Edges() []ent.Edge { return []ent.Edge{edge.From("owner", User.Type).Ref("pets").Unique()} }
