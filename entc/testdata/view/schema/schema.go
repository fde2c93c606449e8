// Package schema has a view with a version.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// Summary is a view.
type Summary struct{ ent.View }

// Mixin of the Summary.
func (Summary) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Summary.
func (Summary) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// User is a table: ent generates no client for views alone.
type User struct{ ent.Schema }
