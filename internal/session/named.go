package session

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// namedDriver is a driver outside of a transaction. It names the outcome of a statement whose response was lost.
type namedDriver struct {
	dialect.Driver
	session *Session
	// inTx sends each writing statement in a transaction, in which database/sql repeats nothing except the BEGIN. A
	// lost response then means that nothing was written, unless it is the response to the COMMIT.
	inTx bool
}

// Unwrap returns the wrapped driver.
func (d *namedDriver) Unwrap() dialect.Driver { return d.Driver }

// Exec sends a statement.
func (d *namedDriver) Exec(ctx context.Context, query string, args, v any) error {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return err
	}
	if !d.inTx {
		return entocc.NameOutcome(ctx, d.Driver.Exec(ctx, query, args, v))
	}
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, query, args, v); err != nil {
		return Rollback(tx, err)
	}
	return Commit(tx)
}

// Query sends a statement. Its rows carry the error of the commit.
func (d *namedDriver) Query(ctx context.Context, query string, args, v any) error {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return err
	}
	rows, ok := v.(*sql.Rows)
	if !ok || reads(query) {
		return d.Driver.Query(ctx, query, args, v)
	}
	if !d.inTx {
		err := entocc.NameOutcome(ctx, d.Driver.Query(ctx, query, args, v))
		if err == nil && !strings.HasPrefix(query, "UPDATE ") { // entocc's own, which checks its rows itself.
			name := func(err error) error { return entocc.NameOutcome(ctx, err) }
			rows.ColumnScanner = &namedRows{ColumnScanner: rows.ColumnScanner, name: name, end: name}
		}
		return err
	}
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return err
	}
	if err := tx.Query(ctx, query, args, v); err != nil {
		return Rollback(tx, err)
	}
	rows.ColumnScanner = &namedRows{ColumnScanner: rows.ColumnScanner, end: func(err error) error {
		if err != nil {
			return Rollback(tx, err)
		}
		return Commit(tx)
	}}
	return nil
}

// reads reports whether a statement only reads.
func reads(query string) bool {
	verb, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n("), " ")
	return strings.EqualFold(verb, "SELECT")
}

// Tx begins a transaction.
func (d *namedDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	if err := d.session.admit(ctx, d.Driver); err != nil {
		return nil, err
	}
	tx, err := d.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return NamedTx(d.session, tx, d.Driver), nil
}

// namedRows are the rows of a writing statement. Code that reads rows asks for their error last, and that is where the
// outcome of the write is reported.
type namedRows struct {
	sql.ColumnScanner
	// name names the outcome in an error from reading a row, if the write is not in a transaction: database/sql closes
	// the rows of an ended context at any time, which commits the write on SQLite. It may be nil.
	name func(error) error
	end  func(error) error

	ended bool
	err   error
}

// Columns returns the names of the columns.
func (r *namedRows) Columns() ([]string, error) {
	columns, err := r.ColumnScanner.Columns()
	return columns, r.named(err)
}

// Scan reads a row.
func (r *namedRows) Scan(dest ...any) error { return r.named(r.ColumnScanner.Scan(dest...)) }

func (r *namedRows) named(err error) error {
	if err == nil || r.name == nil {
		return err
	}
	return r.name(err)
}

// Err reads the remaining rows, and returns the outcome of the write.
func (r *namedRows) Err() error {
	if r.ended {
		return r.err
	}
	r.ended = true
	for r.Next() { //nolint:revive // the rest of an answer that nobody reads
	}
	err := r.ColumnScanner.Err()
	if cerr := r.ColumnScanner.Close(); err == nil {
		err = cerr
	}
	r.err = r.end(err)
	return r.err
}

// Close ends the write, if it has not ended yet.
func (r *namedRows) Close() error { return r.Err() }

// namedTx is a transaction whose commit names an unknown outcome.
type namedTx struct {
	dialect.Tx
	session *Session
}

// Commit commits.
func (t *namedTx) Commit() error { return Commit(t.Tx) }

// ExecContext supports ent's feature sql/execquery.
func (t *namedTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	return ExecContext(ctx, t.Tx, query, args)
}

// QueryContext supports ent's feature sql/execquery.
func (t *namedTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	return QueryContext(ctx, t.Tx, query, args)
}

// Commit commits. If the connection is lost after the COMMIT was sent, the transaction may have been committed.
func Commit(tx dialect.Tx) error {
	return entocc.NameCommit(tx.Commit())
}

// ExecContext sends a statement for ent's feature sql/execquery, if q can.
func ExecContext(ctx context.Context, q any, query string, args []any) (stdsql.Result, error) {
	ex, ok := q.(interface {
		ExecContext(context.Context, string, ...any) (stdsql.Result, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T does not support ExecContext", q)
	}
	return ex.ExecContext(ctx, query, args...)
}

// QueryContext sends a query for ent's feature sql/execquery, if q can.
func QueryContext(ctx context.Context, q any, query string, args []any) (*stdsql.Rows, error) {
	ex, ok := q.(interface {
		QueryContext(context.Context, string, ...any) (*stdsql.Rows, error)
	})
	if !ok {
		return nil, fmt.Errorf("%T does not support QueryContext", q)
	}
	return ex.QueryContext(ctx, query, args...)
}
