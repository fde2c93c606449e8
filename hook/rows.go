package hook

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// scan runs a query for the row and assigns it.
func (w *Write) scan(ctx context.Context, drv dialect.ExecQuerier, query string, args []any) (found bool, err error) {
	err = eachRow(ctx, drv, query, args, func(rows *sql.Rows, columns []string) error {
		found = true
		return w.assign(rows, columns)
	})
	return found, err
}

// eachRow runs a query and reads it to its end: on SQLite the commit of a statement happens at its last step, and an error
// of it would be hidden by closing early.
func eachRow(ctx context.Context, drv dialect.ExecQuerier, query string, args []any, scan func(*sql.Rows, []string) error) (err error) {
	rows := &sql.Rows{}
	if err := drv.Query(ctx, query, args, rows); err != nil {
		return err
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows, columns); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (w *Write) assign(rows *sql.Rows, columns []string) error {
	if w.spec.ScanValues == nil {
		return nil
	}
	values, err := w.spec.ScanValues(columns)
	if err != nil {
		return err
	}
	for i, v := range values {
		if _, ok := v.(*sql.UnknownType); ok {
			values[i] = sql.ScanTypeOf(rows, i)
		}
	}
	if err := rows.Scan(values...); err != nil {
		return err
	}
	return w.spec.Assign(columns, values)
}
