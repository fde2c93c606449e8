package write

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

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
	if err := w.Moved(columns, values); err != nil {
		return err
	}
	return w.Spec.Assign(columns, values)
}

// Moved refuses a row that still has the version that it had before the save, although the database counted it: a
// trigger of PostgreSQL that returns OLD causes this, and a trigger of MariaDB that sets NEW back, if the driver counts
// the rows that were found.
func (w *Write) Moved(columns []string, values []any) error {
	if !w.Bump || len(w.Accepted) != 1 {
		return nil // If several versions are accepted, one may be the successor of another.
	}
	i := slices.Index(columns, w.Schema.Column)
	if i < 0 {
		return nil
	}
	var now any
	switch v := values[i].(type) {
	case *uuid.UUID: // Its Value is a text.
		now = *v
	case driver.Valuer:
		var err error
		if now, err = v.Value(); err != nil {
			return err
		}
	default:
		return nil
	}
	if !w.Accepts(now) {
		return nil
	}
	return fmt.Errorf("entocc: %s of %s %v left the row at version %v: a trigger or a rule of the database suppressed the write, or the change of its version",
		strings.TrimPrefix(w.Op.String(), "Op"), w.Schema.Type, w.ID, now)
}
