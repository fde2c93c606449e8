// Package schema gets its versions from its own mixins, which reuse parts of entocc's.
package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	entmixin "entgo.io/ent/schema/mixin"
	"github.com/entocc/entocc/mixin"
)

// named has the field that all types have.
type named struct{ ent.Schema }

func (named) Fields() []ent.Field {
	return []ent.Field{field.Int("id"), field.String("name").Default(""), field.String("seen").Default("")}
}

// fieldsOnly is a mixin that reuses only the fields of another one.
type fieldsOnly struct {
	entmixin.Schema
	fields func() []ent.Field
}

func (m fieldsOnly) Fields() []ent.Field { return m.fields() }

// Counted, Timed and Random have only the field of their mixin.
type (
	Counted struct{ named }
	Timed   struct{ named }
	Random  struct{ named }
)

func (Counted) Mixin() []ent.Mixin { return []ent.Mixin{fieldsOnly{fields: mixin.Version{}.Fields}} }
func (Timed) Mixin() []ent.Mixin   { return []ent.Mixin{fieldsOnly{fields: mixin.TimeVersion{}.Fields}} }
func (Random) Mixin() []ent.Mixin {
	return []ent.Mixin{fieldsOnly{fields: mixin.TokenVersion{}.Fields}}
}

// Appended has the field among others, under another name, with an option.
type Appended struct{ named }

func (Appended) Mixin() []ent.Mixin {
	return []ent.Mixin{fieldsOnly{fields: func() []ent.Field {
		return append(entmixin.CreateTime{}.Fields(), mixin.Version{Name: "rev", StorageKey: "rev_no", Ignore: []string{"seen"}}.Fields()...)
	}}}
}

// Direct has the field in its own Fields, without a mixin.
type Direct struct{ ent.Schema }

func (Direct) Fields() []ent.Field { return append(named{}.Fields(), mixin.Version{}.Fields()...) }

// Wrapped has the field from a mixin that ent wraps.
type Wrapped struct{ named }

func (Wrapped) Mixin() []ent.Mixin {
	return []ent.Mixin{entmixin.AnnotateFields(fieldsOnly{fields: mixin.Version{}.Fields}, other{})}
}

type other struct{}

func (other) Name() string { return "Other" }

// hooksOver embeds a mixin of entocc, and replaces its hooks.
type hooksOver struct{ mixin.Version }

func (hooksOver) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator { return next }}
}

// Rehooked has other hooks, Bare has none, and Unannotated has no annotation.
type (
	Rehooked    struct{ named }
	Bare        struct{ named }
	Unannotated struct{ named }
)

func (Rehooked) Mixin() []ent.Mixin { return []ent.Mixin{hooksOver{}} }

type bare struct{ mixin.Version }

func (bare) Hooks() []ent.Hook { return nil }

func (Bare) Mixin() []ent.Mixin { return []ent.Mixin{bare{}} }

type unannotated struct{ mixin.Version }

func (unannotated) Annotations() []schema.Annotation { return nil }

func (Unannotated) Mixin() []ent.Mixin { return []ent.Mixin{unannotated{}} }

// Own has its own version field, guarded by a mixin without its hooks.
type Own struct{ named }

type own struct{ mixin.Guard }

func (own) Hooks() []ent.Hook { return nil }

func (Own) Mixin() []ent.Mixin { return []ent.Mixin{own{mixin.Guard{Field: "rev"}}} }

func (Own) Fields() []ent.Field { return append(named{}.Fields(), field.Int64("rev").Default(1)) }

// Blind has the option that lets writes by ID through.
type Blind struct{ named }

func (Blind) Mixin() []ent.Mixin {
	return []ent.Mixin{fieldsOnly{fields: mixin.Version{AllowBlind: true}.Fields}}
}
