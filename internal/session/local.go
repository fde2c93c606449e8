package session

import (
	"context"
	stdsql "database/sql"
	"errors"
)

// localTx is a transaction of SQLite, where the answer of a COMMIT is never lost: database/sql looks at the context before it
// commits, and the drivers do not look at it then. That of a single statement is, as its commit is its last step.
type localTx struct {
	namedTx
	// writing is the context of the last statement, if that may write and its context had not ended before.
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

// ExecContext is of ent's feature sql/execquery.
func (t *localTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	t.sends(ctx, query)
	return t.namedTx.ExecContext(ctx, query, args...)
}

// QueryContext is of ent's feature sql/execquery.
func (t *localTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	t.sends(ctx, query)
	return t.namedTx.QueryContext(ctx, query, args...)
}

// Commit commits.
func (t *localTx) Commit() error { return t.Tx.Commit() }

// Rollback rolls back. SQLite refuses it where it has done so by itself.
func (t *localTx) Rollback() error { return t.Tx.Rollback() }

// sends notes a statement before it is sent.
func (t *localTx) sends(ctx context.Context, query string) {
	t.writing = nil
	if ctx.Err() == nil && MayWrite(query) {
		t.writing = ctx
	}
}

// mayHaveWritten reports whether err is that of a context which ended while a statement was carried out that writes. SQLite rolls the
// transaction back when it notices that it is to stop, but it may be done before it does, and modernc's driver answers by the
// context's error all the same. Its caller believes that nothing was written, so nothing may be committed.
func (t *localTx) mayHaveWritten(err error) bool {
	return t != nil && t.writing != nil && t.writing.Err() != nil &&
		(errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}
