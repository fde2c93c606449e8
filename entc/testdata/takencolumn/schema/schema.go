// Package schema has a field with the version's column.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order already counts its writes.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Int64("rev").StorageKey("version")} }
