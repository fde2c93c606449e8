package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"

	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/version"
)

// SystemVersion guards rows by PostgreSQL's own xmin, the number of the transaction that last wrote a row. There is no
// column to add and no migration, and every writer counts: ent, psql, a program in another language. It needs PostgreSQL
// and the extension of package entc; writes on another database are refused.
//
//	func (Invoice) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.SystemVersion{}}
//	}
//
// Versions have no order, and must not outlive the database: a restored dump has different ones. Each write changes the
// version, so there is no Only and no Ignore. In a transaction of the client each write is a subtransaction (SAVEPOINT and
// RELEASE), as two writes would otherwise have the same xmin. See docs/mixins.md for what it can't see.
type SystemVersion struct {
	entmixin.Schema
	// Name is the name of the field; "version" if empty.
	Name string
	// AllowBlind lets writes by ID through that state no version: they are not guarded.
	AllowBlind bool
	// Touch names edges to parents, whose foreign key is in this schema's table: a change of a row, its creation and its
	// deletion bump the version of its parent too.
	Touch []string
}

// Fields of the mixin.
func (v SystemVersion) Fields() []ent.Field {
	return v.options().field(
		field.Int64(nameOr(v.Name)).Optional().Immutable().StorageKey(annotation.SystemColumn).Annotations(entsql.Skip()).
			Comment("Version is the transaction that wrote this row last, for optimistic concurrency control.").Descriptor(),
		"SystemVersion", annotation.KindSystem, func() int64 { return 0 },
	)
}

// Hooks of the mixin.
func (v SystemVersion) Hooks() []ent.Hook { return v.options().hooks(version.System{}) }

// Annotations of the mixin.
func (v SystemVersion) Annotations() []schema.Annotation {
	return v.options().annotations("SystemVersion", annotation.KindSystem)
}

func (v SystemVersion) options() options {
	return options{name: nameOr(v.Name), storageKey: annotation.SystemColumn, allowBlind: v.AllowBlind, touch: v.Touch}
}
