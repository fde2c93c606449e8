// Package schema is guarded by a time that MySQL stores in whole seconds.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has ent's default time column.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "updated_at"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Time("updated_at").Default(time.Now)} }
