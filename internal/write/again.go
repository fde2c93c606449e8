package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
)

// settleTries is how often a write or check is sent again when its row comes and goes.
const settleTries = 10

// again settles an UPDATE that changed no row, if the row matches when somebody asks why. MySQL and MariaDB count the
// rows that change: the row may have had these values before, or may have come to match only after the UPDATE looked at it.
// So the UPDATE is sent once more, in a transaction, and sets a variable of the session if it matches (setMark).
func (w *Write) again(ctx context.Context, q dialect.ExecQuerier, d string) error {
	w.marked = true
	defer func() { w.marked = false }()
	drv, ok := q.(dialect.Driver)
	if !ok {
		return w.settleIn(ctx, q, d)
	}
	err := session.Atomically(ctx, drv, session.BeginPlain, func(tx dialect.Tx) error { return w.settleIn(ctx, tx, d) })
	if entocc.IsOutcomeUnknown(err) {
		err = w.Failed(err)
	}
	return err
}

func (w *Write) settleIn(ctx context.Context, tx dialect.ExecQuerier, d string) error {
	for range settleTries {
		matched, err := w.execMarked(ctx, tx, d)
		if err != nil || matched {
			return w.Failed(err)
		}
		if err := w.Explain(ctx, tx, d); err != nil {
			return err
		}
	}
	return w.unsettled()
}

// unsettled is the error for a row that matches every time it is probed, and yet no UPDATE matches it.
func (w *Write) unsettled() error {
	if len(w.Accepted) == 0 && !w.StatesFields() {
		return &sqlgraph.NotFoundError{}
	}
	conflict := w.Conflict()
	conflict.Err = w.Schema.Errorf(w.Op, nil, "the row changed between each of %d looks at it and the look at why it did not match", settleTries)
	return conflict
}

// execMarked sends the UPDATE and reports whether it matched the row.
func (w *Write) execMarked(ctx context.Context, tx dialect.ExecQuerier, d string) (matched bool, err error) {
	query, args, err := w.query(ctx, d, nil)
	if err != nil {
		return false, err
	}
	if err := tx.Exec(ctx, "SET @entocc_matched = 0", []any{}, nil); err != nil {
		return false, err
	}
	affected, err := session.ExecAffected(w.rowContext(ctx), tx, query, args)
	if err != nil || affected > 0 {
		return true, err
	}
	err = session.EachRow(ctx, tx, "SELECT @entocc_matched", []any{}, func(rows *sql.Rows, _ []string) error { return rows.Scan(&matched) })
	return matched, err
}

// setMark makes an UPDATE set @entocc_matched if it matches the row, even if nothing changes: the assignment is evaluated for
// rows that match. The version stays as it is. LAST_INSERT_ID(1) would do without the transaction, but a trigger resets it.
func (w *Write) setMark(update *sql.UpdateBuilder) {
	update.Set(w.Schema.Read(), sql.ExprFunc(func(b *sql.Builder) {
		column := b.Quote(w.Spec.Node.Table) + "." + b.Quote(w.Schema.Read())
		b.WriteString("IF((@entocc_matched := 1) = 1, " + column + ", " + column + ")")
	}))
}
