// Package schema has a type that another one should bump although it has no version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

type (
	// Order has no version.
	Order struct{ ent.Schema }
	// Line touches it.
	Line struct{ ent.Schema }
)

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Order.
func (Order) Edges() []ent.Edge { return []ent.Edge{edge.To("lines", Line.Type)} }

// Mixin of the Line.
func (Line) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"order"}}} }

// Edges of the Line.
func (Line) Edges() []ent.Edge {
	return []ent.Edge{edge.From("order", Order.Type).Ref("lines").Unique()}
}
