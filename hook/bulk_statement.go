package hook

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// bulkUpdate is the joined statement of writes that have the same shape.
type bulkUpdate struct {
	rowList
	first   *bulkWrite
	cleared []string
	// increments reports that the next version of each row is the expected one and 1, so that the list need not have it.
	increments bool
}

func newBulkUpdate(d string, rows []*slot) (*bulkUpdate, error) {
	first := rows[0].row.(*bulkWrite)
	table := sql.Dialect(d).Table(first.spec.Node.Table).Schema(first.spec.Node.Schema)
	u := &bulkUpdate{first: first, rowList: newRowList(d, table, first.schema, len(rows))}
	u.keys, u.guarded = len(first.identity()), len(first.accepted) > 0
	u.numeric = d == dialect.MySQL && u.keys == 1 && sortByKey(rows)
	u.zero = u.guarded && first.schema.Strategy.IsZero(first.accepted[0])
	u.increments = !u.zero && first.next != nil && !slices.ContainsFunc(rows, func(s *slot) bool { return !s.row.(*bulkWrite).increments() })
	var row []assignment
	for _, s := range rows {
		w := s.row.(*bulkWrite)
		row = row[:0]
		for _, id := range w.identity() {
			row = append(row, assignment{column: id.Column, value: id.Value})
		}
		for _, v := range w.accepted {
			row = append(row, assignment{column: u.version, value: v})
		}
		var err error
		if row, u.cleared, err = w.appendAssignments(row, u.cleared[:0]); err != nil {
			return nil, err
		}
		if w.next != nil && !u.increments {
			row = append(row, assignment{column: u.version, value: w.next})
		}
		u.addRow(row)
	}
	return u, nil
}

// increments reports whether the next version is the expected one and 1. A token is known before the write also where
// none is expected.
func (w *bulkWrite) increments() bool {
	return len(w.accepted) > 0 && w.schema.Strategy.Follows(w.accepted[0], w.next)
}

// joinValues builds the form of PostgreSQL and SQLite:
//
//	UPDATE t SET c = entocc_rows.column3, version = entocc_rows.column4 FROM (VALUES (..), (..)) AS entocc_rows
//	WHERE t.id = entocc_rows.column1 AND t.version = entocc_rows.column2 RETURNING ..
func (u *bulkUpdate) joinValues(ctx context.Context, returning []string) (string, []any, error) {
	u.number()
	u.write("UPDATE " + u.table)
	u.set(u.valueOf)
	u.write(" FROM ")
	u.values()
	u.write(" AS entocc_rows WHERE ")
	u.joins()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	u.returning(returning)
	return u.query()
}

// cases builds the form of MySQL and MariaDB. A joined list of rows would give its columns types and collations of its
// own, by which versions and keys are not compared as they are in the table.
//
//	UPDATE t SET c = CASE WHEN id <= ? THEN CASE id WHEN ? THEN ? WHEN ? THEN ? END WHEN .. END, ..
//	WHERE id IN (?, ?, ..) AND (id, version) IN ((?, ?), (?, ?), ..)
//
// or, where keys are no integers:
//
//	UPDATE t SET c = CASE WHEN id = ? THEN ? WHEN id = ? THEN ? END, ..
//	WHERE (id = ? AND version = ? OR id = ? AND version = ?)
func (u *bulkUpdate) cases(ctx context.Context) (string, []any, error) {
	u.write("UPDATE " + u.table)
	u.set(u.caseOf)
	u.write(" WHERE ")
	u.anyOf()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	return u.query()
}

// set writes the SET clause. value writes the value of the i-th column of the list.
func (u *bulkUpdate) set(value func(i int)) {
	separator := " SET "
	next := func(column string) {
		u.write(separator).ident(column).write(" = ")
		separator = ", "
	}
	from := u.keys + len(u.first.accepted)
	for i, c := range u.columns[from:] {
		next(c.name)
		value(from + i)
	}
	for _, c := range u.cleared {
		next(c)
		u.write("NULL")
	}
	switch {
	case u.increments:
		next(u.version)
		u.column(u.version)
		u.write(" + 1")
	case u.first.next != nil:
		return
	case u.first.bump:
		next(u.version)
		u.join(u.first.schema.bump(u.first.spec.Node.Table))
	case separator == " SET ":
		next(u.version)
		u.column(u.version)
	}
}

// predicate writes the predicate that the mutations have in common.
func (u *bulkUpdate) predicate(ctx context.Context) error {
	if u.first.spec.Predicate == nil {
		return nil
	}
	s := u.first.selector(ctx, u.dialect)
	if u.first.spec.Predicate(s); s.P() != nil {
		u.write(" AND (").join(s.P()).write(")")
	}
	return s.Err()
}
