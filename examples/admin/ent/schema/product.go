// Package schema holds what the application manages: the products of a shop.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Product is edited by several people at once.
type Product struct{ ent.Schema }

// Mixin of the Product.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(120),
		field.String("sku").NotEmpty().MaxLen(40).Unique(),
		field.Int("price").NonNegative().Comment("In cents."),
		field.Int("stock").NonNegative().Default(0),
		field.Enum("status").Values("draft", "active", "archived").Default("draft"),
		field.Text("notes").Default(""),
		// Who saved it last, and when, for the conflict page.
		field.String("updated_by").Optional(),
		field.Time("updated_at").Optional().Nillable().Default(time.Now).UpdateDefault(time.Now),
	}
}
