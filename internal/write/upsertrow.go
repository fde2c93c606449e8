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

// UpsertRow is a row of an upsert as a statement of many rows has it.
type UpsertRow struct {
	*GuardedUpsert
	Spec *sqlgraph.CreateSpec
	// Columns are those that the row is given, sorted, and Values what it is given.
	Columns []string
	Values  []any
	// Target are the columns by which the row clashes, KeyArgs their values, and Key these as one text.
	Target  []string
	KeyArgs []any
	Key     string
}

// Row describes a row for a statement of many; or returns nil where it has to have a statement of its own:
//   - its version is random, which would be one for all rows then, or the number of the statement (SystemVersion);
//   - it has edges in other tables, which are written after its own statement;
//   - the options do not name columns whose values would tell the row from the others in the answer.
func (up *GuardedUpsert) Row(spec *sqlgraph.CreateSpec) *UpsertRow {
	if s := up.claim.Schema; up.unchecked || s.Strategy.Random() || s.Strategy.BySystem() || slices.ContainsFunc(spec.Edges, external) {
		return nil
	}
	values := valuesOf(spec)
	for _, f := range spec.Fields {
		if f.Type == field.TypeJSON {
			text, err := json.Marshal(f.Value)
			if err != nil {
				return nil // The row's own statement says so.
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

// KeyText returns a value of a key as the text that a database returns it as; false for kinds of which there are several.
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

// KeyOf makes one text of those of a key.
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

// Alike reports whether one statement may write both rows: they are given the same columns, and are guarded by one condition.
func (r *UpsertRow) Alike(other *UpsertRow) bool {
	return other != nil && slices.Equal(r.Columns, other.Columns) && r.shadow == other.shadow &&
		(r.newer == nil) == (other.newer == nil) && reflect.DeepEqual(r.versions, other.versions)
}

// Schema is that of the row's version.
func (r *UpsertRow) Schema() *version.Schema { return r.claim.Schema }

// Given is the version that an upsert with IfNewer writes; nil for IfVersion.
func (r *UpsertRow) Given() any { return r.newer }

// Distinguishes reports whether the key says which row the statement has written: its update branch, which assigns these columns in set, leaves
// the key as it is, or makes it that which the upsert was given. MySQL takes any unique key for a clash, so there the key is that of the
// row only if it has been made so; or if it is the ID, of which the first clash is, if there is one.
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
