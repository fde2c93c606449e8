// Package schema has 50 types, to measure code generation.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// base is what the types share.
type base struct{ ent.Schema }

// Fields of each type.
func (base) Fields() []ent.Field {
	return []ent.Field{
		field.String("name"), field.Int("age").Optional(), field.Time("at").Optional(), field.Bool("on").Default(true),
		field.Strings("labels").Optional(),
	}
}

// Mixin of each type.
func (base) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// ring returns the edges of a type with two neighbours.
func ring(next, previous any) []ent.Edge {
	return []ent.Edge{edge.To("next", next), edge.From("previous", previous).Ref("next").Unique()}
}

// Type00 is one of them.
type Type00 struct{ base }

// Edges of the Type00.
func (Type00) Edges() []ent.Edge { return ring(Type01.Type, Type49.Type) }

// Type01 is one of them.
type Type01 struct{ base }

// Edges of the Type01.
func (Type01) Edges() []ent.Edge { return ring(Type02.Type, Type00.Type) }

// Type02 is one of them.
type Type02 struct{ base }

// Edges of the Type02.
func (Type02) Edges() []ent.Edge { return ring(Type03.Type, Type01.Type) }

// Type03 is one of them.
type Type03 struct{ base }

// Edges of the Type03.
func (Type03) Edges() []ent.Edge { return ring(Type04.Type, Type02.Type) }

// Type04 is one of them.
type Type04 struct{ base }

// Edges of the Type04.
func (Type04) Edges() []ent.Edge { return ring(Type05.Type, Type03.Type) }

// Type05 is one of them.
type Type05 struct{ base }

// Edges of the Type05.
func (Type05) Edges() []ent.Edge { return ring(Type06.Type, Type04.Type) }

// Type06 is one of them.
type Type06 struct{ base }

// Edges of the Type06.
func (Type06) Edges() []ent.Edge { return ring(Type07.Type, Type05.Type) }

// Type07 is one of them.
type Type07 struct{ base }

// Edges of the Type07.
func (Type07) Edges() []ent.Edge { return ring(Type08.Type, Type06.Type) }

// Type08 is one of them.
type Type08 struct{ base }

// Edges of the Type08.
func (Type08) Edges() []ent.Edge { return ring(Type09.Type, Type07.Type) }

// Type09 is one of them.
type Type09 struct{ base }

// Edges of the Type09.
func (Type09) Edges() []ent.Edge { return ring(Type10.Type, Type08.Type) }

// Type10 is one of them.
type Type10 struct{ base }

// Edges of the Type10.
func (Type10) Edges() []ent.Edge { return ring(Type11.Type, Type09.Type) }

// Type11 is one of them.
type Type11 struct{ base }

// Edges of the Type11.
func (Type11) Edges() []ent.Edge { return ring(Type12.Type, Type10.Type) }

// Type12 is one of them.
type Type12 struct{ base }

// Edges of the Type12.
func (Type12) Edges() []ent.Edge { return ring(Type13.Type, Type11.Type) }

// Type13 is one of them.
type Type13 struct{ base }

// Edges of the Type13.
func (Type13) Edges() []ent.Edge { return ring(Type14.Type, Type12.Type) }

// Type14 is one of them.
type Type14 struct{ base }

// Edges of the Type14.
func (Type14) Edges() []ent.Edge { return ring(Type15.Type, Type13.Type) }

// Type15 is one of them.
type Type15 struct{ base }

// Edges of the Type15.
func (Type15) Edges() []ent.Edge { return ring(Type16.Type, Type14.Type) }

// Type16 is one of them.
type Type16 struct{ base }

// Edges of the Type16.
func (Type16) Edges() []ent.Edge { return ring(Type17.Type, Type15.Type) }

// Type17 is one of them.
type Type17 struct{ base }

// Edges of the Type17.
func (Type17) Edges() []ent.Edge { return ring(Type18.Type, Type16.Type) }

// Type18 is one of them.
type Type18 struct{ base }

// Edges of the Type18.
func (Type18) Edges() []ent.Edge { return ring(Type19.Type, Type17.Type) }

// Type19 is one of them.
type Type19 struct{ base }

// Edges of the Type19.
func (Type19) Edges() []ent.Edge { return ring(Type20.Type, Type18.Type) }

// Type20 is one of them.
type Type20 struct{ base }

// Edges of the Type20.
func (Type20) Edges() []ent.Edge { return ring(Type21.Type, Type19.Type) }

// Type21 is one of them.
type Type21 struct{ base }

// Edges of the Type21.
func (Type21) Edges() []ent.Edge { return ring(Type22.Type, Type20.Type) }

// Type22 is one of them.
type Type22 struct{ base }

// Edges of the Type22.
func (Type22) Edges() []ent.Edge { return ring(Type23.Type, Type21.Type) }

// Type23 is one of them.
type Type23 struct{ base }

// Edges of the Type23.
func (Type23) Edges() []ent.Edge { return ring(Type24.Type, Type22.Type) }

// Type24 is one of them.
type Type24 struct{ base }

// Edges of the Type24.
func (Type24) Edges() []ent.Edge { return ring(Type25.Type, Type23.Type) }

// Type25 is one of them.
type Type25 struct{ base }

// Edges of the Type25.
func (Type25) Edges() []ent.Edge { return ring(Type26.Type, Type24.Type) }

// Type26 is one of them.
type Type26 struct{ base }

// Edges of the Type26.
func (Type26) Edges() []ent.Edge { return ring(Type27.Type, Type25.Type) }

// Type27 is one of them.
type Type27 struct{ base }

// Edges of the Type27.
func (Type27) Edges() []ent.Edge { return ring(Type28.Type, Type26.Type) }

// Type28 is one of them.
type Type28 struct{ base }

// Edges of the Type28.
func (Type28) Edges() []ent.Edge { return ring(Type29.Type, Type27.Type) }

// Type29 is one of them.
type Type29 struct{ base }

// Edges of the Type29.
func (Type29) Edges() []ent.Edge { return ring(Type30.Type, Type28.Type) }

// Type30 is one of them.
type Type30 struct{ base }

// Edges of the Type30.
func (Type30) Edges() []ent.Edge { return ring(Type31.Type, Type29.Type) }

// Type31 is one of them.
type Type31 struct{ base }

// Edges of the Type31.
func (Type31) Edges() []ent.Edge { return ring(Type32.Type, Type30.Type) }

// Type32 is one of them.
type Type32 struct{ base }

// Edges of the Type32.
func (Type32) Edges() []ent.Edge { return ring(Type33.Type, Type31.Type) }

// Type33 is one of them.
type Type33 struct{ base }

// Edges of the Type33.
func (Type33) Edges() []ent.Edge { return ring(Type34.Type, Type32.Type) }

// Type34 is one of them.
type Type34 struct{ base }

// Edges of the Type34.
func (Type34) Edges() []ent.Edge { return ring(Type35.Type, Type33.Type) }

// Type35 is one of them.
type Type35 struct{ base }

// Edges of the Type35.
func (Type35) Edges() []ent.Edge { return ring(Type36.Type, Type34.Type) }

// Type36 is one of them.
type Type36 struct{ base }

// Edges of the Type36.
func (Type36) Edges() []ent.Edge { return ring(Type37.Type, Type35.Type) }

// Type37 is one of them.
type Type37 struct{ base }

// Edges of the Type37.
func (Type37) Edges() []ent.Edge { return ring(Type38.Type, Type36.Type) }

// Type38 is one of them.
type Type38 struct{ base }

// Edges of the Type38.
func (Type38) Edges() []ent.Edge { return ring(Type39.Type, Type37.Type) }

// Type39 is one of them.
type Type39 struct{ base }

// Edges of the Type39.
func (Type39) Edges() []ent.Edge { return ring(Type40.Type, Type38.Type) }

// Type40 is one of them.
type Type40 struct{ base }

// Edges of the Type40.
func (Type40) Edges() []ent.Edge { return ring(Type41.Type, Type39.Type) }

// Type41 is one of them.
type Type41 struct{ base }

// Edges of the Type41.
func (Type41) Edges() []ent.Edge { return ring(Type42.Type, Type40.Type) }

// Type42 is one of them.
type Type42 struct{ base }

// Edges of the Type42.
func (Type42) Edges() []ent.Edge { return ring(Type43.Type, Type41.Type) }

// Type43 is one of them.
type Type43 struct{ base }

// Edges of the Type43.
func (Type43) Edges() []ent.Edge { return ring(Type44.Type, Type42.Type) }

// Type44 is one of them.
type Type44 struct{ base }

// Edges of the Type44.
func (Type44) Edges() []ent.Edge { return ring(Type45.Type, Type43.Type) }

// Type45 is one of them.
type Type45 struct{ base }

// Edges of the Type45.
func (Type45) Edges() []ent.Edge { return ring(Type46.Type, Type44.Type) }

// Type46 is one of them.
type Type46 struct{ base }

// Edges of the Type46.
func (Type46) Edges() []ent.Edge { return ring(Type47.Type, Type45.Type) }

// Type47 is one of them.
type Type47 struct{ base }

// Edges of the Type47.
func (Type47) Edges() []ent.Edge { return ring(Type48.Type, Type46.Type) }

// Type48 is one of them.
type Type48 struct{ base }

// Edges of the Type48.
func (Type48) Edges() []ent.Edge { return ring(Type49.Type, Type47.Type) }

// Type49 is one of them.
type Type49 struct{ base }

// Edges of the Type49.
func (Type49) Edges() []ent.Edge { return ring(Type00.Type, Type48.Type) }
