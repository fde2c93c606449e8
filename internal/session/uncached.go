package session

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// Uncached returns a driver whose queries are answered by the database. A driver that is not ent's may answer them from
// a cache, or send them to a replica, as long as they are not in a transaction: each gets its own transaction.
func Uncached(drv dialect.Driver) dialect.Driver {
	if Begins(drv) {
		return drv
	}
	return uncachedDriver{drv}
}

// UncachedQuerier is [Uncached] for something that may already be a transaction.
func UncachedQuerier(q dialect.ExecQuerier) dialect.ExecQuerier {
	if drv, ok := q.(dialect.Driver); ok {
		return Uncached(drv)
	}
	return q
}

// uncachedDriver sends each query in a transaction.
type uncachedDriver struct{ dialect.Driver }

// Query sends a query. Its rows end the transaction.
func (d uncachedDriver) Query(ctx context.Context, query string, args, v any) error {
	rows, ok := v.(*sql.Rows)
	if !ok {
		return d.Driver.Query(ctx, query, args, v)
	}
	tx, err := d.Tx(ctx)
	if err != nil {
		return err
	}
	if err := tx.Query(ctx, query, args, rows); err != nil {
		return Rollback(tx, err)
	}
	rows.ColumnScanner = &namedRows{ColumnScanner: rows.ColumnScanner, end: func(err error) error {
		if err != nil {
			return Rollback(tx, err)
		}
		return tx.Commit()
	}}
	return nil
}
