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
