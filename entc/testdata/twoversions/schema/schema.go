// Package schema has a type with two versions.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// User counts, and has a token besides.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}, mixin.TokenVersion{Name: "token"}}
}
