package session

import (
	"context"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// Rollback rolls back. A Galera node that has lost the other nodes refuses even that (1047). database/sql then returns
// the connection to its pool with the transaction still open, and its next user commits the transaction by beginning
// another. So the node is checked while the connection is still available, which costs an extra ROLLBACK there, and a
// connection whose transaction does not end is closed, which ends it.
func (t *namedTx) Rollback() error {
	if t.session.galera.Load() != yes {
		return entocc.NameRollback(t.Tx.Rollback())
	}
	refused := entocc.IsOutcomeUnknown(entocc.NameRollback(t.Exec(context.Background(), "ROLLBACK", []any{}, nil)))
	if refused {
		closeConn(t.Tx)
	}
	err := entocc.NameRollback(t.Tx.Rollback())
	if refused && !entocc.IsOutcomeUnknown(err) {
		return nil // The connection has ended, and the transaction with it.
	}
	return err
}

// closeConn makes the driver close the connection of a transaction, as go-sql-driver does if the context of a statement
// ends before its response. Such a node still carries out SET. If the connection is not closed, because the driver is a
// different one or because this program was suspended for the whole second, the following rollback is refused and
// reports it.
func closeConn(tx dialect.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_ = tx.Exec(ctx, "SET @entocc_closing = SLEEP(1)", []any{}, nil)
}
