// Package schema uses packages with the same names as others that generated code uses.
package schema

import (
	"fixtures/schema/json"
	"fixtures/schema/uuid"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Parcel has an ID and a field of such packages.
type Parcel struct{ ent.Schema }

func (Parcel) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func (Parcel) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").GoType(uuid.UUID("")),
		field.JSON("label", json.Label{}).Optional(),
	}
}

func (Parcel) Edges() []ent.Edge { return []ent.Edge{edge.To("slices", Slices.Type)} }

// Slices is a type whose own package has such a name.
type Slices struct{ ent.Schema }

func (Slices) Edges() []ent.Edge {
	return []ent.Edge{edge.From("parcel", Parcel.Type).Ref("slices").Unique()}
}
