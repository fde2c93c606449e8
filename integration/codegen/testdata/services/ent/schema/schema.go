// Package schema is annotated for entproto's services.
package schema

import (
	"entgo.io/contrib/entproto"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Note is guarded, and its messages have the version.
type Note struct{ ent.Schema }

// Mixin of the Note.
func (Note) Mixin() []ent.Mixin { return []ent.Mixin{numbered{}} }

// Fields of the Note.
func (Note) Fields() []ent.Field {
	return []ent.Field{field.String("title").Annotations(entproto.Field(2))}
}

// Annotations of the Note.
func (Note) Annotations() []schema.Annotation {
	return []schema.Annotation{entproto.Message(), entproto.Service()}
}

// numbered is mixin.Version with a field number for protobuf messages.
type numbered struct{ mixin.Version }

// Fields of the mixin.
func (v numbered) Fields() []ent.Field {
	fields := v.Version.Fields()
	d := fields[0].Descriptor()
	d.Annotations = append(d.Annotations, entproto.Field(3))
	return fields
}
