package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// settleTries is how often a write or a check is sent again whose row comes and goes.
const settleTries = 10

// again settles an UPDATE that counted no row, though its row matches by the time somebody asks why. MySQL and MariaDB count the
// rows that change: the row may have held all of it before, or may have come to match only after the UPDATE looked at it.
// So the UPDATE is sent once more, and itself says whether it matched.
func (w *Write) again(ctx context.Context, q dialect.ExecQuerier, d string) error {
	w.marked = true
	defer func() { w.marked = false }()
	for range settleTries {
		matched, err := w.execMarked(ctx, q, d)
		if err != nil || matched {
			return w.Failed(err)
		}
		if err := w.Explain(ctx, q, d); err != nil {
			return err
		}
	}
	return w.unsettled()
}

// unsettled is the error of a row that matches whenever somebody asks why it does not.
func (w *Write) unsettled() error {
	if len(w.Accepted) == 0 && !w.StatesFields() {
		return &sqlgraph.NotFoundError{}
	}
	conflict := w.Conflict()
	conflict.Err = w.Schema.Errorf(w.Op, nil, "the row changed between each of %d looks at it and the look at why it did not match", settleTries)
	return conflict
}

// execMarked sends the UPDATE and reports whether it matched the row.
func (w *Write) execMarked(ctx context.Context, q dialect.ExecQuerier, d string) (matched bool, err error) {
	query, args, err := w.query(ctx, d, nil)
	if err != nil {
		return false, err
	}
	var res sql.Result
	if err := q.Exec(w.rowContext(ctx), query, args, &res); err != nil {
		return false, err
	}
	if affected, err := res.RowsAffected(); err != nil || affected > 0 {
		return true, err
	}
	mark, err := res.LastInsertId()
	return mark != 0, err
}

// setMark has an UPDATE say whether it matched the row, by the insert ID of its answer: it is 1 if the assignment was evaluated, also
// where nothing changes. The version stays as it is.
func (w *Write) setMark(update *sql.UpdateBuilder) {
	update.Set(w.Schema.Read(), sql.ExprFunc(func(b *sql.Builder) {
		column := b.Quote(w.Spec.Node.Table) + "." + b.Quote(w.Schema.Read())
		b.WriteString("IF(LAST_INSERT_ID(1) = 1, " + column + ", " + column + ")")
	}))
}
