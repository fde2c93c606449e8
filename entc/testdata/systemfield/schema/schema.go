// Package schema replaces the mixin's field by its own.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a version that is not a system column.
type Order struct{ ent.Schema }

// counted reuses the mixin's annotation, but not its field.
type counted struct{ mixin.SystemVersion }

// Fields of the mixin.
func (counted) Fields() []ent.Field { return []ent.Field{field.Int64("version").Default(1)} }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{counted{}} }
