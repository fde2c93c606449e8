// Package schema has a field whose name generated code needs.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// User has a field with the name of a generated method.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.Bool("is_modified")} }
