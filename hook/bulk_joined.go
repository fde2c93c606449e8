package hook

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// joined writes rows of one shape by one statement. It is sure of the outcome where the database returns the rows that
// it has matched, and where it has matched all.
func (w *bulkTx) joined(ctx context.Context, rows []*slot) (sure bool, err error) {
	var matched map[any]bool
	if _, ok := rows[0].row.(*Write); ok {
		sure, matched, err = w.joinedUpdate(ctx, rows)
	} else {
		sure, matched, err = w.joinedDelete(ctx, rows)
	}
	switch {
	case err != nil && !isConflict(err):
		about := rows[0].row.about()
		return false, failed(rows[0].row.version(), about.Op, nil, nil, false, err)
	case err != nil || !sure || matched == nil:
		return sure, err
	}
	return true, w.explain(ctx, rows, matched)
}

// explain finds out why rows did not match. A conflict is theirs alone; anything else fails the batch.
func (w *bulkTx) explain(ctx context.Context, rows []*slot, matched map[any]bool) error {
	for _, s := range rows {
		if matched[s.row.key()] {
			continue
		}
		s.own = s.row.explain(ctx, w.tx, w.dialect)
		if s.own != nil && !entocc.IsRecordModified(s.own) {
			return s.own
		}
	}
	return nil
}

func (w *bulkTx) joinedUpdate(ctx context.Context, rows []*slot) (sure bool, matched map[any]bool, err error) {
	writes := make([]*Write, len(rows))
	for i, s := range rows {
		writes[i] = s.row.(*Write)
	}
	u, err := newBulkUpdate(w.dialect, writes)
	if err != nil {
		return false, nil, err
	}
	returning := writes[0].returned()
	if w.dialect != dialect.MySQL {
		query, args, err := u.joinValues(ctx, returning)
		if err != nil {
			return false, nil, err
		}
		matched, err := w.assign(ctx, writes, query, args)
		return true, matched, err
	}
	query, args, err := u.cases(ctx)
	if err != nil {
		return false, nil, err
	}
	sure, err = w.affects(ctx, query, args, len(rows))
	if err != nil || !sure || writes[0].spec.ScanValues == nil {
		return sure, nil, err
	}
	query, args = u.selectRows(ctx, returning)
	matched, err = w.assign(ctx, writes, query, args)
	if err == nil && len(matched) != len(rows) {
		err = fmt.Errorf("entocc: %d rows of %s were updated, and %d of them found again", len(rows), writes[0].schema.Type, len(matched))
	}
	return true, nil, err
}

// affects sends a statement and reports whether it affects every row.
func (w *bulkTx) affects(ctx context.Context, query string, args []any, n int) (bool, error) {
	var res sql.Result
	if err := w.tx.Exec(ctx, query, args, &res); err != nil {
		return false, err
	}
	affected, err := res.RowsAffected()
	return err == nil && affected == int64(n), err
}

// returned are the columns that the statement returns.
func (w *Write) returned() []string {
	if w.spec.ScanValues != nil {
		return w.spec.Node.Columns
	}
	var columns []string
	for _, id := range w.identity() {
		columns = append(columns, id.Column)
	}
	return columns
}

// assign gives each write the row that a query returns for it, and reports which were returned.
func (w *bulkTx) assign(ctx context.Context, writes []*Write, query string, args []any) (map[any]bool, error) {
	byKey := make(map[any]*Write, len(writes))
	for _, write := range writes {
		byKey[write.key()] = write
	}
	matched := make(map[any]bool, len(writes))
	err := eachRow(ctx, w.tx, query, args, func(rows *sql.Rows, columns []string) error {
		values, err := writes[0].scanValues(rows, columns)
		if err != nil {
			return err
		}
		key := scannedKey(writes[0].identity(), columns, values)
		write := byKey[key]
		if write == nil {
			return fmt.Errorf("entocc: the database returned row %v of %s, which is not in the batch", key, writes[0].schema.Type)
		}
		matched[key] = true
		if write.spec.ScanValues == nil {
			return nil
		}
		return write.spec.Assign(columns, values)
	})
	return matched, err
}

// scanValues scans a row into values that the Assign of any of the writes takes.
func (w *Write) scanValues(rows *sql.Rows, columns []string) (values []any, err error) {
	if w.spec.ScanValues == nil {
		values = newValues(w.ids())
	} else if values, err = w.spec.ScanValues(columns); err != nil {
		return nil, err
	}
	for i, v := range values {
		if _, ok := v.(*sql.UnknownType); ok {
			values[i] = sql.ScanTypeOf(rows, i)
		}
	}
	return values, rows.Scan(values...)
}

// joinedDelete deletes rows by one statement.
func (w *bulkTx) joinedDelete(ctx context.Context, rows []*slot) (sure bool, matched map[any]bool, err error) {
	deletes := make([]*bulkDelete, len(rows))
	for i, s := range rows {
		deletes[i] = s.row.(*bulkDelete)
	}
	query, args, err := bulkDeleteStatement(w.dialect, deletes)
	if err != nil {
		return false, nil, err
	}
	if w.dialect == dialect.MySQL {
		sure, err = w.affects(ctx, query, args, len(rows))
		return sure, nil, err
	}
	matched = make(map[any]bool, len(rows))
	err = eachRow(ctx, w.tx, query, args, func(rows *sql.Rows, _ []string) error {
		values := newValues(deletes[0].ids)
		if err := rows.Scan(values...); err != nil {
			return err
		}
		matched[bulkKey(values...)] = true
		return nil
	})
	return true, matched, err
}

// newValues returns destinations for values like these.
func newValues(like []any) []any {
	values := make([]any, len(like))
	for i, v := range like {
		values[i] = reflect.New(reflect.TypeOf(v)).Interface()
	}
	return values
}

// scannedKey is the bulkKey of a row that was scanned.
func scannedKey(identity []*sqlgraph.FieldSpec, columns []string, values []any) any {
	key := make([]any, len(identity))
	for i, id := range identity {
		if at := slices.Index(columns, id.Column); at >= 0 {
			key[i] = values[at]
		}
	}
	return bulkKey(key...)
}
