// Package schema has a guard that names no field.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a field that could be a version.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Int64("rev")} }
