// Package schema holds the users and accounts of the examples.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// User is edited by many. The comments of its fields are their labels in a diff.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Comment("Full name"),
		field.String("email").Comment("E-mail"),
		field.String("phone").Optional().Comment("Phone"),
		field.String("status").Default("active").Comment("Status"),
		field.String("password").Sensitive().Default("").Comment("Password"),
		field.Int("logins").Default(0).Comment("Logins"),
	}
}

// Account holds somebody's money, in cents.
type Account struct{ ent.Schema }

// Mixin of the Account.
func (Account) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Account.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner"),
		field.Int64("balance"),
	}
}
