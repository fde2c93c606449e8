package session

import (
	"context"
	"strings"

	"entgo.io/ent/dialect"
)

// MariaDB has no UPDATE .. RETURNING, but accepts compound statements outside of stored programs: one statement begins
// the transaction, updates the row and reads it. The COMMIT is a separate statement, so that it has its own response,
// and an error in between is followed by a ROLLBACK on the same connection. A handler inside the statement would not be
// enough: the server does not run it if the statement is killed between two parts, and leaves the transaction open.
const (
	CompoundBegin = "BEGIN NOT ATOMIC START TRANSACTION; "
	CompoundEnd   = "; END"
)

// What is known about a server and compound statements.
const (
	compoundsUnknown uint32 = iota
	compoundsAsked
	compoundsTaken
	compoundsRefused
)

// BeginCompound returns a transaction that is begun by its first statement, a compound one, or nil if the server does
// not accept compound statements. drv must autocommit.
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

// pinForCompound returns a connection to a server that accepts compound statements, or nil. The first call asks the
// server; calls in the meantime do without.
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

// inTransaction queries the variable that says whether the session is in a transaction.
const inTransaction = "SELECT 'in_transaction', @@in_transaction"

// askForCompounds sends a compound statement like those of saves, and checks whether the next statement still sees the
// transaction that it began. This covers MySQL, MariaDB in ORACLE mode, and proxies in between; cutting the connection
// is an answer, too. Nodes of a Galera cluster use transactions of the driver, whose commits are verified.
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

// CompoundTx is a transaction that is begun by its first statement.
type CompoundTx struct {
	Pinned
	session  *Session
	ctx      context.Context //nolint:containedctx // dialect.Tx.Commit has none, and ent's own Tx keeps it as well
	released bool
}

// Refuses reports whether an error says that the statement was not understood (1064), or can't be prepared (1295). No
// part of it was carried out, and the server is not asked again.
func (t *CompoundTx) Refuses(err error) bool {
	if err == nil || !strings.Contains(err.Error(), "Error 1064") && !strings.Contains(err.Error(), "Error 1295") {
		return false
	}
	t.session.compounds.Store(compoundsRefused)
	return true
}

// Commit commits, unless the context has ended by then, like transactions of database/sql. It is not interrupted
// halfway.
func (t *CompoundTx) Commit() error {
	if err := t.ctx.Err(); err != nil {
		return Rollback(t, err)
	}
	return t.end("COMMIT")
}

// Rollback rolls back, by closing the connection if necessary.
func (t *CompoundTx) Rollback() error {
	_ = t.end("ROLLBACK")
	return nil
}

func (t *CompoundTx) end(verb string) error {
	err := t.Exec(context.WithoutCancel(t.ctx), verb, []any{}, nil)
	t.release(err == nil)
	return err
}

// Abandon closes the connection of a transaction that a panic left open.
func (t *CompoundTx) Abandon() { t.release(false) }

func (t *CompoundTx) release(clean bool) {
	if !t.released {
		t.released = true
		t.Release(clean)
	}
}
