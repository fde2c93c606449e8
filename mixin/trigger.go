package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"

	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/version"
)

// TriggerVersion adds an int64 version that a trigger of the database sets, whoever writes: ent, psql, a program in another
// language. The trigger is one of package trigger, or an existing one with its own rule: a sequence, a step of ten. A save
// returns the row as the trigger left it.
//
//	func (User) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.TriggerVersion{}}
//	}
//
// A save writes old + 1 itself, and the trigger may replace that. So ent's writers notice each other even if somebody has
// dropped the trigger; writers that bypass ent then go unnoticed. Check the triggers when the program starts:
//
//	err := ent.CheckGuards(triggers.Require(ctx, db))
//
// On SQLite, where a statement does not show what its triggers do, a save is an UPDATE and a SELECT in a transaction.
type TriggerVersion struct {
	entmixin.Schema
	// Name is the name of the field; "version" if empty.
	Name string
	// StorageKey is the name of the column; that of the field if empty.
	StorageKey string
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

// Fields of the mixin.
func (v TriggerVersion) Fields() []ent.Field {
	return v.options().field(
		field.Int64(nameOr(v.Name)).Default(1).Immutable().StorageKey(v.StorageKey).
			Comment("Version is moved on by a trigger with every write of this row, for optimistic concurrency control.").Descriptor(),
		"TriggerVersion", annotation.KindTrigger, func() int64 { return 0 },
	)
}

// Hooks of the mixin.
func (v TriggerVersion) Hooks() []ent.Hook { return v.options().hooks(version.Trigger{}) }

// Annotations of the mixin.
func (v TriggerVersion) Annotations() []schema.Annotation {
	return v.options().annotations("TriggerVersion", annotation.KindTrigger)
}

func (v TriggerVersion) options() options {
	return options{nameOr(v.Name), v.StorageKey, v.AllowBlind, v.Only, v.Ignore, v.Touch}
}
