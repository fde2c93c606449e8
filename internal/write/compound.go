package write

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/sqltext"
)

// saveThenRead is the save for databases whose UPDATE can't return the row.
func (w *Write) saveThenRead(ctx context.Context, drv dialect.Driver) error {
	if session.Autocommits(drv) && w.fitsCompound() {
		if sent, err := w.saveInCompound(ctx, drv); sent || err != nil {
			return err
		}
	}
	return w.saveInTx(ctx, drv)
}

// fitsCompound reports whether entocc wrote all of the statement's text. The caller's own SQL, in a modifier or a
// predicate, could end its part of the compound statement early.
func (w *Write) fitsCompound() bool {
	spec := w.Spec
	if spec.Predicate != nil || len(spec.Modifiers) > 0 || w.StatesFields() || !w.Plain() {
		return false
	}
	for _, f := range spec.Fields.Add {
		if !sqltext.PlainIdent(f.Column) || sqltext.NotPlain(f.Value) {
			return false
		}
	}
	key := w.Identity()
	return len(key) > 0 && !slices.ContainsFunc(key, func(f *sqlgraph.FieldSpec) bool { return f.Value == nil })
}

// saveInCompound is saveInTx with a transaction that a compound statement begins. If the server does not accept
// compound statements, nothing was sent.
func (w *Write) saveInCompound(ctx context.Context, drv dialect.Driver) (sent bool, err error) {
	d := drv.Dialect()
	query, args, err := w.compound(ctx, d)
	if err != nil {
		return false, err
	}
	tx, err := session.BeginCompound(ctx, drv)
	if tx == nil {
		return false, err
	}
	defer tx.Abandon()
	found, err := w.scan(ctx, tx, query, args)
	switch {
	case errors.Is(err, driver.ErrBadConn): // The connection was dead, so nothing was sent.
		return false, nil
	case tx.Refuses(err):
		return false, tx.Rollback()
	case err != nil:
		err = w.Failed(err)
	case !found:
		err = w.settle(ctx, tx, d)
	}
	if err != nil {
		return true, session.Rollback(tx, err)
	}
	return true, w.Failed(session.Commit(tx))
}

// settle handles a compound statement that updated nothing: it explains why, or reads the row if it already had the
// values.
func (w *Write) settle(ctx context.Context, tx dialect.Tx, d string) error {
	if err := w.uncounted(ctx, tx, d); err != nil {
		return err
	}
	return w.read(ctx, tx, d)
}

// compound returns the statement that begins a transaction, updates the row, and reads the row if it was updated.
func (w *Write) compound(ctx context.Context, d string) (string, []any, error) {
	update, args, err := w.query(ctx, d, nil)
	if err != nil {
		return "", nil, err
	}
	read := w.rowQuery(ctx, d)
	query := session.CompoundBegin + update + "; " + string(read.Buf) + " AND ROW_COUNT() > 0" + session.CompoundEnd
	return query, append(args, read.Args...), nil
}
