package mixin

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/hook"
)

// options is what the mixins have in common.
type options struct {
	name, storageKey string
	allowBlind       bool
	only, ignore     []string
	touch            []string
}

func (o options) hooks(strategy hook.Strategy) []ent.Hook {
	column := o.storageKey
	if column == "" {
		column = o.name
	}
	s := &hook.Schema{
		Field: o.name, Column: column, Strategy: strategy,
		AllowBlind: o.allowBlind, Only: o.only, Ignore: o.ignore,
	}
	for _, name := range o.touch {
		s.Touch = append(s.Touch, &hook.Touch{Edge: name})
	}
	return []ent.Hook{hook.Guard(s)}
}

func (o options) annotations(mixin, kind string) []schema.Annotation {
	return []schema.Annotation{Annotation{Versions: []VersionAnnotation{{
		Mixin: mixin, Field: o.name, Kind: kind,
		AllowBlind: o.allowBlind, Only: o.only, Ignore: o.ignore, Touch: o.touch,
	}}}}
}

func nameOr(name string) string {
	if name == "" {
		return "version"
	}
	return name
}

// versionField is a field that update builders have no setter for, and that hooks can set all the same: one that is
// immutable and has an update default. The extension takes the update default away again.
type versionField struct{ d *field.Descriptor }

func (f versionField) updated(value any) versionField {
	f.d.UpdateDefault = value
	return f
}

// Descriptor implements ent.Field.
func (f versionField) Descriptor() *field.Descriptor { return f.d }
