package session

import (
	"context"
	stdsql "database/sql"
	"errors"
)

// localTx is a transaction of SQLite, where the response to a COMMIT is never lost: database/sql checks the context
// before it commits, and the drivers don't check it during the commit. The response to a single statement can be lost,
// because its commit is its last step.
type localTx struct {
	namedTx
	// writing is the context of the last statement, if it may write and its context had not ended before.
	writing context.Context //nolint:containedctx // of a statement whose rows are read later
}

// Exec sends a statement.
func (t *localTx) Exec(ctx context.Context, query string, args, v any) error {
	t.sends(ctx, query)
	return t.namedTx.Exec(ctx, query, args, v)
}

// Query sends a statement.
func (t *localTx) Query(ctx context.Context, query string, args, v any) error {
	t.sends(ctx, query)
	return t.namedTx.Query(ctx, query, args, v)
}

// ExecContext supports ent's feature sql/execquery.
func (t *localTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	t.sends(ctx, query)
	return t.namedTx.ExecContext(ctx, query, args...)
}

// QueryContext supports ent's feature sql/execquery.
func (t *localTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	t.sends(ctx, query)
	return t.namedTx.QueryContext(ctx, query, args...)
}

// Commit commits.
func (t *localTx) Commit() error { return t.Tx.Commit() }

// Rollback rolls back. SQLite refuses it if it has rolled back by itself.
func (t *localTx) Rollback() error { return t.Tx.Rollback() }

// sends notes a statement before it is sent.
func (t *localTx) sends(ctx context.Context, query string) {
	t.writing = nil
	if ctx.Err() == nil && MayWrite(query) {
		t.writing = ctx
	}
}

// mayHaveWritten reports whether err comes from a context that ended while a writing statement was carried out. SQLite
// rolls the transaction back when it notices the interruption, but it may finish before that, and modernc's driver
// returns the context's error even so. The caller believes that nothing was written, so nothing may be committed.
func (t *localTx) mayHaveWritten(err error) bool {
	return t != nil && t.writing != nil && t.writing.Err() != nil &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}
