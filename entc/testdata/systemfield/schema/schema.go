// Package schema has its own field in the place of the mixin's.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a version that is no system column.
type Order struct{ ent.Schema }

// counted takes over what the mixin says, and not its field.
type counted struct{ mixin.SystemVersion }

// Fields of the mixin.
func (counted) Fields() []ent.Field { return []ent.Field{field.Int64("version").Default(1)} }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{counted{}} }
