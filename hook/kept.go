package hook

import (
	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// keptField is a field that a merge has taken out of a mutation, and what the mutation was to do to it.
type keptField struct {
	column  string
	value   ent.Value
	cleared bool
}

// keepTheirs takes fields out of a mutation that it sets to what they were, where others have changed them since.
func keepTheirs(m ent.Mutation, diffs []entocc.FieldDiff) (kept []keptField, err error) {
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
