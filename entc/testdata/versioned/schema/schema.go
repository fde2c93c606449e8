// Package schema gets its version through its own mixin, and has a type that embeds another one.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"

	"github.com/entocc/entocc/mixin"
)

// Base is embedded by the types of a project.
type Base struct{ mixin.Version }

// Fields of the Base: those of the version, and the project's.
func (b Base) Fields() []ent.Field {
	return append(b.Version.Fields(), entmixin.CreateTime{}.Fields()...)
}

// User has the version of its Base.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{Base{}} }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Person embeds the User. Its table is another one.
type Person struct{ User }
