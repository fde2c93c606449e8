// Package schema has a type with a column that MySQL shows differently from what it stores.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order is the type.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{field.Float("rate").SchemaType(map[string]string{"mysql": "float"})}
}
