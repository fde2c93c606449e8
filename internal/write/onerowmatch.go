package write

import (
	"context"
	"database/sql/driver"
	"reflect"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/session"
)

// columns are the columns of the primary key.
func (t *theRow) columns() []string {
	if t.node.ID != nil {
		return []string{t.node.ID.Column}
	}
	columns := make([]string, len(t.node.CompositeID))
	for i, id := range t.node.CompositeID {
		columns[i] = id.Column
	}
	return columns
}

// selector selects from the table.
func (t *theRow) selector(ctx context.Context) *sql.Selector {
	b := sql.Dialect(t.dialect)
	return b.Select().From(b.Table(t.node.Table).Schema(t.node.Schema)).WithContext(ctx)
}

// where adds the mutation's predicates, in parentheses: text that a caller wrote may contain an OR, and the guard
// follows it.
func (t *theRow) where(s *sql.Selector) {
	if t.predicate == nil {
		return
	}
	from := t.selector(s.Context())
	t.predicate(from)
	if err := from.Err(); err != nil {
		s.AddError(err)
	}
	if p := from.P(); p != nil {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Wrap(func(b *sql.Builder) { b.Join(p) })
		}))
	}
}

// whereKey adds the primary key, if it is known.
func (t *theRow) whereKey(s *sql.Selector) {
	for i, v := range t.key {
		s.Where(sql.EQ(s.C(t.columns()[i]), v))
	}
}

// alone adds the condition that the predicates match no other row, unless the row's primary key is known. It is part of
// the statement that writes. On MySQL and MariaDB it locks the rows like the write does (otherwise the write would wait
// for itself in another transaction), and the LIMIT makes the database read the rows before it writes them, which MySQL
// requires.
func (t *theRow) alone(ctx context.Context, add func(*sql.Predicate)) {
	if t.key != nil {
		return
	}
	rows := t.selector(ctx)
	rows.SelectExpr(sql.Raw("1"))
	t.where(rows)
	rows.Limit(2)
	if t.dialect == dialect.MySQL {
		rows.ForUpdate()
	}
	add(sql.P(func(b *sql.Builder) {
		b.WriteString("(SELECT COUNT(*) FROM ")
		b.Wrap(func(b *sql.Builder) { b.Join(rows) })
		b.WriteString(" AS ").Ident("entocc_rows").WriteString(") = 1")
	}))
}

// readRow is a row that the predicates match.
type readRow struct {
	key     []any
	id      any
	version any // nil for NULL.
}

// read reads the rows that the predicates match, as they were last committed; at most two.
func (t *theRow) read(ctx context.Context, q dialect.ExecQuerier, l session.Lock) (found []readRow, err error) {
	columns := t.columns()
	s := t.selector(ctx)
	s.Select(s.Columns(append(slices.Clone(columns), t.schema.Column)...)...)
	t.where(s)
	s.Limit(2)
	if l == session.Unlocked {
		session.LockLatest(s)
	} else {
		l.Apply(s)
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	query, args := s.Query()
	err = session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		row, err := t.scan(rows, columns)
		found = append(found, row)
		return err
	})
	return found, err
}

// scan reads a row as ent reads an entity, because the entity's type knows its key.
func (t *theRow) scan(rows *sql.Rows, columns []string) (row readRow, err error) {
	scan, assign, key := t.m.VersionProbe()
	values, err := scan(columns)
	if err != nil {
		return row, err
	}
	dest, value := t.schema.Strategy.Scan()
	if err := rows.Scan(append(slices.Clone(values), dest)...); err != nil {
		return row, err
	}
	for _, v := range values {
		held, err := databaseValue(v)
		if err != nil {
			return row, err
		}
		row.key = append(row.key, held)
	}
	if err := assign(columns, values); err != nil {
		return row, err
	}
	row.id, row.version = key(), value()
	if v, ok := dest.(driver.Valuer); ok {
		if held, err := v.Value(); err == nil && held == nil {
			row.version = nil
		}
	}
	return row, nil
}

// databaseValue returns the value that the database holds, given what it was scanned into.
func databaseValue(dest any) (any, error) {
	switch v := dest.(type) {
	case driver.Valuer:
		return v.Value()
	case *[]byte:
		return slices.Clone(*v), nil
	}
	if v := reflect.ValueOf(dest); v.Kind() == reflect.Pointer && !v.IsNil() {
		return driver.DefaultParameterConverter.ConvertValue(v.Elem().Interface())
	}
	return nil, nil
}
