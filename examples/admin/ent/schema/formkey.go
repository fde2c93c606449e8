package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// FormKey signs the state of forms. It is in the database, so an open form outlives a restart and may be posted to another replica.
type FormKey struct{ ent.Schema }

// Fields of the FormKey.
func (FormKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Comment("The month that it signs in, such as 2026-11.").Immutable(),
		field.Bytes("secret").Sensitive().Immutable(),
		field.Time("created_at").Default(time.Now).Immutable(),
	}
}
