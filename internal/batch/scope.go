package batch

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
)

// scope is the transaction in which a batch is written: all of it, or nothing.
type scope struct {
	tx      dialect.Tx
	dialect string
	// own reports that the transaction is begun here. Otherwise it may be the caller's, who continues in it: if a batch
	// fails, a savepoint undoes what it wrote. marked reports that the savepoint is to be set here; otherwise the
	// driver has set it.
	own, marked bool
	// torn reports that what was written in the caller's transaction could not be undone.
	torn bool
}

func newScope(drv dialect.Driver) scope {
	own := session.Begins(drv)
	return scope{dialect: drv.Dialect(), own: own, marked: !own}
}

// atomically runs work in the transaction, and commits it. It undoes everything after an error, and after a panic.
func (w *scope) atomically(ctx context.Context, drv dialect.Driver, work func(context.Context) error) (err error) {
	if w.tx, err = drv.Tx(ctx); err != nil {
		return err
	}
	if w.own {
		w.tx = session.NewEndingTx(w.tx, w.dialect)
	}
	if w.marked {
		if err := w.savepoint(ctx, "SAVEPOINT ", startPoint); err != nil {
			return session.Rollback(w.tx, err)
		}
	}
	over := false
	defer func() {
		if !over { // A callback panicked.
			_ = w.undo(ctx, nil)
		}
	}()
	err = work(ctx)
	over = true
	if err != nil {
		return w.undo(ctx, err)
	}
	if w.marked {
		if err := w.savepoint(ctx, "RELEASE SAVEPOINT ", startPoint); err != nil {
			return session.Rollback(w.tx, err)
		}
	}
	return w.committed(w.tx.Commit())
}

// committed adds what is known to an error of the commit. If the connection was lost, nothing is known.
func (w *scope) committed(err error) error {
	class := entocc.Classify(err)
	switch {
	case err == nil || !w.own || class.Retryable() || w.dialect == dialect.Postgres && class.TxDead || sqlgraph.IsConstraintError(err),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, stdsql.ErrTxDone):
		return err
	}
	return &unknownError{err}
}

// unknownError is the error of a commit that may have been carried out.
type unknownError struct{ error }

func (e *unknownError) Error() string {
	return "entocc: the commit of the batch failed, and whether it was written is not known: " + e.error.Error()
}

func (e *unknownError) Unwrap() error { return e.error }

// undo undoes what the batch wrote, and nothing that the caller's transaction did before.
func (w *scope) undo(ctx context.Context, err error) error {
	if w.marked && !entocc.Classify(err).RolledBack {
		ctx = context.WithoutCancel(ctx)
		serr := w.savepoint(ctx, "ROLLBACK TO SAVEPOINT ", startPoint)
		if serr == nil {
			serr = w.savepoint(ctx, "RELEASE SAVEPOINT ", startPoint)
		}
		if serr != nil && !errors.Is(serr, entocc.ErrTxEnded) { // Otherwise there is nothing left to undo.
			w.torn = true
			err = fmt.Errorf("%w: the batch could not be undone, roll the transaction back: %v", err, serr) //nolint:errorlint // err is what callers match
		}
	}
	return session.Rollback(w.tx, err)
}

// The savepoints of a batch in the caller's transaction, and of one of its statements.
const (
	startPoint = "entocc_bulk"
	chunkPoint = "entocc_bulk_statement"
)

func (w *scope) savepoint(ctx context.Context, command, name string) error {
	return w.tx.Exec(ctx, command+name, []any{}, nil)
}
