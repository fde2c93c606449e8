package hook

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
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
	if err := w.moved(columns, values); err != nil {
		return err
	}
	return w.spec.Assign(columns, values)
}

// moved refuses a row that still has the version that it had before the save. The database has counted it all the same: a
// trigger of PostgreSQL does that which returns OLD, and one of MariaDB that sets NEW back, where the driver counts the rows
// that were found.
func (w *Write) moved(columns []string, values []any) error {
	if !w.bump || len(w.accepted) != 1 {
		return nil // Of several versions that are accepted, one may be the next of another.
	}
	i := slices.Index(columns, w.schema.Column)
	if i < 0 {
		return nil
	}
	var now any
	switch v := values[i].(type) {
	case *sql.NullInt64:
		now = v.Int64
	case *sql.NullTime:
		now = v.Time
	case *uuid.UUID:
		now = *v
	default:
		return nil
	}
	if !w.schema.Strategy.Equal(w.accepted[0], now) {
		return nil
	}
	return fmt.Errorf("entocc: %s of %s %v has left the row at version %v: a trigger or a rule of the database has kept the write, or its version, from it",
		strings.TrimPrefix(w.op.String(), "Op"), w.schema.Type, w.id, now)
}
