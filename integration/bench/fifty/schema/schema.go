// Package schema has 50 types, for the time that generating code takes.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// base is what the types have in common.
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

// Type00 is one of them.
type Type00 struct{ base }

// Edges of the Type00.
func (Type00) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type01.Type), edge.From("previous", Type49.Type).Ref("next").Unique()}
}

// Type01 is one of them.
type Type01 struct{ base }

// Edges of the Type01.
func (Type01) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type02.Type), edge.From("previous", Type00.Type).Ref("next").Unique()}
}

// Type02 is one of them.
type Type02 struct{ base }

// Edges of the Type02.
func (Type02) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type03.Type), edge.From("previous", Type01.Type).Ref("next").Unique()}
}

// Type03 is one of them.
type Type03 struct{ base }

// Edges of the Type03.
func (Type03) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type04.Type), edge.From("previous", Type02.Type).Ref("next").Unique()}
}

// Type04 is one of them.
type Type04 struct{ base }

// Edges of the Type04.
func (Type04) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type05.Type), edge.From("previous", Type03.Type).Ref("next").Unique()}
}

// Type05 is one of them.
type Type05 struct{ base }

// Edges of the Type05.
func (Type05) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type06.Type), edge.From("previous", Type04.Type).Ref("next").Unique()}
}

// Type06 is one of them.
type Type06 struct{ base }

// Edges of the Type06.
func (Type06) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type07.Type), edge.From("previous", Type05.Type).Ref("next").Unique()}
}

// Type07 is one of them.
type Type07 struct{ base }

// Edges of the Type07.
func (Type07) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type08.Type), edge.From("previous", Type06.Type).Ref("next").Unique()}
}

// Type08 is one of them.
type Type08 struct{ base }

// Edges of the Type08.
func (Type08) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type09.Type), edge.From("previous", Type07.Type).Ref("next").Unique()}
}

// Type09 is one of them.
type Type09 struct{ base }

// Edges of the Type09.
func (Type09) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type10.Type), edge.From("previous", Type08.Type).Ref("next").Unique()}
}

// Type10 is one of them.
type Type10 struct{ base }

// Edges of the Type10.
func (Type10) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type11.Type), edge.From("previous", Type09.Type).Ref("next").Unique()}
}

// Type11 is one of them.
type Type11 struct{ base }

// Edges of the Type11.
func (Type11) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type12.Type), edge.From("previous", Type10.Type).Ref("next").Unique()}
}

// Type12 is one of them.
type Type12 struct{ base }

// Edges of the Type12.
func (Type12) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type13.Type), edge.From("previous", Type11.Type).Ref("next").Unique()}
}

// Type13 is one of them.
type Type13 struct{ base }

// Edges of the Type13.
func (Type13) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type14.Type), edge.From("previous", Type12.Type).Ref("next").Unique()}
}

// Type14 is one of them.
type Type14 struct{ base }

// Edges of the Type14.
func (Type14) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type15.Type), edge.From("previous", Type13.Type).Ref("next").Unique()}
}

// Type15 is one of them.
type Type15 struct{ base }

// Edges of the Type15.
func (Type15) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type16.Type), edge.From("previous", Type14.Type).Ref("next").Unique()}
}

// Type16 is one of them.
type Type16 struct{ base }

// Edges of the Type16.
func (Type16) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type17.Type), edge.From("previous", Type15.Type).Ref("next").Unique()}
}

// Type17 is one of them.
type Type17 struct{ base }

// Edges of the Type17.
func (Type17) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type18.Type), edge.From("previous", Type16.Type).Ref("next").Unique()}
}

// Type18 is one of them.
type Type18 struct{ base }

// Edges of the Type18.
func (Type18) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type19.Type), edge.From("previous", Type17.Type).Ref("next").Unique()}
}

// Type19 is one of them.
type Type19 struct{ base }

// Edges of the Type19.
func (Type19) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type20.Type), edge.From("previous", Type18.Type).Ref("next").Unique()}
}

// Type20 is one of them.
type Type20 struct{ base }

// Edges of the Type20.
func (Type20) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type21.Type), edge.From("previous", Type19.Type).Ref("next").Unique()}
}

// Type21 is one of them.
type Type21 struct{ base }

// Edges of the Type21.
func (Type21) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type22.Type), edge.From("previous", Type20.Type).Ref("next").Unique()}
}

// Type22 is one of them.
type Type22 struct{ base }

// Edges of the Type22.
func (Type22) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type23.Type), edge.From("previous", Type21.Type).Ref("next").Unique()}
}

// Type23 is one of them.
type Type23 struct{ base }

// Edges of the Type23.
func (Type23) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type24.Type), edge.From("previous", Type22.Type).Ref("next").Unique()}
}

// Type24 is one of them.
type Type24 struct{ base }

// Edges of the Type24.
func (Type24) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type25.Type), edge.From("previous", Type23.Type).Ref("next").Unique()}
}

// Type25 is one of them.
type Type25 struct{ base }

// Edges of the Type25.
func (Type25) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type26.Type), edge.From("previous", Type24.Type).Ref("next").Unique()}
}

// Type26 is one of them.
type Type26 struct{ base }

// Edges of the Type26.
func (Type26) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type27.Type), edge.From("previous", Type25.Type).Ref("next").Unique()}
}

// Type27 is one of them.
type Type27 struct{ base }

// Edges of the Type27.
func (Type27) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type28.Type), edge.From("previous", Type26.Type).Ref("next").Unique()}
}

// Type28 is one of them.
type Type28 struct{ base }

// Edges of the Type28.
func (Type28) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type29.Type), edge.From("previous", Type27.Type).Ref("next").Unique()}
}

// Type29 is one of them.
type Type29 struct{ base }

// Edges of the Type29.
func (Type29) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type30.Type), edge.From("previous", Type28.Type).Ref("next").Unique()}
}

// Type30 is one of them.
type Type30 struct{ base }

// Edges of the Type30.
func (Type30) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type31.Type), edge.From("previous", Type29.Type).Ref("next").Unique()}
}

// Type31 is one of them.
type Type31 struct{ base }

// Edges of the Type31.
func (Type31) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type32.Type), edge.From("previous", Type30.Type).Ref("next").Unique()}
}

// Type32 is one of them.
type Type32 struct{ base }

// Edges of the Type32.
func (Type32) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type33.Type), edge.From("previous", Type31.Type).Ref("next").Unique()}
}

// Type33 is one of them.
type Type33 struct{ base }

// Edges of the Type33.
func (Type33) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type34.Type), edge.From("previous", Type32.Type).Ref("next").Unique()}
}

// Type34 is one of them.
type Type34 struct{ base }

// Edges of the Type34.
func (Type34) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type35.Type), edge.From("previous", Type33.Type).Ref("next").Unique()}
}

// Type35 is one of them.
type Type35 struct{ base }

// Edges of the Type35.
func (Type35) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type36.Type), edge.From("previous", Type34.Type).Ref("next").Unique()}
}

// Type36 is one of them.
type Type36 struct{ base }

// Edges of the Type36.
func (Type36) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type37.Type), edge.From("previous", Type35.Type).Ref("next").Unique()}
}

// Type37 is one of them.
type Type37 struct{ base }

// Edges of the Type37.
func (Type37) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type38.Type), edge.From("previous", Type36.Type).Ref("next").Unique()}
}

// Type38 is one of them.
type Type38 struct{ base }

// Edges of the Type38.
func (Type38) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type39.Type), edge.From("previous", Type37.Type).Ref("next").Unique()}
}

// Type39 is one of them.
type Type39 struct{ base }

// Edges of the Type39.
func (Type39) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type40.Type), edge.From("previous", Type38.Type).Ref("next").Unique()}
}

// Type40 is one of them.
type Type40 struct{ base }

// Edges of the Type40.
func (Type40) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type41.Type), edge.From("previous", Type39.Type).Ref("next").Unique()}
}

// Type41 is one of them.
type Type41 struct{ base }

// Edges of the Type41.
func (Type41) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type42.Type), edge.From("previous", Type40.Type).Ref("next").Unique()}
}

// Type42 is one of them.
type Type42 struct{ base }

// Edges of the Type42.
func (Type42) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type43.Type), edge.From("previous", Type41.Type).Ref("next").Unique()}
}

// Type43 is one of them.
type Type43 struct{ base }

// Edges of the Type43.
func (Type43) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type44.Type), edge.From("previous", Type42.Type).Ref("next").Unique()}
}

// Type44 is one of them.
type Type44 struct{ base }

// Edges of the Type44.
func (Type44) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type45.Type), edge.From("previous", Type43.Type).Ref("next").Unique()}
}

// Type45 is one of them.
type Type45 struct{ base }

// Edges of the Type45.
func (Type45) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type46.Type), edge.From("previous", Type44.Type).Ref("next").Unique()}
}

// Type46 is one of them.
type Type46 struct{ base }

// Edges of the Type46.
func (Type46) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type47.Type), edge.From("previous", Type45.Type).Ref("next").Unique()}
}

// Type47 is one of them.
type Type47 struct{ base }

// Edges of the Type47.
func (Type47) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type48.Type), edge.From("previous", Type46.Type).Ref("next").Unique()}
}

// Type48 is one of them.
type Type48 struct{ base }

// Edges of the Type48.
func (Type48) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type49.Type), edge.From("previous", Type47.Type).Ref("next").Unique()}
}

// Type49 is one of them.
type Type49 struct{ base }

// Edges of the Type49.
func (Type49) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type00.Type), edge.From("previous", Type48.Type).Ref("next").Unique()}
}
