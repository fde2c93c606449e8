package write

import (
	"database/sql/driver"
	"slices"

	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/values"
	"github.com/entocc/entocc/internal/version"
)

// HeldValues is what a generated entity of a type without a version knows about its row: the values that were read, or
// that created the row. It is not affected by changes to the entity's own fields, or to bytes that it shares with them.
type HeldValues struct {
	entity.Loaded
	columns []string
	scanned []any
	// early are the values that are shared with the entity, by their position in the row.
	early map[int]*values.Early
	// created is how an entity was created, if it was not read.
	created *createdValues
}

// createdValues is what the creation of a row sent.
type createdValues struct {
	spec *sqlgraph.CreateSpec
	// early are copies of the values that the caller may change after the row is created.
	early map[string]values.Seen
	err   error
}

// Keep keeps a row that was read.
func (h *HeldValues) Keep(columns []string, scanned []any) {
	h.Loaded.Keep(columns, scanned)
	h.columns, h.scanned, h.early, h.created = columns, scanned, nil, nil
	for i, dest := range scanned {
		if taken := values.Take(dest); taken != nil {
			if h.early == nil {
				h.early = make(map[int]*values.Early)
			}
			h.early[i] = taken
		}
	}
}

// Keeping wraps assign so that the row is kept.
func (h *HeldValues) Keeping(assign func([]string, []any) error) func([]string, []any) error {
	return func(columns []string, scanned []any) error {
		h.Keep(columns, scanned)
		return assign(columns, scanned)
	}
}

// CreatedBy keeps the row that a mutation is about to create, with a spec that is not complete yet.
func (h *HeldValues) CreatedBy(s *version.Schema, m entity.Creation, spec *sqlgraph.CreateSpec) {
	h.created = &createdValues{spec: spec, early: make(map[string]values.Seen)}
	for i := range s.Values.Columns {
		c := &s.Values.Columns[i]
		v, ok := m.Field(c.Column)
		if !ok || c.Edge || !mayChange(c, v) {
			continue
		}
		seen, err := values.Given(&sqlgraph.FieldSpec{Column: c.Column, Type: c.FieldType(), Value: v})
		if err != nil {
			h.created.err = err
			return
		}
		h.created.early[c.Column] = seen
	}
}

// mayChange reports whether the caller shares a value with the row that it created. The value of a field with a
// ValueScanner is only in its spec.
func mayChange(c *version.Compared, v any) bool {
	if c.External {
		return false
	}
	if _, ok := v.(driver.Valuer); ok {
		return true
	}
	return c.Kind == version.ValueBytes || c.Kind == version.ValueJSON || c.Kind == version.ValueOther
}

// of returns what was seen in a column; false if it is not known.
func (h *HeldValues) of(c *version.Compared) (seen values.Seen, known bool, err error) {
	if h.created != nil {
		return h.created.of(c)
	}
	for i := len(h.columns) - 1; i >= 0; i-- {
		if h.columns[i] != c.Column {
			continue
		}
		if taken := h.early[i]; taken != nil {
			seen, err = taken.Get()
		} else {
			seen, err = values.Of(h.scanned[i])
		}
		return seen, err == nil, err
	}
	return values.Seen{}, false, nil
}

func (cr *createdValues) of(c *version.Compared) (seen values.Seen, known bool, err error) {
	if cr.err != nil {
		return values.Seen{}, false, cr.err
	}
	if seen, ok := cr.early[c.Column]; ok {
		return seen, true, nil
	}
	for _, f := range cr.spec.Fields {
		if f.Column == c.Column {
			seen, err = values.Given(f)
			return seen, err == nil, err
		}
	}
	for _, e := range cr.spec.Edges {
		if touch.InRow(e) && slices.Contains(e.Columns, c.Column) && len(e.Target.Nodes) > 0 {
			seen, err = values.Given(&sqlgraph.FieldSpec{Value: e.Target.Nodes[0]})
			return seen, err == nil, err
		}
	}
	return values.Seen{Given: true}, !c.ByDatabase, nil
}
