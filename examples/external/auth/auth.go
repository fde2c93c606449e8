// Package auth stands for somebody else's module: its ent schemas do not know about entocc, and can't be changed.
package auth

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

// Audited adds the time of creation.
type Audited struct{ mixin.Schema }

// Fields of the mixin.
func (Audited) Fields() []ent.Field {
	return []ent.Field{field.Time("created_at").Default(time.Now).Immutable()}
}

// Group has permissions and members.
type Group struct{ ent.Schema }

// Mixin of the Group.
func (Group) Mixin() []ent.Mixin { return []ent.Mixin{Audited{}} }

// Fields of the Group.
func (Group) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").Unique(),
		field.Strings("permissions"),
	}
}

// Edges of the Group.
func (Group) Edges() []ent.Edge {
	return []ent.Edge{edge.To("members", Member.Type)}
}

// Member belongs to groups.
type Member struct{ ent.Schema }

// Fields of the Member.
func (Member) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Member.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{edge.From("groups", Group.Type).Ref("members")}
}
