package hook

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// saveThenRead is the save where the row can't come back from the UPDATE.
func (w *Write) saveThenRead(ctx context.Context, drv dialect.Driver) error {
	if autocommits(drv) && w.fitsCompound() {
		if sent, err := w.saveInCompound(ctx, drv); sent || err != nil {
			return err
		}
	}
	return w.saveInTx(ctx, drv)
}

// fitsCompound reports whether the statement's text is all of entocc's making. SQL of the caller's own, as in a modifier
// or a predicate, could end the part of the statement that it is meant for.
func (w *Write) fitsCompound() bool {
	spec := w.spec
	if spec.Predicate != nil || len(spec.Modifiers) > 0 || !w.plain() {
		return false
	}
	for _, f := range spec.Fields.Add {
		if !plainIdent(f.Column) || notPlain(f.Value) {
			return false
		}
	}
	key := w.identity()
	return len(key) > 0 && !slices.ContainsFunc(key, func(f *sqlgraph.FieldSpec) bool { return f.Value == nil })
}

// saveInCompound is saveInTx with a transaction that a compound statement begins. It has sent nothing where the server
// takes no such statements.
func (w *Write) saveInCompound(ctx context.Context, drv dialect.Driver) (sent bool, err error) {
	d := drv.Dialect()
	query, args, err := w.compound(ctx, d)
	if err != nil {
		return false, err
	}
	tx, err := beginCompound(ctx, drv)
	if tx == nil || err != nil {
		return false, err
	}
	defer tx.abandon()
	found, err := w.scan(ctx, tx, query, args)
	switch {
	case errors.Is(err, driver.ErrBadConn): // The connection was dead: nothing was sent.
		return false, nil
	case tx.refuses(err):
		return false, tx.Rollback()
	case err != nil:
		err = w.failed(err)
	case !found:
		err = w.settle(ctx, tx, d)
	}
	if err != nil {
		return true, rollback(tx, err)
	}
	return true, w.failed(commit(tx))
}

// settle is for a compound statement that has updated nothing: it explains why, or reads the row that has it all already.
func (w *Write) settle(ctx context.Context, tx dialect.Tx, d string) error {
	if err := w.explain(ctx, tx, d); err != nil {
		return err
	}
	return w.read(ctx, tx, d)
}

// compound returns the statement that begins a transaction, updates the row, and reads it if it was updated.
func (w *Write) compound(ctx context.Context, d string) (string, []any, error) {
	update, args, err := w.query(ctx, d, nil)
	if err != nil {
		return "", nil, err
	}
	read := w.rowQuery(ctx, d)
	query := compoundBegin + update + "; " + string(read.buf) + " AND ROW_COUNT() > 0" + compoundEnd
	return query, append(args, read.args...), nil
}
