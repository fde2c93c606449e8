// Package schema has a type that is guarded by its values and also has a version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order is the type.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}, mixin.Version{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("name")} }
