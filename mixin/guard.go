package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	entmixin "entgo.io/ent/schema/mixin"
	"github.com/entocc/entocc/internal/annotation"
)

// Guard guards a schema with a field that it already has, such as the rev of a table that another program has written for
// years. The field is an integer of any kind, a uuid.UUID or a time.Time that its database column keeps to the microsecond;
// it follows the rules of [Version], [TokenVersion], or a time that rises strictly. A write to a row whose integer is the
// largest of its Go type is refused by a VersionError: 127 of an int8 has no successor. Choose a wider type for rows that
// are written often.
//
//	func (Order) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.Guard{Field: "rev"}}
//	}
//
//	func (Order) Fields() []ent.Field {
//		return []ent.Field{field.Int64("rev").Default(1)}
//	}
//
// Its setters disappear from update builders. Guard needs the extension of package entc; without it, writes are refused.
type Guard struct {
	entmixin.Schema
	// Field is the name of the schema's field.
	Field string
	// AllowBlind lets writes by ID through that state no version: they are not guarded, and bump.
	AllowBlind bool
	// Only names the fields and edges whose change bumps the version; all if empty. It excludes Ignore.
	Only []string
	// Ignore names the fields and edges whose change does not bump the version.
	Ignore []string
	// Touch names edges to parents, whose foreign key is in this schema's table: a change of a row, its creation and its
	// deletion bump the version of its parent too. It needs the extension of package entc.
	Touch []string
}

// Hooks of the mixin.
func (g Guard) Hooks() []ent.Hook { return g.options().hooks(nil) }

// Annotations of the mixin.
func (g Guard) Annotations() []schema.Annotation {
	return g.options().annotations("Guard", annotation.KindField)
}

func (g Guard) options() options {
	return options{name: g.Field, allowBlind: g.AllowBlind, only: g.Only, ignore: g.Ignore, touch: g.Touch}
}
