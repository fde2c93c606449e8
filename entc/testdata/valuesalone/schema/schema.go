// Package schema has no type with a version: two are guarded by their values, and one is not guarded.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

type (
	// Page compares what a write changes.
	Page struct{ ent.Schema }
	// Order compares all.
	Order struct{ ent.Schema }
	// Tag is not guarded.
	Tag struct{ ent.Schema }
)

// Mixin of the Page.
func (Page) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{Ignore: []string{"hits"}}} }

// Fields of the Page.
func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("title"),
		field.Int("hits").Default(0),
		field.Strings("labels").Optional(),
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges of the Page.
func (Page) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tags", Tag.Type), edge.To("order", Order.Type).Unique()}
}

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{All: true}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.String("note")} }

// Fields of the Tag.
func (Tag) Fields() []ent.Field { return []ent.Field{field.String("name")} }
