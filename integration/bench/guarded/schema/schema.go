// Package schema holds the guarded half of the benchmarks' fixtures. The plain half has the same fields.
package schema

import (
	"fmt"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Item is a row of ordinary width.
type Item struct{ ent.Schema }

// Annotations of the Item.
func (Item) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "guarded_items"}}
}

// Mixin of the Item.
func (Item) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Item.
func (Item) Fields() []ent.Field { return ItemFields() }

// ItemFields are the fields of both kinds of Item.
func ItemFields() []ent.Field {
	return []ent.Field{
		field.String("name"),
		field.Int("age").Default(0),
		field.String("email").Optional(),
		field.Text("note").Optional(),
		field.Time("created_at").Default(time.Now),
	}
}

// Gauge is an Item whose version a trigger bumps.
type Gauge struct{ ent.Schema }

// Mixin of the Gauge.
func (Gauge) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TriggerVersion{}} }

// Fields of the Gauge.
func (Gauge) Fields() []ent.Field { return ItemFields() }

// Wide has 60 columns. A save changes some of them.
type Wide struct{ ent.Schema }

// Annotations of the Wide.
func (Wide) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "guarded_wides"}}
}

// Mixin of the Wide.
func (Wide) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Wide.
func (Wide) Fields() []ent.Field { return StringFields(58) }

// Middle has 20 columns.
type Middle struct{ ent.Schema }

// Annotations of the Middle.
func (Middle) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "guarded_middles"}}
}

// Mixin of the Middle.
func (Middle) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Middle.
func (Middle) Fields() []ent.Field { return StringFields(18) }

// Narrow has 3 columns.
type Narrow struct{ ent.Schema }

// Annotations of the Narrow.
func (Narrow) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: "guarded_narrows"}}
}

// Mixin of the Narrow.
func (Narrow) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Narrow.
func (Narrow) Fields() []ent.Field { return StringFields(1) }

// StringFields returns n fields.
func StringFields(n int) []ent.Field {
	fields := make([]ent.Field, n)
	for i := range fields {
		fields[i] = field.String(fmt.Sprintf("f%02d", i)).Default("value")
	}
	return fields
}
