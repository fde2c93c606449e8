package write

import (
	"context"
	stdsql "database/sql"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Counting returns a driver for the guarded upsert of one row with a composite ID. ent returns nothing for such a row,
// so an upsert that the row refused would seem to succeed: this driver returns stdsql.ErrNoRows, as for other IDs. On
// MySQL and MariaDB it is an error already.
func Counting(drv dialect.Driver) dialect.Driver {
	if drv.Dialect() == dialect.MySQL {
		return drv
	}
	return countingDriver{drv}
}

type countingDriver struct{ dialect.Driver }

// counted marks drivers that report an INSERT that wrote no row as an error.
type counted interface{ counts() }

func (countingDriver) counts() {}
func (countingTx) counts()     {}

// Unwrap returns the wrapped driver.
func (d countingDriver) Unwrap() dialect.Driver { return d.Driver }

// Exec sends a statement.
func (d countingDriver) Exec(ctx context.Context, query string, args, v any) error {
	return execCounted(ctx, d.Driver, query, args, v)
}

// Tx begins a transaction.
func (d countingDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return countingTx{tx}, nil
}

type countingTx struct{ dialect.Tx }

// Exec sends a statement.
func (t countingTx) Exec(ctx context.Context, query string, args, v any) error {
	return execCounted(ctx, t.Tx, query, args, v)
}

// execCounted sends a statement. The INSERT is the only one whose result ent does not read.
func execCounted(ctx context.Context, q dialect.ExecQuerier, query string, args, v any) error {
	if v != nil || !strings.HasPrefix(query, "INSERT INTO ") {
		return q.Exec(ctx, query, args, v)
	}
	var res sql.Result
	if err := q.Exec(ctx, query, args, &res); err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = stdsql.ErrNoRows
	}
	return err
}
