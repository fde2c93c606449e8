// Package schema has a version whose name is not a valid Go name.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// Order has the version.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Name: "my version"}} }
