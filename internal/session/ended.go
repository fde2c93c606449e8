package session

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// EndTx closes a transaction that the database rolled back by itself, if err says so, and returns a replacement that
// refuses every further statement and the commit. It returns nil if the transaction goes on. MySQL and MariaDB (errors
// 1213 and 1020) and SQLite would run such statements in autocommit, where a rollback no longer undoes them, and the
// commit would succeed on MySQL and MariaDB.
func EndTx(tx dialect.Tx, err error) dialect.Tx {
	within := tx
	for {
		wrapped, ok := within.(interface{ UnwrapTx() dialect.Tx })
		if !ok {
			break
		}
		within = wrapped.UnwrapTx()
	}
	local, _ := within.(*localTx)
	if local.mayHaveWritten(err) {
		_ = tx.Rollback()
		return EndedTx{err}
	}
	return endTx(tx, within, err, local != nil)
}

// endTx is EndTx for a transaction of SQLite, if local says so, or of a server. within is used to query the database.
func endTx(tx, within dialect.Tx, err error, local bool) dialect.Tx {
	if err == nil {
		return nil
	}
	if _, ok := tx.(EndedTx); ok {
		return nil
	}
	class := entocc.Classify(err)
	switch {
	case class.RolledBack:
	case local && !isOpen(within), class.Kind == entocc.KindLockTimeout && !class.TxDead && undoneByTimeout(within):
	default:
		return nil
	}
	_ = tx.Rollback() // There is nothing left to roll back; this returns the connection to the pool.
	return EndedTx{err}
}

// isOpen asks SQLite whether a transaction goes on after an error. The error alone does not say: constraints and
// triggers may roll it back (ON CONFLICT ROLLBACK), and so may a full disk, or a statement that its context
// interrupted. There is a test that changes nothing if the transaction is open: a transaction can't begin within
// another.
func isOpen(tx dialect.Tx) bool {
	err := tx.Exec(context.Background(), "BEGIN", []any{}, nil)
	return err != nil && (strings.Contains(err.Error(), "within a transaction") || errors.Is(err, stdsql.ErrTxDone))
}

// undoneByTimeout asks MySQL or MariaDB whether a lock wait timeout undid more than the statement.
func undoneByTimeout(tx dialect.Tx) bool {
	value, err := variable(context.Background(), tx, "SELECT 'innodb_rollback_on_timeout', @@innodb_rollback_on_timeout")
	return err != nil || value != "0"
}

// WatchRows passes the errors that come with the rows of a query to ended: MySQL and MariaDB send the start of a result
// before they have read and locked all of it, and SQLite carries out a statement while its rows are read. v is what the
// query was given to put its rows into.
func WatchRows(d string, v any, ended func(error) error) {
	if rows, ok := v.(*sql.Rows); ok && d != dialect.Postgres && rows.ColumnScanner != nil {
		rows.ColumnScanner = watchedRows{rows.ColumnScanner, ended}
	}
}

// watchedRows are rows whose errors are observed.
type watchedRows struct {
	sql.ColumnScanner
	ended func(error) error
}

// Err returns the error that ended the rows.
func (r watchedRows) Err() error { return r.ended(r.ColumnScanner.Err()) }

// Close reads the rest of the result, and the error that may be in it.
func (r watchedRows) Close() error { return r.ended(r.ColumnScanner.Close()) }

// endingTx is a transaction that entocc itself began, and that is over once an error has ended it: no further statement
// runs outside any transaction. Generated code does the same for the caller's own transactions.
type endingTx struct {
	dialect.Tx
	name string
}

// NewEndingTx wraps tx so that it is over when the database d says so.
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
	if over := endTx(t.Tx, t.Tx, err, t.name == dialect.SQLite); over != nil {
		t.Tx = over
	}
	return err
}

// EndedTx is a transaction that the database rolled back.
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
