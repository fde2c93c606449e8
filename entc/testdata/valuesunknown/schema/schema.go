// Package schema has a type that names a field that it does not have.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order is the type.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{Ignore: []string{"nick"}}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("name")} }
