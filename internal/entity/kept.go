package entity

import (
	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// KeptField is a field that a merge removed from a mutation, and what the mutation was going to do to it.
type KeptField struct {
	column  string
	value   ent.Value
	cleared bool
}

// KeepTheirs removes fields from a mutation that sets them to their old values, if others have changed them since.
func KeepTheirs(m ent.Mutation, diffs []entocc.FieldDiff) (kept []KeptField, err error) {
	for _, d := range diffs {
		if d.Edge || d.MineChanged || d.Change == entocc.ChangeNone {
			continue
		}
		f := KeptField{column: d.Column, cleared: d.Change == entocc.ChangeCleared}
		f.value, _ = m.Field(d.Column)
		if err := m.ResetField(d.Column); err != nil {
			return kept, err
		}
		kept = append(kept, f)
	}
	return kept, nil
}

// GiveBack restores the field in the mutation.
func (f KeptField) GiveBack(m ent.Mutation) error {
	if f.cleared {
		return m.ClearField(f.column)
	}
	return m.SetField(f.column, f.value)
}
