package project

import (
	"fmt"

	"entgo.io/ent/entc/gen"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/internal/annotation"
	"github.com/entocc/entocc/internal/counted"
	"github.com/entocc/entocc/internal/version"
)

// Column returns the column of the version.
func (t *Type) Column() string {
	for _, f := range t.Node.Fields {
		if f.Name == t.Version.Field {
			return f.StorageKey()
		}
	}
	return t.Version.Field
}

// Table is a type's table exactly as it is in the generated VersionedTables: triggers carry a stamp made from it.
func (t *Type) Table() (version.Table, error) {
	v := version.Table{
		Schema: &version.Schema{Type: t.Name, Field: t.Version.Field, Column: t.Column()},
		Name:   t.Node.Table(),
	}
	for _, c := range counted.Columns(t.Node, *t.Version) {
		v.Counted = append(v.Counted, c.Name)
	}
	if a := t.Node.EntSQL(); a != nil {
		v.Namespace = a.Schema
	}
	key := []*gen.Field{t.Node.ID}
	if !t.Node.HasOneFieldID() {
		key = t.Node.EdgeSchema.ID
	}
	for _, f := range key {
		v.Key = append(v.Key, f.StorageKey())
	}
	v.Schema.Strategy = t.strategy()
	if v.Schema.Strategy == nil {
		return v, fmt.Errorf("the version of %s is of a kind that this entocc does not know: go install the one of the module", t.Name)
	}
	return v, nil
}

// strategy returns how a version follows another; nil if that is not known.
func (t *Type) strategy() version.Strategy {
	switch t.Version.Kind {
	case annotation.KindCounter:
		return version.Counter{}
	case annotation.KindTime:
		return version.Timestamp{}
	case annotation.KindToken:
		return version.Token{}
	case annotation.KindTrigger:
		return version.Trigger{}
	case annotation.KindSystem:
		return version.System{}
	}
	for _, f := range t.Node.Fields {
		if f.Name == t.Version.Field {
			return ofField(f.Type.Type)
		}
	}
	return nil
}

// ofField returns the strategy of mixin.Guard on a field of this type.
func ofField(typ field.Type) version.Strategy {
	return map[field.Type]version.Strategy{
		field.TypeInt64: version.Counter{}, field.TypeUUID: version.Token{}, field.TypeTime: version.Time{},
		field.TypeInt: version.Integer[int]{}, field.TypeInt8: version.Integer[int8]{}, field.TypeInt16: version.Integer[int16]{},
		field.TypeInt32: version.Integer[int32]{}, field.TypeUint: version.Integer[uint]{}, field.TypeUint8: version.Integer[uint8]{},
		field.TypeUint16: version.Integer[uint16]{}, field.TypeUint32: version.Integer[uint32]{}, field.TypeUint64: version.Integer[uint64]{},
	}[typ]
}
