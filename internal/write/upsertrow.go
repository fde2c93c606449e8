package write

import (
	"database/sql/driver"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/internal/version"
)

// UpsertRow is a row of an upsert in a statement of many rows.
type UpsertRow struct {
	*GuardedUpsert
	Spec *sqlgraph.CreateSpec
	// Columns are the columns that are set in the row, sorted, and Values their values.
	Columns []string
	Values  []any
	// Target lists the conflict columns, KeyArgs their values, and Key these values as one text.
	Target  []string
	KeyArgs []any
	Key     string
}

// Row describes a row for a statement of many rows; it returns nil if the row needs its own statement:
//   - its version is random, which would be the same for all rows, or the number of the statement (SystemVersion);
//   - it has edges in other tables, which are written after its own statement;
//   - the options name no columns whose values distinguish the row from the others in the result.
func (up *GuardedUpsert) Row(spec *sqlgraph.CreateSpec) *UpsertRow {
	if s := up.claim.Schema; up.unchecked || s.Strategy.Random() || s.Strategy.BySystem() || slices.ContainsFunc(spec.Edges, external) {
		return nil
	}
	values := valuesOf(spec)
	for _, f := range spec.Fields {
		if f.Type == field.TypeJSON {
			text, err := json.Marshal(f.Value)
			if err != nil {
				return nil // The row's own statement reports it.
			}
			values[f.Column] = json.RawMessage(text)
		}
	}
	if spec.ID != nil && spec.ID.Value == nil {
		delete(values, spec.ID.Column)
	}
	r := &UpsertRow{GuardedUpsert: up, Spec: spec, Columns: slices.Sorted(maps.Keys(values)), Target: up.target(spec)}
	for _, c := range r.Columns {
		r.Values = append(r.Values, values[c])
	}
	texts := make([]string, len(r.Target))
	for i, c := range r.Target {
		text, ok := KeyText(values[c])
		if !ok {
			return nil
		}
		texts[i] = text
		r.KeyArgs = append(r.KeyArgs, values[c])
	}
	if len(texts) == 0 {
		return nil
	}
	r.Key = KeyOf(texts)
	return r
}

// KeyText returns a key value as the text in which a database returns it; false for types that have several such texts.
func KeyText(v any) (string, bool) {
	converted, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return "", false
	}
	switch v := converted.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case string:
		return v, true
	case []byte:
		return string(v), v != nil
	}
	return "", false
}

// KeyOf joins the texts of a key into one.
func KeyOf(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	var b strings.Builder
	for _, t := range texts {
		b.WriteString(strconv.Quote(t))
	}
	return b.String()
}

// Alike reports whether one statement may write both rows: they set the same columns, and are guarded by one condition.
func (r *UpsertRow) Alike(other *UpsertRow) bool {
	return other != nil && slices.Equal(r.Columns, other.Columns) && r.shadow == other.shadow &&
		(r.newer == nil) == (other.newer == nil) && reflect.DeepEqual(r.versions, other.versions)
}

// Schema is the schema of the row's version.
func (r *UpsertRow) Schema() *version.Schema { return r.claim.Schema }

// Given is the version that an upsert with IfNewer writes; nil for IfVersion.
func (r *UpsertRow) Given() any { return r.newer }

// Distinguishes reports whether the key shows which row the statement wrote: its update branch, which assigns these
// columns in set, keeps the key, or sets it to the given one. MySQL treats any unique key as a conflict, so there the
// key is the row's only if it was set to it, or if it is the ID, because a conflict on the ID, if there is one, comes
// first.
func (r *UpsertRow) Distinguishes(assigned []string, set string) bool {
	b := &sql.Builder{}
	b.SetDialect(r.guard.Dialect)
	for _, c := range r.Target {
		column := b.Quote(c)
		kept := !slices.Contains(assigned, c) || strings.Contains(set, column+" = "+b.Quote(r.Spec.Table)+"."+column)
		if r.guard.Dialect == dialect.MySQL && (r.Spec.ID == nil || c != r.Spec.ID.Column) {
			kept = false
		}
		if !kept && !strings.Contains(set, column+" = "+incoming(b, c)) {
			return false
		}
	}
	return true
}
