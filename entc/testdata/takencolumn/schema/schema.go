// Package schema has a field whose column is that of the version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has counted its writes already.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Int64("rev").StorageKey("version")} }
