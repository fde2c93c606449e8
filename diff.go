package entocc

import (
	"encoding/json"
	"reflect"
	"time"

	"entgo.io/ent"
)

// Change says what a refused write wanted to do to a field.
type Change uint8

// The changes of a [FieldDiff].
const (
	// ChangeNone leaves the field alone.
	ChangeNone Change = iota
	// ChangeSet sets it to Mine.
	ChangeSet
	// ChangeCleared clears it.
	ChangeCleared
	// ChangeAdded adds Mine to the number that is there.
	ChangeAdded
	// ChangeAppended appends Mine to the JSON list that is there.
	ChangeAppended
	// ChangeEdge changes an edge by the EdgeChange in Mine.
	ChangeEdge
)

// String returns the change's name.
func (c Change) String() string {
	names := [...]string{"none", "set", "cleared", "added", "appended", "edge"}
	if int(c) < len(names) {
		return names[c]
	}
	return "unknown"
}

// EdgeChange is what a refused write wanted to do to an edge.
type EdgeChange struct {
	// Added and Removed hold IDs of the other type.
	Added, Removed []ent.Value
	// Cleared reports that all existing ones are removed.
	Cleared bool
}

// FieldDiff is one field or edge in which the sides of a conflict differ. The values have the types of the entity's
// fields; a Nillable field that is NULL is nil.
type FieldDiff struct {
	// Name is the name of the field or edge in the schema, and Column that of the field's column, by which ent's mutations
	// know it: m.SetField(d.Column, v).
	Name, Column string
	// Label is the schema's comment for it, or its name.
	Label string
	// Edge reports that this is an edge, and not a field.
	Edge bool
	// Sensitive reports that the values of the field are withheld: all three are nil.
	Sensitive bool
	// Computed reports that the schema sets the field with every update (an update default, as of updated_at), so that
	// both sides always change it. It never clashes.
	Computed bool
	// Change is what the refused write wanted.
	Change Change
	// Base is the value that was read when the write's entity was loaded, whatever the struct holds now. HasBase is false
	// if that is not known: for writes by ID, for writes that state a different version from the loaded one, for entities
	// that no query has loaded, for columns that were not selected, and for values that the entity shares with what was
	// read, such as a []byte. Then a field that is set counts as changed.
	Base    any
	HasBase bool
	// Mine is what the refused write brought: the value, the number to add, the elements to append, or an EdgeChange.
	Mine any
	// Theirs is the value in the database now. It is nil for edges, which Diff does not load.
	Theirs any
	// MineChanged reports that the refused write would change the field. A field that it sets to the value of the base,
	// like a form that posts all fields, is not changed. Without a base, each field that it sets is.
	MineChanged bool
	// TheirsChanged reports that somebody else changed the field. Without a base that is not known, and it is true if the
	// refused write would change the current value.
	TheirsChanged bool
	// clash is decided while values that are kept back are at hand.
	clash bool
}

// Clashes reports whether both sides changed the field, to different values, or to the same number: two writers who both
// took one from 5 have set 4, and one of them would be lost. An addition to a number, or an append to a list, applies to
// whatever is there, and never clashes.
func (d FieldDiff) Clashes() bool { return d.clash }

// NewFieldDiff completes a diff by what follows from its values, and keeps back those of a sensitive field. The runtime of
// generated code calls it. unseen reports that what others did can't be seen, as to an edge, so that it counts as changed.
func NewFieldDiff(d FieldDiff, unseen bool) FieldDiff {
	replaces := d.Change == ChangeSet || d.Change == ChangeCleared
	d.MineChanged = d.Change != ChangeNone && (!replaces || !d.HasBase || !equal(d.Mine, d.Base))
	switch {
	case d.Edge:
		d.TheirsChanged, d.clash = unseen, unseen
	case unseen:
		d.TheirsChanged, d.clash = replaces, replaces
	case d.HasBase:
		d.TheirsChanged = !equal(d.Base, d.Theirs)
	default:
		d.TheirsChanged = replaces && !equal(d.Mine, d.Theirs)
	}
	if replaces && !d.Computed && d.MineChanged && d.TheirsChanged && (!equal(d.Mine, d.Theirs) || counts(reflect.ValueOf(d.Mine))) {
		d.clash = true
	}
	if d.Sensitive {
		d.Base, d.Mine, d.Theirs = nil, nil, nil
	}
	return d
}

// counts reports whether a value is, or holds, a number, which may have been made of the one that was there. What can't be looked into,
// as a decimal, counts.
func counts(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid, reflect.String, reflect.Bool:
		return v.IsValid() && v.Type() == reflect.TypeFor[json.Number]()
	case reflect.Pointer, reflect.Interface:
		return counts(v.Elem())
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return false // a text or a UUID
		}
		for i := range v.Len() {
			if counts(v.Index(i)) {
				return true
			}
		}
		return false
	case reflect.Map:
		for _, value := range v.Seq2() {
			if counts(value) {
				return true
			}
		}
		return false
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return false
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() || counts(v.Field(i)) {
				return true
			}
		}
		return false
	}
	return true
}

// equal compares values of fields: times by their instant, everything else deeply.
func equal(a, b any) bool {
	if x, ok := a.(interface{ Equal(any) bool }); ok {
		return x.Equal(b)
	}
	if same, ok := equalByMethod(a, b); ok {
		return same
	}
	return reflect.DeepEqual(a, b)
}

// equalByMethod uses a method Equal that takes the value's own type, as time.Time has.
func equalByMethod(a, b any) (same, ok bool) {
	if a == nil || b == nil || reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false, false
	}
	m := reflect.ValueOf(a).MethodByName("Equal")
	t := reflect.TypeOf(a)
	if !m.IsValid() || m.Type().NumIn() != 1 || m.Type().In(0) != t || m.Type().NumOut() != 1 || m.Type().Out(0).Kind() != reflect.Bool {
		return false, false
	}
	return m.Call([]reflect.Value{reflect.ValueOf(b)})[0].Bool(), true
}
