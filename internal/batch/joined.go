package batch

import (
	"context"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// joined writes rows of one shape with one statement. The outcome is certain if the database returns the matched rows,
// or if all rows matched.
func (w *bulkTx) joined(ctx context.Context, rows []*slot) (sure bool, err error) {
	returned := false
	if _, ok := rows[0].row.(*bulkWrite); ok {
		sure, returned, err = w.joinedUpdate(ctx, rows)
	} else {
		sure, returned, err = w.joinedDelete(ctx, rows)
	}
	switch {
	case errors.Is(err, errKeys):
		return false, err
	case err != nil:
		about := rows[0].row.claimed()
		return false, (&version.Claim{Schema: about.Schema, Op: about.Op}).Failed(err)
	case !sure || !returned:
		return sure, nil
	}
	return true, w.explain(ctx, rows)
}

// explain finds out why rows did not match. A conflict affects only its row; any other error fails the batch.
func (w *bulkTx) explain(ctx context.Context, rows []*slot) error {
	for _, s := range rows {
		if s.matched {
			continue
		}
		if w.unsure(s) {
			return errKeys
		}
		s.own = s.row.Explain(ctx, w.tx, w.dialect)
		var modified *entocc.RecordModifiedError
		switch {
		case s.own == nil:
		case !errors.As(s.own, &modified):
			return s.own
		case !known(modified):
			err := s.own
			s.own = nil
			return err
		}
	}
	return nil
}

// joinedUpdate updates rows with one statement. returned reports that the database said which rows matched.
func (w *bulkTx) joinedUpdate(ctx context.Context, rows []*slot) (sure, returned bool, err error) {
	first := rows[0].row.(*bulkWrite)
	u, err := newBulkUpdate(w.dialect, rows)
	if err != nil {
		return false, false, err
	}
	columns := first.returned()
	if w.dialect != dialect.MySQL {
		query, args, err := u.joinValues(ctx, columns)
		if err != nil {
			return false, false, err
		}
		_, err = w.assign(ctx, rows, query, args)
		return true, true, err
	}
	query, args, err := u.cases(ctx)
	if err != nil {
		return false, false, err
	}
	sure, err = w.affects(ctx, query, args, len(rows))
	if err != nil || !sure || !first.returns() {
		return sure, false, err
	}
	if query, args, err = u.selectRows(columns); err != nil {
		return false, false, err
	}
	n, err := w.assign(ctx, rows, query, args)
	switch {
	case err == nil && n != len(rows) && w.unsure(rows[0]):
		err = errKeys
	case err == nil && n != len(rows):
		err = fmt.Errorf("entocc: %d rows of %s were updated, and %d of them found again", len(rows), first.Schema.Type, n)
	}
	return true, false, err
}

// affects sends a statement and reports whether it affects every row.
func (w *bulkTx) affects(ctx context.Context, query string, args []any, n int) (bool, error) {
	affected, err := session.ExecAffected(ctx, w.tx, query, args)
	return affected == int64(n), err
}

// joinedDelete deletes rows with one statement.
func (w *bulkTx) joinedDelete(ctx context.Context, rows []*slot) (sure, returned bool, err error) {
	deletes := make([]*bulkDelete, len(rows))
	for i, s := range rows {
		deletes[i] = s.row.(*bulkDelete)
		s.matched = false
	}
	query, args, err := bulkDeleteStatement(w.dialect, deletes)
	if err != nil {
		return false, false, err
	}
	if w.dialect == dialect.MySQL {
		sure, err = w.affects(ctx, query, args, len(rows))
		return sure, false, err
	}
	f := finder{slots: rows}
	err = session.EachRow(ctx, w.tx, query, args, func(rows *sql.Rows, _ []string) error {
		values := newValues(deletes[0].values)
		if err := rows.Scan(values...); err != nil {
			return err
		}
		s := f.find(keyOfAll(values))
		switch {
		case s != nil:
			s.matched = true
		case w.unsure(f.slots[0]):
			return errKeys
		default:
			return fmt.Errorf("entocc: the database deleted row %v, which is not in the batch", keyOfAll(values))
		}
		return nil
	})
	return true, true, err
}
