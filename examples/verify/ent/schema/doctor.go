// Package schema holds the doctors of a ward.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Doctor is on call, or not.
type Doctor struct{ ent.Schema }

// Mixin of the Doctor.
func (Doctor) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Doctor.
func (Doctor) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.Bool("on_call").Default(true)}
}
