// Package schema has a mixin with two lists that exclude each other.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// User has both lists.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Only: []string{"name"}, Ignore: []string{"age"}}}
}

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.String("name"), field.Int("age")} }
