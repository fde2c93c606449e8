// Package schema is guarded by a time that PostgreSQL stores in whole seconds.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Order has a different column type on each database.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "updated_at"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field {
	return []ent.Field{field.Time("updated_at").Default(time.Now).SchemaType(map[string]string{
		dialect.MySQL:    "datetime(6)",
		dialect.Postgres: "timestamp(0)",
	})}
}
