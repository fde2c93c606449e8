// Package schema has a type whose package has the name of an import in generated code.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Stdsql has no version.
type Stdsql struct{ ent.Schema }

// Fields of the Stdsql.
func (Stdsql) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// User has one.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }
