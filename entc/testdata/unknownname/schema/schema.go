// Package schema has a mixin that names a field that does not exist.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// User has no last_seen.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Ignore: []string{"last_seen"}}} }

// Fields of the User.
func (User) Fields() []ent.Field { return []ent.Field{field.Time("last_login").Optional()} }
