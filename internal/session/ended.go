package session

import (
	"context"
	stdsql "database/sql"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// EndTx closes a transaction that the database has rolled back by itself, if err says that it has, and returns one to
// take its place, which refuses every further statement and the commit. It returns nil where the transaction goes on.
// MySQL and MariaDB (errors 1213 and 1020) would run such statements in autocommit, where a rollback no longer undoes
// them, and answer the commit by nil.
func EndTx(tx dialect.Tx, err error) dialect.Tx {
	if err == nil || !entocc.Classify(err).RolledBack {
		return nil
	}
	if _, ok := tx.(EndedTx); ok {
		return nil
	}
	_ = tx.Rollback() // There is nothing left to roll back; it gives the connection back.
	return EndedTx{err}
}

// WatchRows has ended see the errors that come with the rows of a query: MySQL and MariaDB send the head of an answer
// before they have read, and locked, all of it. v is what the query was given to put its rows into.
func WatchRows(d string, v any, ended func(error) error) {
	if rows, ok := v.(*sql.Rows); ok && d == dialect.MySQL && rows.ColumnScanner != nil {
		rows.ColumnScanner = watchedRows{rows.ColumnScanner, ended}
	}
}

// watchedRows are rows whose errors are seen.
type watchedRows struct {
	sql.ColumnScanner
	ended func(error) error
}

// Err returns the error that ended the rows.
func (r watchedRows) Err() error { return r.ended(r.ColumnScanner.Err()) }

// Close reads the rest of the answer, and the error that may be in it.
func (r watchedRows) Close() error { return r.ended(r.ColumnScanner.Close()) }

// endingTx is a transaction that entocc has begun itself, and that is over once an error has ended it: no further statement
// of it runs outside any transaction. Generated code does the same for the caller's own.
type endingTx struct {
	dialect.Tx
	name string
}

// NewEndingTx returns tx as one that is over when the database d says so.
func NewEndingTx(tx dialect.Tx, d string) dialect.Tx { return &endingTx{Tx: tx, name: d} }

// Exec sends the statement, unless the transaction is over.
func (t *endingTx) Exec(ctx context.Context, query string, args, v any) error {
	return t.ended(t.Tx.Exec(ctx, query, args, v))
}

// Query sends the statement, unless the transaction is over.
func (t *endingTx) Query(ctx context.Context, query string, args, v any) error {
	err := t.Tx.Query(ctx, query, args, v)
	if err == nil {
		WatchRows(t.name, v, t.ended)
	}
	return t.ended(err)
}

func (t *endingTx) ended(err error) error {
	if over := EndTx(t.Tx, err); over != nil {
		t.Tx = over
	}
	return err
}

// EndedTx is a transaction that the database has rolled back.
type EndedTx struct{ cause error }

func (t EndedTx) err() error {
	return fmt.Errorf("%w: %w", entocc.ErrTxEnded, t.cause)
}

// Exec refuses the statement.
func (t EndedTx) Exec(context.Context, string, any, any) error { return t.err() }

// Query refuses the statement.
func (t EndedTx) Query(context.Context, string, any, any) error { return t.err() }

// ExecContext refuses the statement.
func (t EndedTx) ExecContext(context.Context, string, ...any) (stdsql.Result, error) {
	return nil, t.err()
}

// QueryContext refuses the statement.
func (t EndedTx) QueryContext(context.Context, string, ...any) (*stdsql.Rows, error) {
	return nil, t.err()
}

// Commit refuses: nothing was written.
func (t EndedTx) Commit() error { return t.err() }

// Rollback has nothing to do.
func (t EndedTx) Rollback() error { return nil }
