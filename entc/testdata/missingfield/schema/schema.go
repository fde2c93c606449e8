// Package schema is guarded by a field that does not exist.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// Order has no rev.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }
