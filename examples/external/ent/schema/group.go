// Package schema takes the schemas of package auth, and adds a version to those that need one.
package schema

import (
	"entgo.io/ent"
	"github.com/entocc/entocc/examples/external/auth"
	"github.com/entocc/entocc/mixin"
)

// Group is the Group of package auth with a version.
type Group struct{ auth.Group }

// Mixin keeps the mixins that the Group has already, and adds the version.
func (g Group) Mixin() []ent.Mixin {
	return append(g.Group.Mixin(), mixin.Version{})
}

// Member is the Member of package auth, as it is.
type Member struct{ auth.Member }
