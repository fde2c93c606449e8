package session

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// Begin begins a transaction for a write of several statements. If it is a generated client's own transaction, already
// in progress, and continues after an error, it gets a savepoint, so that a write that fails halfway leaves nothing
// behind. PostgreSQL aborts a transaction at the first error.
func Begin(ctx context.Context, drv dialect.Driver) (dialect.Tx, error) {
	tx, err := drv.Tx(ctx)
	if err != nil || drv.Dialect() == dialect.Postgres {
		return tx, err
	}
	state := underWay(tx)
	if state == nil {
		return tx, nil
	}
	s := &savepointTx{Tx: tx, state: state, ctx: ctx}
	if err := s.send(ctx, "SAVEPOINT "); err != nil {
		return nil, err
	}
	return s, nil
}

// underWay returns the state of a generated client's transaction, or nil for a transaction that was only just begun.
func underWay(tx dialect.Tx) *TxState {
	switch t := tx.(type) {
	case *dialect.DebugTx:
		return underWay(t.Tx)
	case interface{ TxState() *TxState }:
		return t.TxState()
	}
	return nil
}

// Atomically runs work in a transaction that begins returns, and commits it. It rolls back after an error, a panic and
// runtime.Goexit.
func Atomically(ctx context.Context, drv dialect.Driver, begins func(context.Context, dialect.Driver) (dialect.Tx, error), work func(dialect.Tx) error) error {
	tx, err := begins(ctx, drv)
	if err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned {
			_ = tx.Rollback()
		}
	}()
	err = work(tx)
	returned = true
	if err != nil {
		return Rollback(tx, err)
	}
	return tx.Commit()
}

// BeginPlain begins a transaction for a write of which only the first statement writes.
func BeginPlain(ctx context.Context, drv dialect.Driver) (dialect.Tx, error) { return drv.Tx(ctx) }

// savepointTx is a write of several statements in a transaction that goes on.
type savepointTx struct {
	dialect.Tx
	state *TxState
	ctx   context.Context //nolint:containedctx // as ent's own Tx
}

// savePoint is the savepoint of one write.
const savePoint = "entocc_save"

func (s *savepointTx) send(ctx context.Context, command string) error {
	return s.Exec(ctx, command+savePoint, []any{}, nil)
}

// Commit keeps what was written, for the commit of the transaction.
func (s *savepointTx) Commit() error { return s.send(s.ctx, "RELEASE SAVEPOINT ") }

// Rollback undoes what was written since the savepoint. If that fails, the transaction must not be committed.
func (s *savepointTx) Rollback() error {
	ctx := context.WithoutCancel(s.ctx)
	err := s.send(ctx, "ROLLBACK TO SAVEPOINT ")
	if err == nil {
		err = s.send(ctx, "RELEASE SAVEPOINT ")
	}
	if err == nil || errors.Is(err, entocc.ErrTxEnded) || errors.Is(err, stdsql.ErrTxDone) {
		return nil // There is nothing left to undo.
	}
	s.state.breaks(fmt.Errorf("entocc: a write that failed halfway could not be undone, so the transaction was rolled back: %w", err))
	return err
}
