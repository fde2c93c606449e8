package entity

import (
	"reflect"
	"slices"
	"time"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

// Loaded is a row as it was read, which generated entities keep. Changes that a caller has made since to an entity, or
// to maps and slices that it shares, say nothing about what was read: forms are decoded into entities.
//
// It keeps the values that ent scanned the row into and would otherwise drop. They are not copied.
type Loaded struct {
	columns []string
	values  []any
	// created is a copy of the mutation that created an entity, if the entity was not read.
	created Creation
}

// Keep keeps a row. No other row may be scanned into the values.
func (l *Loaded) Keep(columns []string, values []any) { l.columns, l.values = columns, values }

// Keeping wraps assign so that the row is kept.
func (l *Loaded) Keeping(assign func([]string, []any) error) func([]string, []any) error {
	return func(columns []string, values []any) error {
		l.Keep(columns, values)
		return assign(columns, values)
	}
}

// Creation is a mutation that creates an entity.
type Creation interface {
	Field(name string) (ent.Value, bool)
}

// Created keeps what the creation of an entity set. Values that the database itself put into other fields are not
// known. The mutation is a copy, because its builder may go on to create another entity.
func (l *Loaded) Created(copied Creation) { l.created = copied }

// Row returns the row of an entity as it was read: in fresh, an empty entity of the same type, to which assign is
// bound. An entity that was neither read nor created is used as it is, and can't be the base of a diff.
func (l *Loaded) Row(entity, fresh any, assign func([]string, []any) error) ReadRow {
	if l.created != nil {
		return ReadRow{entity: entity, created: l.created}
	}
	if l.columns == nil || assign(l.columns, l.values) != nil {
		return ReadRow{entity: entity}
	}
	return ReadRow{entity: fresh, columns: l.columns}
}

// ReadRow is an entity that a diff compares with. The zero value stands for no entity.
type ReadRow struct {
	entity any
	// columns are the columns that were read; nil for an entity that may have been changed since.
	columns []string
	// created is the mutation that created the entity, if it was not read.
	created Creation
}

// RowOf returns a ReadRow as it is, or makes one for an entity that does not know what was read.
func RowOf(entity any) ReadRow {
	if r, ok := entity.(ReadRow); ok {
		return r
	}
	return ReadRow{entity: entity}
}

// value returns the row's value of a field; false if it is not known.
func (r ReadRow) value(f version.Field) (any, bool) {
	if r.created != nil {
		return r.created.Field(f.Column)
	}
	if r.columns != nil && !slices.Contains(r.columns, f.Column) {
		return nil, false
	}
	return entityField(r.entity, f.Struct)
}

// read returns what was read into a field; false if it is not known. If an entity shares a value with the destination
// that it was scanned into, a change may have affected both.
func (r ReadRow) read(f version.Field) (any, bool) {
	if r.created != nil {
		v, ok := r.value(f)
		if !ok || hasReferences(reflect.TypeOf(v)) {
			return nil, false // The entity shares it with its mutation.
		}
		return v, true
	}
	if r.columns == nil || !f.JSON && inPlace(r.entity, f) {
		return nil, false
	}
	return r.value(f)
}

// inPlace reports whether an in-place change of the field's value also changes the destination that it was scanned
// into.
func inPlace(entity any, f version.Field) bool {
	t := reflect.ValueOf(entity).Elem().FieldByName(f.Struct).Type()
	if f.Nillable && t.Kind() == reflect.Pointer {
		t = t.Elem() // ent makes new pointers here.
	}
	return hasReferences(t)
}

var timeType = reflect.TypeFor[time.Time]()

// hasReferences reports whether values of the type refer to something that can be changed in place.
func hasReferences(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return hasReferences(t.Elem())
	case reflect.Struct:
		if t == timeType {
			return false
		}
		for i := range t.NumField() {
			if hasReferences(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	default:
		return false
	}
}

// sameVersion compares versions as entities hold them: NULL as the zero version.
func sameVersion(s *version.Schema, loaded, stated any) bool {
	if loaded == nil {
		return s.Strategy.IsZero(stated)
	}
	return s.Strategy.Equal(loaded, stated)
}

// Clashes returns the fields and edges that a merge can't decide. Fields that are never merged clash as well if
// somebody changed them, or if there is no base to compare with.
func Clashes(s *version.Schema, base ReadRow, diffs []entocc.FieldDiff, never []string) []entocc.FieldDiff {
	var clashes []entocc.FieldDiff
	named := func(name string) bool {
		return slices.ContainsFunc(diffs, func(d entocc.FieldDiff) bool { return d.Name == name })
	}
	for _, d := range diffs {
		if d.Clashes() || slices.Contains(never, d.Name) {
			clashes = append(clashes, d)
		}
	}
	for _, f := range s.Fields {
		if !slices.Contains(never, f.Name) || named(f.Name) {
			continue
		}
		if _, ok := base.read(f); !ok {
			clashes = append(clashes, entocc.FieldDiff{
				Name: f.Name, Column: f.Column, Label: labelOr(f.Label, f.Name), Sensitive: f.Sensitive, Computed: f.Computed, TheirsChanged: true,
			})
		}
	}
	return clashes
}

// Holds reports whether the row was read with this version.
func (r ReadRow) Holds(s *version.Schema, version any) bool {
	for _, f := range s.Fields {
		if f.Column != s.Column {
			continue
		}
		v, ok := r.value(f)
		if !ok && s.Strategy.BySystem() { // The creation did not set it.
			v, ok = entityField(r.entity, f.Struct)
		}
		if ok && sameVersion(s, v, version) {
			return true
		}
	}
	return false
}
