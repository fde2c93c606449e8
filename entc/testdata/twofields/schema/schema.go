// Package schema has a version beside another one, which its own mixin adds without the hooks.
package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// Order has both.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return mixin.TokenVersion{Name: "token"}.Fields() }
