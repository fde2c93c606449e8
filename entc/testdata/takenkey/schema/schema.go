// Package schema has a field whose name generated code needs.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// User has a field that is called as the method that entity tags are made by.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.String("version_key")} }
