// Package schema has one type more than testdata/values.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"

	"github.com/entocc/entocc/mixin"
)

type (
	base struct{ ent.Schema }
	// User is guarded by its values.
	User struct{ base }
	// Person is guarded by its values.
	Person struct{ base }
	// Guest is guarded by its values.
	Guest struct{ base }
)

// Mixin of them all.
func (base) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Values{}, entmixin.CreateTime{}} }

// Fields of them all.
func (base) Fields() []ent.Field { return []ent.Field{field.String("name")} }
