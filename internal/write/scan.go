package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/session"
)

// scan runs a query for the row and assigns it.
func (w *Write) scan(ctx context.Context, drv dialect.ExecQuerier, query string, args []any) (found bool, err error) {
	err = session.EachRow(ctx, drv, query, args, func(rows *sql.Rows, columns []string) error {
		found = true
		return w.assign(rows, columns)
	})
	return found, err
}

func (w *Write) assign(rows *sql.Rows, columns []string) error {
	if w.Spec.ScanValues == nil {
		return nil
	}
	values, err := w.Spec.ScanValues(columns)
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
	return w.Spec.Assign(columns, values)
}
