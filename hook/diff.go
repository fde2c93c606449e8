package hook

import (
	"reflect"
	"slices"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// Field is what a diff knows about a field of an entity.
type Field struct {
	// Name is the field's name in the schema, Column its column, Struct its name in the entity.
	Name, Column, Struct string
	// Label is the schema's comment; the name if empty.
	Label string
	// Sensitive fields are never shown; Computed ones have an update default; Nillable ones are pointers in the entity; JSON
	// ones are decoded from text.
	Sensitive, Computed, Nillable, JSON bool
}

// Edge is what a diff knows about an edge of an entity.
type Edge struct {
	Name string
	// Label is the schema's comment; the name if empty.
	Label string
	// InRow reports that the edge's foreign key is a column of this row, and Column its name if a field shows it.
	InRow  bool
	Column string
}

// Diff compares what a mutation wants with the row that it was made from, which may be none, and the row as it is now. Both
// are a [ReadRow], or an entity that does not know what was read.
func (s *Schema) Diff(m ent.Mutation, loaded, now any) []entocc.FieldDiff {
	var diffs []entocc.FieldDiff
	var base ReadRow
	theirs := rowOf(now)
	if g, ok := m.(guarded); ok {
		_, e := g.VersionGuard()
		base = s.baseOf(e, rowOf(loaded))
		e.base = base
	}
	for _, f := range s.Fields {
		if f.Column == s.Column {
			continue
		}
		d := entocc.FieldDiff{Name: f.Name, Column: f.Column, Label: labelOr(f.Label, f.Name), Sensitive: f.Sensitive, Computed: f.Computed}
		d.Change, d.Mine = changeOf(m, f)
		if d.Base, d.HasBase = base.read(f); !d.HasBase && d.Change == entocc.ChangeNone {
			d.Base, d.HasBase = base.value(f) // Nothing of the caller's can be lost here, and it is worth showing what others did.
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
		// What others did to an edge is not loaded. To add and remove on top of it is safe; to replace it is not.
		unseen := e.InRow || change.Cleared
		diffs = append(diffs, entocc.NewFieldDiff(entocc.FieldDiff{
			Name: e.Name, Label: labelOr(e.Label, e.Name), Edge: true, Change: entocc.ChangeEdge, Mine: *change,
		}, unseen))
	}
	return diffs
}

func labelOr(label, name string) string {
	if label == "" {
		return name
	}
	return label
}

// changeOf tells what the mutation does to a field.
func changeOf(m ent.Mutation, f Field) (entocc.Change, any) {
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
	if a, ok := m.(appender); ok && slices.Contains(a.VersionAppends(), f.Column) {
		out := reflect.ValueOf(m).MethodByName("Appended" + f.Struct).Call(nil)
		return entocc.ChangeAppended, out[0].Interface()
	}
	return entocc.ChangeNone, nil
}

// edgeChangeOf tells what the mutation does to an edge, or nil.
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

// keptField is a field that a merge has taken out of a mutation, and what the mutation was to do to it.
type keptField struct {
	column  string
	value   ent.Value
	cleared bool
}

// keepTheirs takes fields out of a mutation that it sets to what they were, where others have changed them since.
func (s *Schema) keepTheirs(m ent.Mutation, diffs []entocc.FieldDiff) (kept []keptField, err error) {
	for _, d := range diffs {
		if d.Edge || d.MineChanged || d.Change == entocc.ChangeNone {
			continue
		}
		f := keptField{column: d.Column, cleared: d.Change == entocc.ChangeCleared}
		f.value, _ = m.Field(d.Column)
		if err := m.ResetField(d.Column); err != nil {
			return kept, err
		}
		kept = append(kept, f)
	}
	return kept, nil
}

// giveBack gives the field back to the mutation.
func (f keptField) giveBack(m ent.Mutation) error {
	if f.cleared {
		return m.ClearField(f.column)
	}
	return m.SetField(f.column, f.value)
}

// versionOf returns the version that an entity holds.
func (s *Schema) versionOf(entity any) any {
	for _, f := range s.Fields {
		if f.Column == s.Column {
			v, _ := entityField(entity, f.Struct)
			return v
		}
	}
	return nil
}
