package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/version"
)

// options is what the mixins have in common.
type options struct {
	name, storageKey string
	allowBlind       bool
	only, ignore     []string
	touch            []string
}

func (o options) hooks(strategy version.Strategy) []ent.Hook {
	column := o.storageKey
	if column == "" {
		column = o.name
	}
	s := &version.Schema{
		Field: o.name, Column: column, Strategy: strategy,
		AllowBlind: o.allowBlind, Only: o.only, Ignore: o.ignore,
	}
	for _, name := range o.touch {
		s.Touch = append(s.Touch, &version.Touch{Edge: name})
	}
	return []ent.Hook{hook.Guard(s)}
}

func (o options) annotations(mixin, kind string) []schema.Annotation {
	return []schema.Annotation{o.annotation(mixin, kind)}
}

func (o options) annotation(mixin, kind string) annotation.Annotation {
	return annotation.Annotation{Versions: []annotation.Version{{
		Mixin: mixin, Field: o.name, Kind: kind,
		AllowBlind: o.allowBlind, Only: o.only, Ignore: o.ignore, Touch: o.touch,
	}}}
}

// field makes the version field of d, which clients of generated APIs can't set. It carries the mixin's annotation too: a mixin of the project's own that takes over
// nothing but the Fields is seen by the extension anyway.
func (o options) field(d *field.Descriptor, mixin, kind string, update any) []ent.Field {
	d.UpdateDefault = update
	d.Annotations = append(append(d.Annotations, o.annotation(mixin, kind)), annotation.WriteProtected()...)
	return []ent.Field{versionField{d}}
}

func nameOr(name string) string {
	if name == "" {
		return "version"
	}
	return name
}

// versionField is a field that update builders have no setter for, and that hooks can set anyway: one that is
// immutable and has an update default. The extension takes the update default away again.
type versionField struct{ d *field.Descriptor }

// Descriptor implements ent.Field.
func (f versionField) Descriptor() *field.Descriptor { return f.d }
