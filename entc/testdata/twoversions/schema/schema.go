// Package schema has a type with two versions.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// User has a counter and a token.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}, mixin.TokenVersion{Name: "token"}}
}
