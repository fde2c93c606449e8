package hook

import (
	"context"
	stdsql "database/sql"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// EndTx closes a transaction that the database has rolled back by itself, if err says that it has, and returns one in
// its place that refuses every further statement and the commit. MySQL and MariaDB (errors 1213 and 1020) would run such
// statements in autocommit, where a rollback no longer undoes them, and answer the commit by nil.
func EndTx(tx dialect.Tx, err error) dialect.Tx {
	if err == nil || !entocc.Classify(err).RolledBack {
		return tx
	}
	if _, ok := tx.(endedTx); ok {
		return tx
	}
	_ = tx.Rollback() // There is nothing left to roll back; it gives the connection back.
	return endedTx{err}
}

// endedTx is a transaction that the database has rolled back.
type endedTx struct{ cause error }

func (t endedTx) err() error {
	return fmt.Errorf("entocc: the database has rolled this transaction back, run it again from its start: %w", t.cause)
}

// Exec refuses the statement.
func (t endedTx) Exec(context.Context, string, any, any) error { return t.err() }

// Query refuses the statement.
func (t endedTx) Query(context.Context, string, any, any) error { return t.err() }

// ExecContext refuses the statement.
func (t endedTx) ExecContext(context.Context, string, ...any) (stdsql.Result, error) {
	return nil, t.err()
}

// QueryContext refuses the statement.
func (t endedTx) QueryContext(context.Context, string, ...any) (*stdsql.Rows, error) {
	return nil, t.err()
}

// Commit refuses: nothing was written.
func (t endedTx) Commit() error { return t.err() }

// Rollback has nothing to do.
func (t endedTx) Rollback() error { return nil }
