package session

import (
	"context"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// Rollback rolls back. A node of Galera that has lost the others refuses that too (1047). database/sql then gives the connection
// back to its pool with the transaction open on it, and whoever gets it next commits the transaction by beginning another. So
// the node is asked while the connection is still at hand, which costs a ROLLBACK more there, and a connection whose
// transaction does not end is closed: that ends it.
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

// closeConn has the driver close the connection of a transaction, as go-sql-driver does where the context of a statement
// ends before its answer. SET is what such a node still carries out. Where the connection is not closed, by another
// driver or because this program stood still for all of the second, the rollback that follows is refused and says so.
func closeConn(tx dialect.Tx) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_ = tx.Exec(ctx, "SET @entocc_closing = SLEEP(1)", []any{}, nil)
}
