package write

import (
	"context"
	stddriver "database/sql/driver"
	"reflect"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
)

// creation is what a mutation creates: the row as its statement has it, and what that is sent by.
type creation struct {
	by   dialect.ExecQuerier
	spec *sqlgraph.CreateSpec
}

// Creating notes the creation that a mutation is carried out by, and returns the driver to send it by.
func Creating(e *Expectation, drv dialect.Driver, spec *sqlgraph.CreateSpec) dialect.Driver {
	e.creating = creation{drv, spec}
	return drv
}

// find looks for the row that has refused the upsert, by q, and returns its ID and its version: nothing where it is not known which
// row that was, or where it has become another one by now. It runs after a refusal alone.
func (up *GuardedUpsert) find(ctx context.Context, q dialect.ExecQuerier) (id, actual any, found bool) {
	spec := up.creating.spec
	if q == nil || spec == nil || ctx.Err() != nil {
		return nil, nil, false
	}
	where := target(spec, up.guard.Dialect, *up.guard.Options)
	if where == nil {
		return nil, nil, false
	}
	s, b := up.claim.Schema, sql.Dialect(up.guard.Dialect)
	row := b.Select(s.Column).From(b.Table(spec.Table).Schema(spec.Schema)).Where(where)
	version, value := s.Strategy.Scan()
	dest := []any{version}
	key, named := newID(up.mutation)
	if named && s.KeyValue == nil && spec.ID != nil {
		row.AppendSelect(spec.ID.Column)
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
	if len(dest) > 1 {
		id = key.Elem().Interface()
	}
	return id, actual, true
}

// accepts reports whether the guard would let a row with this version be updated.
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

// newID returns a destination for the ID of the entities that a mutation is of, if they have one that is a field.
func newID(m ent.Mutation) (dest reflect.Value, ok bool) {
	method := reflect.ValueOf(m).MethodByName("ID")
	if !method.IsValid() || method.Type().NumOut() != 2 {
		return reflect.Value{}, false
	}
	return reflect.New(method.Type().Out(0)), true
}

// target returns the predicate of the row that a creation clashes with, by the columns that the options of the upsert name; or nil where
// they name none, as those of a constraint, or one that the creation leaves to the database. MySQL takes any unique key, and the options
// may name none there: it is the ID then, if that is given.
func target(spec *sqlgraph.CreateSpec, d string, opts []sql.ConflictOption) *sql.Predicate {
	values := valuesOf(spec)
	query, _ := sql.Dialect(dialect.Postgres).Insert("t").Columns("c").Values(0).OnConflict(opts...).Query()
	_, named, found := strings.Cut(query, ` ON CONFLICT ("`)
	switch {
	case found:
		named, _, _ = strings.Cut(named, `")`)
	case d == dialect.MySQL && spec.ID != nil:
		named = spec.ID.Column
	default:
		return nil
	}
	var all []*sql.Predicate
	for _, column := range strings.Split(named, `", "`) {
		value := values[column]
		if value == nil {
			return nil
		}
		all = append(all, sql.EQ(column, value))
	}
	return sql.And(all...)
}

// valuesOf returns what a creation puts into the columns of its row.
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
