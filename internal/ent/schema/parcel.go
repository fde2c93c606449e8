package schema

import (
	"image"
	"math/big"
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
	"github.com/google/uuid"
)

// Parcel has every kind of value that a merge compares, and the usual updated_at beside ignored fields.
type Parcel struct{ ent.Schema }

// Mixin of the Parcel.
func (Parcel) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Ignore: []string{"seen_at", "scans", "stamps"}}}
}

// Fields of the Parcel.
func (Parcel) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(time.Now).UpdateDefault(time.Now),
		field.Int("updated_in").Optional().UpdateDefault(func() int { return 2026 }),
		field.Time("seen_at").Optional().Nillable(),
		field.Strings("scans").Optional(),
		field.String("title"),
		field.String("note").Optional().Nillable(),
		field.Int("priority").Default(0),
		field.Time("due").Optional(),
		field.String("secret").Optional().Sensitive(),
		field.Strings("labels").Optional(),
		field.JSON("meta", map[string]string{}).Optional(),
		field.JSON("size", &image.Point{}).Optional(),
		field.Bytes("seal").Optional(),
		field.UUID("route", uuid.UUID{}).Optional().Nillable(),
		field.String("worth").GoType(&big.Int{}).ValueScanner(field.TextValueScanner[*big.Int]{}).Optional(),
	}
}

// Edges of the Parcel.
func (Parcel) Edges() []ent.Edge {
	return []ent.Edge{edge.To("stamps", Group.Type), edge.To("stops", Group.Type)}
}
