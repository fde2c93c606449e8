// Package schema has a type with the name of a generated type.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// User has a version, and so a UserModifiedError.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// UserModifiedError is an entity of its own.
type UserModifiedError struct{ ent.Schema }
