package entity

import (
	"reflect"
	"slices"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/version"
)

func labelOr(label, name string) string {
	if label == "" {
		return name
	}
	return label
}

// changeOf returns what the mutation does to a field.
func changeOf(m ent.Mutation, f version.Field) (entocc.Change, any) {
	if slices.Contains(m.ClearedFields(), f.Column) {
		if v, ok := m.Field(f.Column); ok {
			return entocc.ChangeSet, indirect(reflect.ValueOf(v))
		}
		return entocc.ChangeCleared, nil
	}
	if v, ok := m.AddedField(f.Column); ok {
		return entocc.ChangeAdded, v
	}
	if v, ok := m.Field(f.Column); ok {
		return entocc.ChangeSet, indirect(reflect.ValueOf(v))
	}
	if a, ok := m.(Appender); ok && slices.Contains(a.VersionAppends(), f.Column) {
		out := reflect.ValueOf(m).MethodByName("Appended" + f.Struct).Call(nil)
		return entocc.ChangeAppended, out[0].Interface()
	}
	return entocc.ChangeNone, nil
}

// edgeChangeOf returns what the mutation does to an edge, or nil.
func edgeChangeOf(m ent.Mutation, name string) *entocc.EdgeChange {
	c := &entocc.EdgeChange{Added: m.AddedIDs(name), Removed: m.RemovedIDs(name), Cleared: m.EdgeCleared(name)}
	if len(c.Added)+len(c.Removed) == 0 && !c.Cleared {
		return nil
	}
	return c
}

// entityField returns the value of an entity's field; false for no entity.
func entityField(entity any, name string) (any, bool) {
	v := reflect.ValueOf(entity)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, false
	}
	return indirect(v.Elem().FieldByName(name)), true
}

// indirect returns the value of a Nillable field, or nil.
func indirect(v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	return v.Interface()
}

// VersionOf returns an entity's version.
func VersionOf(s *version.Schema, entity any) any {
	for _, f := range s.Fields {
		if f.Column == s.Column {
			v, _ := entityField(entity, f.Struct)
			return v
		}
	}
	return nil
}

// Diff compares what a mutation wants with the row that it was made from, which may be missing, and the current row.
func Diff(s *version.Schema, m ent.Mutation, base, theirs ReadRow) []entocc.FieldDiff {
	var diffs []entocc.FieldDiff
	for _, f := range s.Fields {
		if f.Column == s.Column {
			continue
		}
		d := entocc.FieldDiff{Name: f.Name, Column: f.Column, Label: labelOr(f.Label, f.Name), Sensitive: f.Sensitive, Computed: f.Computed}
		d.Change, d.Mine = changeOf(m, f)
		if d.Base, d.HasBase = base.read(f); !d.HasBase && d.Change == entocc.ChangeNone {
			d.Base, d.HasBase = base.value(f) // Nothing of the caller's can be lost here, and it is useful to show what others did.
		}
		var seen bool
		d.Theirs, seen = theirs.value(f)
		if d = entocc.NewFieldDiff(d, !seen); d.MineChanged || d.TheirsChanged {
			diffs = append(diffs, d)
		}
	}
	for _, e := range s.Edges {
		change := edgeChangeOf(m, e.Name)
		if change == nil || e.Column != "" {
			continue
		}
		// What others did to an edge is not loaded. Adding and removing on top of it is safe; replacing it is not.
		unseen := e.InRow || change.Cleared
		diffs = append(diffs, entocc.NewFieldDiff(entocc.FieldDiff{
			Name: e.Name, Label: labelOr(e.Label, e.Name), Edge: true, Change: entocc.ChangeEdge, Mine: *change,
		}, unseen))
	}
	return diffs
}

// Appender is a mutation of a type with JSON fields that can be appended to.
type Appender interface{ VersionAppends() []string }
