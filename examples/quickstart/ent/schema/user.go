package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// User is protected by its version.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}}
}

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("email"),
	}
}
