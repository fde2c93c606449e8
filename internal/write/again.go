package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// settleTries is how often a write or check is sent again when its row comes and goes.
const settleTries = 10

// again settles an UPDATE that counted no row although the row matches when it is probed. MySQL and MariaDB count only
// the rows that change: the row may already have held these values, or may match only since the UPDATE ran. So the
// UPDATE is sent once more, and this time it reports itself whether it matched.
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

// setMark makes an UPDATE report whether it matched the row, through the insert ID of its result: it is 1 if the
// assignment was evaluated, even when nothing changes. The version keeps its value.
func (w *Write) setMark(update *sql.UpdateBuilder) {
	update.Set(w.Schema.Read(), sql.ExprFunc(func(b *sql.Builder) {
		column := b.Quote(w.Spec.Node.Table) + "." + b.Quote(w.Schema.Read())
		b.WriteString("IF(LAST_INSERT_ID(1) = 1, " + column + ", " + column + ")")
	}))
}
