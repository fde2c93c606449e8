// Package schema has a version that is a pointer.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a revision that may be NULL.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Int64("rev").Optional().Nillable()} }
