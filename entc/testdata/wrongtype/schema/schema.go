// Package schema is guarded by a field that cannot be a version field.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a text rev.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("rev")} }
