// Package schema takes the parts of a mixin from two different values.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"

	"github.com/entocc/entocc/mixin"
)

// Base takes its fields from one mixin, and the rest from another.
type Base struct{ mixin.Version }

// Annotations of the Base.
func (Base) Annotations() []schema.Annotation { return mixin.Version{AllowBlind: true}.Annotations() }

// Order has the version of its Base.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{Base{}} }
