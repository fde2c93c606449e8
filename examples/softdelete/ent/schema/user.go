// Package schema describes users that are never lost: a deleted user keeps its row, and the history has each state of a row.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// User is soft-deleted, versioned, and copied to its history. The order of the mixins does not matter.
type User struct{ ent.Schema }

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.String("email"),
	}
}

// UserHistory is one state that a user's row had.
type UserHistory struct{ ent.Schema }

// Fields of the UserHistory. It is written once, so it needs no version.
func (UserHistory) Fields() []ent.Field {
	return []ent.Field{
		field.Int("user_id").Immutable(),
		field.Int64("version").Immutable(),
		field.String("name").Immutable(),
		field.String("email").Immutable(),
		field.Bool("deleted").Immutable(),
	}
}

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}, SoftDelete{}}
}
