package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
	"github.com/google/uuid"
)

// Buyer is touched by purchases.
type Buyer struct{ ent.Schema }

// Mixin of the Buyer.
func (Buyer) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{}} }

// Fields of the Buyer.
func (Buyer) Fields() []ent.Field {
	return []ent.Field{field.String("id"), field.String("name").Default("")}
}

// Edges of the Buyer.
func (Buyer) Edges() []ent.Edge { return []ent.Edge{edge.To("purchases", Purchase.Type)} }

// Purchase is touched by its lines and its invoice, and touches its buyer.
type Purchase struct{ ent.Schema }

// Mixin of the Purchase.
func (Purchase) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"buyer"}}} }

// Fields of the Purchase.
func (Purchase) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(uuid.New), field.String("state").Default("open")}
}

// Edges of the Purchase.
func (Purchase) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("buyer", Buyer.Type).Ref("purchases").Unique(),
		edge.To("lines", PurchaseLine.Type),
		edge.To("invoice", Invoice.Type).Unique(),
	}
}

// Shelf has lines as well, which do not touch it.
type Shelf struct{ ent.Schema }

// Fields of the Shelf.
func (Shelf) Fields() []ent.Field { return []ent.Field{field.String("name").Default("")} }

// Edges of the Shelf.
func (Shelf) Edges() []ent.Edge { return []ent.Edge{edge.To("lines", PurchaseLine.Type)} }

// PurchaseLine touches its purchase, but for its remark.
type PurchaseLine struct{ ent.Schema }

// Mixin of the PurchaseLine.
func (PurchaseLine) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Ignore: []string{"remark"}, Touch: []string{"purchase"}}}
}

// Fields of the PurchaseLine.
func (PurchaseLine) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("purchase_id", uuid.UUID{}).Optional().Nillable(),
		field.String("article").Default(""),
		field.Int("amount").Default(1),
		field.String("remark").Default(""),
		field.String("code").Optional().Nillable().Unique(),
	}
}

// Edges of the PurchaseLine.
func (PurchaseLine) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("purchase", Purchase.Type).Ref("lines").Field("purchase_id").Unique(),
		edge.From("shelf", Shelf.Type).Ref("lines").Unique(),
	}
}

// Invoice touches its purchase over a one-to-one edge.
type Invoice struct{ ent.Schema }

// Mixin of the Invoice.
func (Invoice) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.TimeVersion{Touch: []string{"purchase"}}}
}

// Fields of the Invoice.
func (Invoice) Fields() []ent.Field { return []ent.Field{field.Int("total").Default(0)} }

// Edges of the Invoice.
func (Invoice) Edges() []ent.Edge {
	return []ent.Edge{edge.From("purchase", Purchase.Type).Ref("invoice").Unique()}
}

// Folder touches the folder that it is in, up to the root.
type Folder struct{ ent.Schema }

// Mixin of the Folder.
func (Folder) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{Touch: []string{"above"}}} }

// Fields of the Folder.
func (Folder) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Folder.
func (Folder) Edges() []ent.Edge {
	return []ent.Edge{edge.To("below", Folder.Type).From("above").Unique()}
}

// Slip touches a row of each kind of version.
type Slip struct{ ent.Schema }

// Mixin of the Slip.
func (Slip) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Touch: []string{"user", "document", "event", "gauge", "order", "reading"}}}
}

// Fields of the Slip.
func (Slip) Fields() []ent.Field { return []ent.Field{field.String("text").Default("")} }

// Edges of the Slip.
func (Slip) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Unique(),
		edge.To("document", Document.Type).Unique(),
		edge.To("event", Event.Type).Unique(),
		edge.To("gauge", Gauge.Type).Unique(),
		edge.To("order", Order.Type).Unique(),
		edge.To("reading", Reading.Type).Unique(),
	}
}
