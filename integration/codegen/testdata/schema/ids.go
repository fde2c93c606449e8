// Package schema holds a type for each kind of ID.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
	"github.com/google/uuid"
)

type versioned struct{ ent.Schema }

func (versioned) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func name() ent.Field { return field.String("name").Default("") }

// Plain has ent's own int.
type Plain struct{ versioned }

func (Plain) Fields() []ent.Field { return []ent.Field{name()} }

func (Plain) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("words", Word.Type),
		edge.To("codes", Code.Type).Through("links", Link.Type),
	}
}

// Word has a string, and a foreign key.
type Word struct{ versioned }

func (Word) Fields() []ent.Field { return []ent.Field{field.String("id"), name()} }

func (Word) Edges() []ent.Edge {
	return []ent.Edge{edge.From("owner", Plain.Type).Ref("words").Unique()}
}

// Token has a UUID as its ID and as its version.
type Token struct{ ent.Schema }

func (Token) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{}} }

func (Token) Fields() []ent.Field {
	return []ent.Field{field.UUID("id", uuid.UUID{}).Default(uuid.New), name()}
}

// Serial is a named string type.
type Serial string

// Code has a named string.
type Code struct{ versioned }

func (Code) Fields() []ent.Field { return []ent.Field{field.String("id").GoType(Serial("")), name()} }

func (Code) Edges() []ent.Edge {
	return []ent.Edge{edge.From("plains", Plain.Type).Ref("codes").Through("links", Link.Type)}
}

// Wide has an int64, and a time as its version.
type Wide struct{ ent.Schema }

func (Wide) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TimeVersion{}} }

func (Wide) Fields() []ent.Field { return []ent.Field{field.Int64("id"), name()} }

// Link has a composite ID.
type Link struct{ versioned }

func (Link) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("plain_id", "code_id")}
}

func (Link) Fields() []ent.Field {
	return []ent.Field{field.Int("plain_id"), field.String("code_id").GoType(Serial("")), name()}
}

func (Link) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("plain", Plain.Type).Unique().Required().Field("plain_id"),
		edge.To("code", Code.Type).Unique().Required().Field("code_id"),
	}
}
