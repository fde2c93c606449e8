package batch

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/write"
)

// bulkUpdate is the joined statement of writes with the same shape.
type bulkUpdate struct {
	rowList
	first   *bulkWrite
	cleared []string
	// increments reports that the next version of each row is the expected one plus 1, so that the list does not need
	// it.
	increments bool
}

func newBulkUpdate(d string, rows []*slot) (*bulkUpdate, error) {
	first := rows[0].row.(*bulkWrite)
	table := sql.Dialect(d).Table(first.Spec.Node.Table).Schema(first.Spec.Node.Schema)
	u := &bulkUpdate{first: first, rowList: newRowList(d, table, first.Schema, len(rows))}
	u.keys, u.guarded = len(first.Identity()), len(first.Accepted) > 0
	u.numeric = d == dialect.MySQL && sortByKey(rows)
	u.zero = u.guarded && first.Schema.Strategy.IsZero(first.Accepted[0])
	u.increments = !u.zero && first.Next != nil && !slices.ContainsFunc(rows, func(s *slot) bool { return !s.row.(*bulkWrite).increments() })
	var row []write.Assignment
	for _, s := range rows {
		w := s.row.(*bulkWrite)
		row = row[:0]
		for _, id := range w.Identity() {
			row = append(row, write.Assignment{Column: id.Column, Value: id.Value})
		}
		for _, v := range w.Accepted {
			row = append(row, write.Assignment{Column: u.version, Value: v})
		}
		var err error
		if row, u.cleared, err = w.AppendAssignments(row, u.cleared[:0]); err != nil {
			return nil, err
		}
		if w.Next != nil && !u.increments {
			row = append(row, write.Assignment{Column: u.version, Value: w.Next})
		}
		u.addRow(row)
	}
	return u, nil
}

// increments reports whether the next version is the expected one plus 1. A token is known before the write even if no
// version is expected.
func (w *bulkWrite) increments() bool {
	return len(w.Accepted) > 0 && w.Schema.Strategy.Follows(w.Accepted[0], w.Next)
}

// joinValues builds the form of PostgreSQL and SQLite:
//
//	UPDATE t SET c = entocc_rows.column3, version = entocc_rows.column4 FROM (VALUES (..), (..)) AS entocc_rows
//	WHERE t.id = entocc_rows.column1 AND t.version = entocc_rows.column2 RETURNING ..
func (u *bulkUpdate) joinValues(ctx context.Context, returning []string) (string, []any, error) {
	u.number()
	u.Write("UPDATE " + u.table)
	u.set(u.valueOf)
	u.Write(" FROM ")
	u.values()
	u.Write(" AS entocc_rows WHERE ")
	u.joins()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	u.returning(returning)
	return u.Query()
}

// cases builds the form of MySQL and MariaDB. A joined list of rows would give its columns their own types and
// collations, and would not compare versions and keys as the table does.
//
//	UPDATE t SET c = CASE WHEN id <= ? THEN CASE id WHEN ? THEN ? WHEN ? THEN ? END WHEN .. END, ..
//	WHERE id IN (?, ?, ..) AND (id, version) IN ((?, ?), (?, ?), ..)
//
// or, if keys are not integers:
//
//	UPDATE t SET c = CASE WHEN id = ? THEN ? WHEN id = ? THEN ? END, ..
//	WHERE (id = ? AND version = ? OR id = ? AND version = ?)
func (u *bulkUpdate) cases(ctx context.Context) (string, []any, error) {
	u.Write("UPDATE " + u.table)
	u.set(u.caseOf)
	u.Write(" WHERE ")
	u.anyOf()
	if err := u.predicate(ctx); err != nil {
		return "", nil, err
	}
	return u.Query()
}

// set writes the SET clause. value writes the value of the i-th column of the list.
func (u *bulkUpdate) set(value func(i int)) {
	separator := " SET "
	next := func(column string) {
		u.Write(separator).Ident(column).Write(" = ")
		separator = ", "
	}
	from := u.keys + len(u.first.Accepted)
	for i, c := range u.columns[from:] {
		next(c.name)
		value(from + i)
	}
	for _, c := range u.cleared {
		next(c)
		u.Write("NULL")
	}
	switch {
	case u.increments:
		next(u.version)
		u.column(u.version)
		u.Write(" + 1")
	case u.first.Next != nil:
		return
	case u.first.Bump:
		next(u.version)
		u.Join(u.first.Schema.Bump(u.first.Spec.Node.Table))
	case separator == " SET ":
		next(u.version)
		u.column(u.version)
	}
}

// predicate writes the predicate that the mutations have in common.
func (u *bulkUpdate) predicate(ctx context.Context) error {
	if u.first.Spec.Predicate == nil {
		return nil
	}
	s := u.first.Selector(ctx, u.Dialect)
	if u.first.Spec.Predicate(s); s.P() != nil {
		u.Write(" AND (").Join(s.P()).Write(")")
	}
	return s.Err()
}
