package write

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc/internal/session"
)

// Inserting returns a driver for one creation, whose INSERT returns the xmin of the rows too. All rows of one statement
// have the same xmin: it is the number of the transaction. A later SELECT might see changes that others have made to a
// row since.
func Inserting(drv dialect.Driver, made func(version int64)) dialect.Driver {
	if drv.Dialect() != dialect.Postgres {
		return drv
	}
	return &insertingDriver{drv, &inserting{made: made, row: -1}}
}

// InsertingRows is Inserting for a creation of n rows: rows of one statement share an xmin; rows of a guarded upsert,
// which sends one statement for each, may have different ones.
func InsertingRows(drv dialect.Driver, n int, made func(i int, version int64)) dialect.Driver {
	if drv.Dialect() != dialect.Postgres {
		return drv
	}
	all := &inserting{row: -1}
	all.made = func(version int64) {
		for i := range n {
			if all.row < 0 || all.row == i {
				made(i, version)
			}
		}
	}
	return &insertingDriver{drv, all}
}

// InsertsRow makes the next INSERT of a driver that of the i-th row, if the driver comes from InsertingRows.
func InsertsRow(drv dialect.Driver, i int) {
	for drv != nil {
		if d, ok := drv.(*insertingDriver); ok {
			d.insert.row, d.insert.sent = i, false
			return
		}
		within, ok := drv.(interface{ Unwrap() dialect.Driver })
		if !ok {
			return
		}
		drv = within.Unwrap()
	}
}

// inserting is the one INSERT of a creation.
type inserting struct {
	made func(version int64)
	sent bool
	// row is the row that the INSERT writes; negative for all.
	row int
}

// insertingDriver is the driver of a creation.
type insertingDriver struct {
	dialect.Driver
	insert *inserting
}

// Unwrap returns the wrapped driver.
func (d *insertingDriver) Unwrap() dialect.Driver { return d.Driver }

// Exec sends a statement.
func (d *insertingDriver) Exec(ctx context.Context, query string, args, v any) error {
	return d.insert.exec(ctx, d.Driver, query, args, v)
}

// Query sends a statement.
func (d *insertingDriver) Query(ctx context.Context, query string, args, v any) error {
	return d.insert.query(ctx, d.Driver, query, args, v)
}

// Tx begins a transaction.
func (d *insertingDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return &insertingTx{tx, d.insert}, nil
}

// insertingTx is the transaction of a multi-statement creation.
type insertingTx struct {
	dialect.Tx
	insert *inserting
}

// Exec sends a statement.
func (t *insertingTx) Exec(ctx context.Context, query string, args, v any) error {
	return t.insert.exec(ctx, t.Tx, query, args, v)
}

// Query sends a statement.
func (t *insertingTx) Query(ctx context.Context, query string, args, v any) error {
	return t.insert.query(ctx, t.Tx, query, args, v)
}

// begins reports whether a statement is the INSERT.
func (i *inserting) begins(query string) bool {
	if i.sent || !strings.HasPrefix(query, "INSERT INTO ") {
		return false
	}
	i.sent = true
	return true
}

// exec sends an INSERT from which ent expects no row, because it knows the ID.
func (i *inserting) exec(ctx context.Context, q dialect.ExecQuerier, query string, args, v any) error {
	if !i.begins(query) {
		return q.Exec(ctx, query, args, v)
	}
	argv, ok := args.([]any)
	if !ok {
		return fmt.Errorf("entocc: unexpected arguments %T of an INSERT", args)
	}
	inserted := 0
	err := session.EachRow(ctx, q, query+` RETURNING "xmin"`, argv, func(rows *sql.Rows, _ []string) error {
		var made int64
		if err := rows.Scan(&made); err != nil {
			return err
		}
		i.made(made)
		inserted++
		return nil
	})
	if res, ok := v.(*sql.Result); ok {
		*res = driver.RowsAffected(inserted)
	}
	if _, counts := q.(counted); counts && err == nil && inserted == 0 {
		return stdsql.ErrNoRows
	}
	return err
}

// query sends an INSERT that returns the IDs as rows.
func (i *inserting) query(ctx context.Context, q dialect.ExecQuerier, query string, args, v any) error {
	rows, ok := v.(*sql.Rows)
	if !ok || !i.begins(query) {
		return q.Query(ctx, query, args, v)
	}
	if err := q.Query(ctx, query+`, "xmin"`, args, v); err != nil {
		return err
	}
	rows.ColumnScanner = &insertedRows{rows.ColumnScanner, i.made}
	return nil
}

// insertedRows are the rows of an INSERT, without their last column.
type insertedRows struct {
	sql.ColumnScanner
	made func(version int64)
}

// Columns returns the names of all columns except the last.
func (r *insertedRows) Columns() ([]string, error) {
	columns, err := r.ColumnScanner.Columns()
	if len(columns) > 0 {
		columns = columns[:len(columns)-1]
	}
	return columns, err
}

// Scan reads a row.
func (r *insertedRows) Scan(dest ...any) error {
	var made int64
	if err := r.ColumnScanner.Scan(append(dest, &made)...); err != nil {
		return err
	}
	r.made(made)
	return nil
}
