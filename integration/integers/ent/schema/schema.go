// Package schema has a type for each kind of integer that can be a version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// guarded is what all types share.
type guarded struct{ ent.Schema }

// Mixin of each type.
func (guarded) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

func fields(rev ent.Field) []ent.Field { return []ent.Field{rev, field.String("title")} }

type (
	// Plain is guarded by an int.
	Plain struct{ guarded }
	// Tiny is guarded by an int8.
	Tiny struct{ guarded }
	// Short is guarded by an int16.
	Short struct{ guarded }
	// Medium is guarded by an int32.
	Medium struct{ guarded }
	// Bare is guarded by a uint.
	Bare struct{ guarded }
	// Small is guarded by a uint8.
	Small struct{ guarded }
	// Double is guarded by a uint16.
	Double struct{ guarded }
	// Quad is guarded by a uint32.
	Quad struct{ guarded }
	// Huge is guarded by a uint64.
	Huge struct{ guarded }
)

// Fields of the Plain.
func (Plain) Fields() []ent.Field { return fields(field.Int("rev").Default(1)) }

// Fields of the Tiny.
func (Tiny) Fields() []ent.Field { return fields(field.Int8("rev").Default(1)) }

// Fields of the Short.
func (Short) Fields() []ent.Field { return fields(field.Int16("rev").Default(1)) }

// Fields of the Medium.
func (Medium) Fields() []ent.Field { return fields(field.Int32("rev").Default(1)) }

// Fields of the Bare.
func (Bare) Fields() []ent.Field { return fields(field.Uint("rev").Default(1)) }

// Fields of the Small.
func (Small) Fields() []ent.Field { return fields(field.Uint8("rev").Default(1)) }

// Fields of the Double.
func (Double) Fields() []ent.Field { return fields(field.Uint16("rev").Default(1)) }

// Fields of the Quad.
func (Quad) Fields() []ent.Field { return fields(field.Uint32("rev").Default(1)) }

// Fields of the Huge.
func (Huge) Fields() []ent.Field { return fields(field.Uint64("rev").Default(1)) }
