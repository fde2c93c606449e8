package verify

import (
	"context"
	stdsql "database/sql"
	"errors"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
)

// VerifyingTx is a transaction that checks, before it commits, that rows that it only read still have their version. In
// JPA this is LockModeType.OPTIMISTIC. The check takes locks that last until the end of the transaction, so that nobody
// changes the rows between the check and the commit.
//
// Rows that the transaction writes itself are not conflicts, even if the database's own actions write them (ON DELETE
// CASCADE, triggers): they are checked and locked before the first statement that writes anything, and from then on
// nobody else can change them.
type VerifyingTx struct {
	dialect.Tx
	name string
	// latest reads outside the transaction.
	latest dialect.ExecQuerier
	ctx    context.Context
	rows   []*Verified
	// savepoints are the names of the savepoints that are set.
	savepoints []string
	ended      bool
}

// Verify is [VerifyIn] for a transaction about which nothing is known.
func Verify(tx dialect.Tx, drv dialect.Driver, rows ...*Verified) *VerifyingTx {
	return VerifyIn(new(session.TxState), tx, drv, rows...)
}

// VerifyIn wraps tx so that it checks the rows when it commits. state is the state of tx, and drv is the driver that
// began it. A transaction that already checks rows adds these to its list and is returned itself. What an earlier call
// expected of a row is replaced, because the caller has read it again. Two versions in one call stay two: both
// influenced the transaction, so it can't commit.
func VerifyIn(state *session.TxState, tx dialect.Tx, drv dialect.Driver, rows ...*Verified) *VerifyingTx {
	t, ok := tx.(*VerifyingTx)
	if !ok {
		t = &VerifyingTx{Tx: tx, name: drv.Dialect(), latest: drv, ctx: context.Background(), savepoints: state.Savepoints()}
	}
	for _, row := range rows {
		row.locked = state.Proves(row.Table, row.ID, func(v any) bool { return row.Schema.Strategy.Equal(v, row.Version) })
	}
	t.rows = slices.DeleteFunc(t.rows, func(earlier *Verified) bool {
		return slices.ContainsFunc(rows, earlier.sameRow) && !slices.ContainsFunc(rows, earlier.same)
	})
	for _, row := range rows {
		if !slices.ContainsFunc(t.rows, row.same) {
			row.depth = len(t.savepoints)
			t.rows = append(t.rows, row)
		}
	}
	return t
}

// UnwrapTx returns the underlying transaction, without the checks.
func (t *VerifyingTx) UnwrapTx() dialect.Tx { return t.Tx }

// Until sets the context of the checks before the commit: the context of the transaction.
func (t *VerifyingTx) Until(ctx context.Context) { t.ctx = ctx }

// Exec checks the rows that the statement may write to, and sends it.
func (t *VerifyingTx) Exec(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	return t.Tx.Exec(ctx, query, args, v)
}

// Query checks the rows that the statement may write to, and sends it.
func (t *VerifyingTx) Query(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	return t.Tx.Query(ctx, query, args, v)
}

// ExecContext does so for ent's feature sql/execquery.
func (t *VerifyingTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	return session.ExecContext(ctx, t.Tx, query, args)
}

// QueryContext does so for ent's feature sql/execquery.
func (t *VerifyingTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	return session.QueryContext(ctx, t.Tx, query, args)
}

// Ended reports whether tx has ended, so that nothing can be read in it anymore.
func Ended(tx dialect.Tx) bool {
	if t, ok := tx.(*VerifyingTx); ok {
		return t.ended
	}
	_, ended := tx.(session.EndedTx)
	return ended
}

// Commit commits if every row still has its version, and rolls back otherwise.
func (t *VerifyingTx) Commit() error {
	defer func() { t.ended = true }()
	err := t.certify(t.ctx)
	pending := t.pending()
	if err == nil {
		err = t.check(t.ctx, pending, func(*Verified) session.Lock { return session.Shared })
	}
	if err == nil {
		return t.Tx.Commit()
	}
	if rerr := t.Tx.Rollback(); !errors.Is(rerr, stdsql.ErrTxDone) {
		err = session.RolledBack(err, rerr)
	}
	if t.name == dialect.SQLite && isStaleSnapshot(err) || isReadOnly(err) {
		// Either the snapshot is old, which SQLite reports for a transaction that has written nothing, or the
		// transaction is read-only: there is nothing to commit, and another row may have changed.
		return t.checkLatest(pending)
	}
	return err
}

// certify bumps the rows on a node of a Galera cluster. Other nodes do not see the locks of this one; when a
// transaction commits, they compare what it has written. That includes rows that the transaction itself changed.
func (t *VerifyingTx) certify(ctx context.Context) error {
	on, err := session.OnGalera(ctx, t.Tx, t.name)
	if !on {
		return err
	}
	for _, row := range t.rows {
		if err := row.bump(ctx, t.Tx, t.name); err != nil {
			return err
		}
	}
	return nil
}

// Rollback gives up the transaction, and its checks.
func (t *VerifyingTx) Rollback() error {
	t.ended = true
	return t.Tx.Rollback()
}

func isStaleSnapshot(err error) bool { return entocc.Classify(err).Kind == entocc.KindModified }

// checkLatest checks the rows outside the transaction, which has ended.
func (t *VerifyingTx) checkLatest(rows []*Verified) error {
	for _, row := range rows {
		if err := row.Check(t.ctx, t.latest, t.name, session.Unlocked); err != nil {
			return err
		}
	}
	return nil
}

// isReadOnly reports whether a lock was refused because the transaction is read-only.
func isReadOnly(err error) bool {
	var state interface{ SQLState() string }
	return errors.As(err, &state) && state.SQLState() == "25006" ||
		strings.Contains(err.Error(), "Error 1792") || strings.Contains(err.Error(), "readonly database")
}

// before checks the rows before a writing statement. The statement may write to all of them: through the database's own
// actions even to tables that it does not name. Rows of such tables are locked so that others can still read them.
func (t *VerifyingTx) before(ctx context.Context, query string) error {
	verb, rest := session.VerbOf(query)
	locks := func(*Verified) session.Lock { return session.Exclusive }
	switch verb {
	case "SELECT", "SHOW":
		return nil
	case "RELEASE":
		t.release(session.SavepointName(rest))
		return nil
	case "ROLLBACK":
		t.undo(session.SavepointName(rest))
		return nil
	case "WITH":
		if !session.MayWrite(query) {
			return nil
		}
	case "SAVEPOINT":
		// A lock that is taken after a savepoint is released with it.
		defer func() { t.savepoints = append(t.savepoints, session.SavepointName(rest)) }()
	case "INSERT", "UPDATE", "DELETE":
		locks = func(row *Verified) session.Lock {
			if session.MayName(query, row.Table) && (verb != "INSERT" || session.Upserts(query)) {
				return session.Exclusive
			}
			return session.Shared
		}
	}
	return t.check(ctx, t.pending(), locks)
}

// pending returns the rows that have not been checked and locked yet.
func (t *VerifyingTx) pending() []*Verified {
	var rows []*Verified
	for _, row := range t.rows {
		if !row.locked {
			rows = append(rows, row)
		}
	}
	return rows
}

// check checks rows in the transaction, and locks them in an order that all transactions share.
func (t *VerifyingTx) check(ctx context.Context, rows []*Verified, locks func(*Verified) session.Lock) error {
	if len(rows) == 0 {
		return nil
	}
	ctx = session.ToWriter(ctx)
	slices.SortStableFunc(rows, func(a, b *Verified) int { return strings.Compare(a.key(), b.key()) })
	if err := rows[0].lockDatabase(ctx, t.Tx, t.name); err != nil {
		return err
	}
	for _, row := range rows {
		if err := row.Check(ctx, t.Tx, t.name, locks(row)); err != nil {
			return err
		}
		row.locked, row.depth = true, len(t.savepoints)
	}
	return nil
}

// undo marks rows whose locks were lost with a savepoint, so that they are checked again; all rows if the name is not
// known.
func (t *VerifyingTx) undo(name string) {
	i := lastIndex(t.savepoints, name)
	t.savepoints = t.savepoints[:i+1]
	for _, row := range t.rows {
		row.locked = row.locked && row.depth <= i
	}
}

// release forgets a savepoint, and those within it. Locks that were taken since then belong to the enclosing one.
func (t *VerifyingTx) release(name string) {
	i := lastIndex(t.savepoints, name)
	if i < 0 {
		return
	}
	t.savepoints = t.savepoints[:i]
	for _, row := range t.rows {
		row.depth = min(row.depth, i)
	}
}

func lastIndex(names []string, name string) int {
	for i := len(names) - 1; i >= 0; i-- {
		if names[i] == name {
			return i
		}
	}
	return -1
}

// VerifyNow checks and locks rows in a transaction whose commit can't be observed, because it is not the commit of a
// client's Tx.
func VerifyNow(tx dialect.Tx, drv dialect.Driver, rows ...*Verified) error {
	if drv.Dialect() == dialect.MySQL {
		if on, err := session.NewSession().OnGalera(context.Background(), tx); err != nil || on {
			return errors.Join(err, rows[0].Schema.Errorf(0, nil, "VerifyOnCommit can't see the commit of this transaction, and the nodes of a cluster "+
				"do not see its locks: begin it with client.Tx, client.BeginTx or client.RetryTx, and end it with its Commit"))
		}
	}
	t := &VerifyingTx{Tx: tx, name: drv.Dialect(), rows: rows}
	return t.check(context.Background(), t.rows, func(*Verified) session.Lock { return session.Exclusive })
}
