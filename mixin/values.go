package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	entmixin "entgo.io/ent/schema/mixin"

	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/version"
)

// Values guards rows by the values that the caller saw in them: the write carries WHERE title = 'what I saw'. There is no version, no
// column to add and no migration, and every writer counts. In Hibernate this is OptimisticLockType.DIRTY, and ALL. It needs the
// extension of package entc.
//
//	func (Page) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.Values{}}
//	}
//
// A write compares the fields that it changes, so that two writers who change different fields do not disturb each other; a delete
// compares all. Each entity keeps the row as it was read, and what a caller makes of the entity's fields changes nothing of that.
// A value that was changed and changed back is not seen. See docs/mixins.md.
type Values struct {
	entmixin.Schema
	// All has each write compare all fields, as a delete does.
	All bool
	// Ignore names fields and edges that are not compared: a write that changes nothing else is not guarded.
	Ignore []string
	// AllowBlind lets writes by ID through, of which nobody says what the caller saw: they are not guarded.
	AllowBlind bool
}

// Hooks of the mixin.
func (v Values) Hooks() []ent.Hook {
	return []ent.Hook{hook.Guard(&version.Schema{
		Strategy: version.NoVersions{}, AllowBlind: v.AllowBlind, Ignore: v.Ignore, Values: &version.Values{All: v.All},
	})}
}

// Annotations of the mixin.
func (v Values) Annotations() []schema.Annotation {
	return []schema.Annotation{annotation.Annotation{Versions: []annotation.Version{{
		Mixin: "Values", Kind: annotation.KindValues, All: v.All, AllowBlind: v.AllowBlind, Ignore: v.Ignore,
	}}}}
}
