package write

import (
	"context"
	stddriver "database/sql/driver"
	"reflect"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
)

// creation is what a mutation creates: the row as its statement has it, and the driver that sends it.
type creation struct {
	by   dialect.ExecQuerier
	spec *sqlgraph.CreateSpec
}

// Creating notes the creation that carries out a mutation, and returns the driver that sends it.
func Creating(e *Expectation, drv dialect.Driver, spec *sqlgraph.CreateSpec) dialect.Driver {
	e.creating = creation{drv, spec}
	if spec.ID == nil && len(spec.OnConflict) > 0 && e.guards() {
		return Counting(drv)
	}
	return drv
}

// find uses q to look for the row that refused the upsert, and returns its ID and version. It returns nothing if that
// row is not known, or has changed since. It runs only after a refusal.
func (up *GuardedUpsert) find(ctx context.Context, q dialect.ExecQuerier) (id, actual any, found bool) {
	spec := up.creating.spec
	if q == nil || spec == nil || ctx.Err() != nil {
		return nil, nil, false
	}
	where := up.clash(spec)
	if where == nil {
		return nil, nil, false
	}
	s, b := up.claim.Schema, sql.Dialect(up.guard.Dialect)
	row := b.Select(s.Column).From(b.Table(spec.Table).Schema(spec.Schema)).Where(where)
	version, value := s.Strategy.Scan()
	dest := []any{version}
	keys := up.keys(spec)
	for i, key := range keys {
		row.AppendSelect(s.Keys[i])
		dest = append(dest, key.Interface())
	}
	session.LockLatest(row)
	query, args := row.Query()
	matched := 0
	err := session.EachRow(session.ToWriter(ctx), session.UncachedQuerier(q), query, args, func(rows *sql.Rows, _ []string) error {
		matched++
		return rows.Scan(dest...)
	})
	if err != nil || matched != 1 {
		return nil, nil, false
	}
	actual = value()
	if v, ok := version.(stddriver.Valuer); ok {
		if held, err := v.Value(); err == nil && held == nil {
			actual = nil
		}
	}
	if up.accepts(actual) {
		return nil, nil, false
	}
	return readID(keys), actual, true
}

// accepts reports whether the guard would allow an update of a row with this version.
func (up *GuardedUpsert) accepts(actual any) bool {
	if up.newer == nil {
		return up.claim.Accepts(actual)
	}
	if actual == nil {
		return true
	}
	row, given := reflect.ValueOf(actual), reflect.ValueOf(up.newer)
	if row.CanUint() {
		return row.Uint() < given.Uint()
	}
	return row.Int() < given.Int()
}

// readID returns the ID that was read into keys, as entities have it; nil if there are no keys.
func readID(keys []reflect.Value) any {
	parts := make([]any, len(keys))
	for i, key := range keys {
		parts[i] = key.Elem().Interface()
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return parts
}

// keys returns destinations for the primary key of the row, if it can be read in the form that entities have.
func (up *GuardedUpsert) keys(spec *sqlgraph.CreateSpec) []reflect.Value {
	s := up.claim.Schema
	if spec.ID != nil {
		method := reflect.ValueOf(up.mutation).MethodByName("ID")
		if s.KeyValue != nil || !method.IsValid() || method.Type().NumOut() != 2 {
			return nil
		}
		return []reflect.Value{reflect.New(method.Type().Out(0))}
	}
	values := valuesOf(spec)
	keys := make([]reflect.Value, len(s.Keys))
	for i, column := range s.Keys {
		if values[column] == nil {
			return nil
		}
		keys[i] = reflect.New(reflect.TypeOf(values[column]))
	}
	return keys
}

// target returns the columns on which a creation conflicts, as the options of the upsert name them: none if they do
// not, for example if they name a constraint. MySQL accepts any unique key, and the options may name none there: then
// it is the ID, if one is given.
func (up *GuardedUpsert) target(spec *sqlgraph.CreateSpec) []string {
	if up.guard.asked == nil {
		up.guard = up.guard.Asked()
	}
	switch {
	case len(up.guard.asked.target) > 0:
		return up.guard.asked.target
	case up.guard.Dialect == dialect.MySQL && spec.ID != nil:
		return []string{spec.ID.Column}
	}
	return nil
}

// clash returns the predicate for the row that a creation conflicts with; nil if the row is not known, or the database
// decides.
func (up *GuardedUpsert) clash(spec *sqlgraph.CreateSpec) *sql.Predicate {
	values := valuesOf(spec)
	var all []*sql.Predicate
	for _, column := range up.target(spec) {
		value := values[column]
		if value == nil {
			return nil
		}
		all = append(all, sql.EQ(column, value))
	}
	if len(all) == 0 {
		return nil
	}
	return sql.And(all...)
}

// valuesOf returns the values that a creation writes to the columns of its row.
func valuesOf(spec *sqlgraph.CreateSpec) map[string]any {
	values := make(map[string]any, len(spec.Fields)+1)
	if spec.ID != nil {
		values[spec.ID.Column] = spec.ID.Value
	}
	for _, f := range spec.Fields {
		values[f.Column] = f.Value
	}
	for _, e := range spec.Edges {
		if (e.Rel == sqlgraph.M2O || e.Rel == sqlgraph.O2O && (e.Inverse || e.Bidi)) && len(e.Target.Nodes) > 0 {
			values[e.Columns[0]] = e.Target.Nodes[0]
		}
	}
	return values
}
