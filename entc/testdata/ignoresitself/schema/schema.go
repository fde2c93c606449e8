// Package schema has a mixin that ignores its own field.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// User ignores its version.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Ignore: []string{"version"}}} }
