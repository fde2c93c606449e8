package hook

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// VerifyingTx is a transaction that checks, before it commits, that rows which it only read still have their version. In
// JPA this is LockModeType.OPTIMISTIC. The check takes locks that last to the end of the transaction, so that nobody
// changes the rows between it and the commit.
//
// Rows that the transaction writes itself are no conflict: before the first statement that may write to them they are
// checked and locked, and from then on nobody else can change them.
type VerifyingTx struct {
	dialect.Tx
	name string
	// latest reads outside the transaction.
	latest dialect.ExecQuerier
	ctx    context.Context
	rows   []*Verified
	// saved is how many rows were registered when the first savepoint was set, or -1.
	saved int
	ended bool
}

// Verify returns tx as one that checks the rows when it commits. drv is what began it. A transaction that checks rows
// already takes them up and comes back as it is.
func Verify(tx dialect.Tx, drv dialect.Driver, rows ...*Verified) *VerifyingTx {
	t, ok := tx.(*VerifyingTx)
	if !ok {
		t = &VerifyingTx{Tx: tx, name: drv.Dialect(), latest: drv, ctx: context.Background(), saved: -1}
	}
	for _, row := range rows {
		if !slices.ContainsFunc(t.rows, row.same) {
			t.rows = append(t.rows, row)
		}
	}
	return t
}

// Until sets the context of the checks before the commit: that of the transaction.
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
	return execContext(ctx, t.Tx, query, args)
}

// QueryContext does so for ent's feature sql/execquery.
func (t *VerifyingTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	return queryContext(ctx, t.Tx, query, args)
}

// Ended reports whether tx is at its end, so that nothing can be read in it any more.
func Ended(tx dialect.Tx) bool {
	if t, ok := tx.(*VerifyingTx); ok {
		return t.ended
	}
	_, ended := tx.(endedTx)
	return ended
}

// Commit commits if every row has its version still, and rolls back otherwise.
func (t *VerifyingTx) Commit() error {
	defer func() { t.ended = true }()
	err := t.certify(t.ctx)
	pending := t.pending(func(*Verified) bool { return true })
	if err == nil {
		err = t.check(t.ctx, pending, shared)
	}
	if err == nil {
		return t.Tx.Commit()
	}
	if rerr := t.Tx.Rollback(); rerr != nil && !errors.Is(rerr, stdsql.ErrTxDone) {
		err = fmt.Errorf("%w: %v", err, rerr) //nolint:errorlint // as ent: err is what callers match
	}
	if t.name == dialect.SQLite && isStaleSnapshot(err) {
		// The snapshot is old, which SQLite says of a transaction that has written nothing: there is nothing to commit, and
		// what changed may be another row.
		return t.checkLatest(pending)
	}
	return err
}

// certify bumps the rows on a node of a Galera cluster. Other nodes do not see the locks of this one; what they compare
// when a transaction commits is what it has written. Rows that the transaction has changed by itself are among that.
func (t *VerifyingTx) certify(ctx context.Context) error {
	c, ok := t.Tx.(*namedTx)
	if !ok || t.name != dialect.MySQL {
		return nil
	}
	if on, err := c.session.onGalera(ctx, c); err != nil || !on {
		return err
	}
	for _, row := range t.rows {
		if err := row.bump(ctx, t.Tx, t.name); err != nil {
			return err
		}
	}
	return nil
}

// Rollback gives up the transaction, and what it had to check.
func (t *VerifyingTx) Rollback() error {
	t.ended = true
	return t.Tx.Rollback()
}

func isStaleSnapshot(err error) bool { return entocc.Classify(err).Kind == entocc.KindModified }

// checkLatest checks the rows outside the transaction, which has ended.
func (t *VerifyingTx) checkLatest(rows []*Verified) error {
	for _, row := range rows {
		if err := row.check(t.ctx, t.latest, t.name, unlocked); err != nil {
			return err
		}
	}
	return nil
}

// before checks the rows that a statement may write to. Whatever is not known to leave them alone may.
func (t *VerifyingTx) before(ctx context.Context, query string) error {
	query = strings.TrimSpace(query)
	verb, _, _ := strings.Cut(query, " ")
	writes := func(*Verified) bool { return true }
	switch strings.ToUpper(strings.TrimRight(verb, ";")) {
	case "SELECT":
		return nil
	case "ROLLBACK":
		t.undo()
		return nil
	case "SAVEPOINT":
		// A lock that is taken after a savepoint is given back with it.
		if t.saved < 0 {
			t.saved = len(t.rows)
		}
	case "INSERT":
		if !strings.Contains(query, "ON CONFLICT") && !strings.Contains(query, "ON DUPLICATE") {
			return nil
		}
		fallthrough
	case "UPDATE", "DELETE":
		writes = func(row *Verified) bool { return strings.Contains(query, row.Table) }
	}
	return t.check(ctx, t.pending(writes), exclusive)
}

// pending returns the rows that were not checked and locked yet, of those that f selects.
func (t *VerifyingTx) pending(f func(*Verified) bool) []*Verified {
	var rows []*Verified
	for _, row := range t.rows {
		if !row.locked && f(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// check checks rows in the transaction, and locks them in an order that all transactions share.
func (t *VerifyingTx) check(ctx context.Context, rows []*Verified, l lock) error {
	if len(rows) == 0 {
		return nil
	}
	ctx = toWriter(ctx)
	slices.SortStableFunc(rows, func(a, b *Verified) int { return strings.Compare(a.key(), b.key()) })
	if t.name == dialect.SQLite {
		if err := rows[0].lockDatabase(ctx, t.Tx); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := row.check(ctx, t.Tx, t.name, l); err != nil {
			return err
		}
		row.locked = true
	}
	return nil
}

// undo has the rows checked again whose locks went with a savepoint.
func (t *VerifyingTx) undo() {
	if t.saved < 0 {
		return
	}
	for _, row := range t.rows[t.saved:] {
		row.locked = false
	}
}
