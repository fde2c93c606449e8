package session

import (
	"context"
	"strings"

	"entgo.io/ent/dialect"
)

// MariaDB has no UPDATE .. RETURNING, but takes compound statements outside of stored programs: one statement begins the
// transaction, updates the row and reads it. The COMMIT is its own statement, so that it has its own answer,
// and an error in between is followed by a ROLLBACK on the same connection. A handler inside of the statement would not
// do: the server does not run it when the statement is killed between two parts, and leaves the transaction open.
const (
	CompoundBegin = "BEGIN NOT ATOMIC START TRANSACTION; "
	CompoundEnd   = "; END"
)

// What is known of a server and compound statements.
const (
	compoundsUnknown uint32 = iota
	compoundsAsked
	compoundsTaken
	compoundsRefused
)

// BeginCompound returns a transaction that its first statement begins, a compound one, or nil where the server takes no such
// statements. drv is one that autocommits.
func BeginCompound(ctx context.Context, drv dialect.Driver) (*CompoundTx, error) {
	d, ok := drv.(*namedDriver)
	if !ok {
		return nil, nil
	}
	conn, err := d.pinForCompound(ctx)
	if conn == nil || err != nil {
		return nil, err
	}
	return &CompoundTx{Pinned: conn, session: d.session, ctx: ctx}, nil
}

// pinForCompound returns a connection to a server that takes compound statements, or nil. The first call asks the server;
// others in the meantime do without.
func (d *namedDriver) pinForCompound(ctx context.Context) (Pinned, error) {
	if d.session.compounds.Load() == compoundsTaken {
		return Pin(ctx, d.Driver)
	}
	if !d.session.compounds.CompareAndSwap(compoundsUnknown, compoundsAsked) {
		return nil, nil
	}
	answer := compoundsUnknown
	defer func() { d.session.compounds.Store(answer) }()
	conn, err := Pin(ctx, d.Driver)
	if conn == nil || err != nil {
		return nil, err
	}
	var clean bool
	if answer, clean = d.askForCompounds(ctx, conn); answer != compoundsTaken {
		conn.Release(clean)
		return nil, nil
	}
	return conn, nil
}

// inTransaction asks for the variable that says whether the session is in a transaction.
const inTransaction = "SELECT 'in_transaction', @@in_transaction"

// askForCompounds sends a compound statement of the kind that saves are, and looks at whether the transaction that it has
// begun is there for the next statement. This finds out about MySQL, about MariaDB in the mode ORACLE, and about proxies
// between; one that cuts the connection has answered, too. Nodes of a Galera cluster are left to transactions of the driver's,
// whose commits are verified.
func (d *namedDriver) askForCompounds(ctx context.Context, conn Pinned) (answer uint32, clean bool) {
	galera, err := variable(ctx, conn, CompoundBegin+"SHOW VARIABLES WHERE Variable_name = ?"+CompoundEnd, "wsrep_on")
	open := ""
	if err == nil {
		open, err = variable(ctx, conn, inTransaction)
	}
	clean = conn.Exec(ctx, "ROLLBACK", []any{}, nil) == nil
	switch {
	case err == nil && clean && galera != "ON" && open == "1":
		return compoundsTaken, true
	case ctx.Err() != nil:
		return compoundsUnknown, clean
	}
	return compoundsRefused, clean
}

// CompoundTx is a transaction that its first statement begins.
type CompoundTx struct {
	Pinned
	session  *Session
	ctx      context.Context //nolint:containedctx // dialect.Tx.Commit has none, and ent's own Tx keeps it as well
	released bool
}

// Refuses reports whether an error says that the statement was not understood (1064), or is none that can be prepared (1295).
// Nothing of it was carried out, and the server is not asked again.
func (t *CompoundTx) Refuses(err error) bool {
	if err == nil || !strings.Contains(err.Error(), "Error 1064") && !strings.Contains(err.Error(), "Error 1295") {
		return false
	}
	t.session.compounds.Store(compoundsRefused)
	return true
}

// Commit commits, unless the context has ended by then, as transactions of database/sql do. It is not broken off half-way.
func (t *CompoundTx) Commit() error {
	if err := t.ctx.Err(); err != nil {
		return Rollback(t, err)
	}
	return t.end("COMMIT")
}

// Rollback rolls back, by closing the connection if need be.
func (t *CompoundTx) Rollback() error {
	_ = t.end("ROLLBACK")
	return nil
}

func (t *CompoundTx) end(verb string) error {
	err := t.Exec(context.WithoutCancel(t.ctx), verb, []any{}, nil)
	t.release(err == nil)
	return err
}

// Abandon closes the connection of a transaction that was left by a panic.
func (t *CompoundTx) Abandon() { t.release(false) }

func (t *CompoundTx) release(clean bool) {
	if !t.released {
		t.released = true
		t.Release(clean)
	}
}
