// Package schema has a mixin that names a field that does not exist.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// User has no nick.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.TimeVersion{Only: []string{"name", "nick"}}}
}

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.String("name")} }
