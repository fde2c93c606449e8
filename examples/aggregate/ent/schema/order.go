// Package schema holds orders and their lines: an aggregate, whose root is the order.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order is the root. Its version stands for all of it.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("state").Default("open")} }

// Edges of the Order.
func (Order) Edges() []ent.Edge { return []ent.Edge{edge.To("lines", Line.Type)} }

// Line is a part. Whatever happens to it bumps the version of its order, too.
type Line struct{ ent.Schema }

// Mixin of the Line.
func (Line) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"order"}}} }

// Fields of the Line.
func (Line) Fields() []ent.Field { return []ent.Field{field.String("article"), field.Int("price")} }

// Edges of the Line.
func (Line) Edges() []ent.Edge {
	return []ent.Edge{edge.From("order", Order.Type).Ref("lines").Unique().Required()}
}
