package hook

import (
	"context"

	"entgo.io/ent/dialect/sql"
)

// bulkUpdate is the joined statement of writes that have the same shape.
type bulkUpdate struct {
	rowList
	first   *Write
	cleared []string
}

func newBulkUpdate(d string, writes []*Write) (*bulkUpdate, error) {
	first := writes[0]
	table := sql.Dialect(d).Table(first.spec.Node.Table).Schema(first.spec.Node.Schema)
	u := &bulkUpdate{first: first, rowList: newRowList(d, table, first.schema, len(writes))}
	u.keys, u.guarded = len(first.identity()), len(first.accepted) > 0
	u.zero = u.guarded && first.schema.Strategy.IsZero(first.accepted[0])
	for _, w := range writes {
		set, cleared, err := w.assignments()
		if err != nil {
			return nil, err
		}
		u.cleared = cleared
		var row []assignment
		for _, id := range w.identity() {
			row = append(row, assignment{column: id.Column, value: id.Value})
		}
		for _, v := range w.accepted {
			row = append(row, assignment{column: u.version, value: v})
		}
		row = append(row, set...)
		if w.next != nil {
			row = append(row, assignment{column: u.version, value: w.next})
		}
		for i, a := range row {
			u.add(i, a)
		}
	}
	return u, nil
}

// joinValues builds the form of PostgreSQL and SQLite:
//
//	UPDATE t SET c = entocc_rows.column3, version = entocc_rows.column4 FROM (VALUES (..), (..)) AS entocc_rows
//	WHERE t.id = entocc_rows.column1 AND t.version = entocc_rows.column2 RETURNING ..
func (u *bulkUpdate) joinValues(ctx context.Context, returning []string) (string, []any, error) {
	u.WriteString("UPDATE " + u.table)
	u.set(u.valueOf)
	u.WriteString(" FROM ")
	u.values(len(u.columns))
	u.WriteString(" AS entocc_rows WHERE ")
	u.joins()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	u.returning(returning)
	query, args := u.Query()
	return query, args, u.Err()
}

// cases builds the form of MySQL and MariaDB. A joined list of rows would give its columns types and collations of its
// own, by which versions and keys are not compared as they are in the table.
//
//	UPDATE t SET c = CASE WHEN id = ? THEN ? WHEN id = ? THEN ? END, ..
//	WHERE (id = ? AND version = ? OR id = ? AND version = ?)
func (u *bulkUpdate) cases(ctx context.Context) (string, []any, error) {
	u.WriteString("UPDATE " + u.table)
	u.set(u.caseOf)
	u.WriteString(" WHERE ")
	u.anyOf()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	query, args := u.Query()
	return query, args, u.Err()
}

// set writes the SET clause. value writes the value of the i-th column of the list.
func (u *bulkUpdate) set(value func(i int)) {
	separator := " SET "
	next := func(column string) {
		u.WriteString(separator).Ident(column).WriteString(" = ")
		separator = ", "
	}
	from := u.keys + len(u.first.accepted)
	for i, c := range u.columns[from:] {
		next(c.name)
		value(from + i)
	}
	for _, c := range u.cleared {
		next(c)
		u.WriteString("NULL")
	}
	switch {
	case u.first.next != nil:
		return
	case u.first.bump:
		next(u.version)
		u.Join(u.first.schema.bump(u.first.spec.Node.Table))
	case separator == " SET ":
		next(u.version)
		u.column(u.version)
	}
}

// predicate writes the predicate that the mutations have in common.
func (u *bulkUpdate) predicate(ctx context.Context) error {
	if u.first.spec.Predicate == nil {
		return u.Err()
	}
	s := u.first.selector(ctx, u.d)
	if u.first.spec.Predicate(s); s.P() != nil {
		u.WriteString(" AND ").Wrap(func(b *sql.Builder) { b.Join(s.P()) })
	}
	return s.Err()
}

// selectRows builds the query for rows that the transaction has just written, for databases that do not return them. It
// locks, as no other kind of read is sure to see them as they are.
func (u *bulkUpdate) selectRows(ctx context.Context, columns []string) (string, []any) {
	s := u.first.selector(ctx, u.d, columns...)
	list := u.rowList
	list.guarded = false
	s.Where(sql.P(func(b *sql.Builder) {
		list.Builder = b
		list.anyOf()
	}))
	lockLatest(s)
	return s.Query()
}
