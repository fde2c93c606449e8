package batch

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// errConflicts is the failure of an all-or-nothing batch.
var errConflicts = errors.New("other rows of it were modified by somebody else")

// batchAttempts limits how often the rows of a batch are written if the database undoes them each time.
const batchAttempts = 5

// write writes the rows of the batch in one transaction. They are written again, in another way or in a new
// transaction, if the database undid all of them and did not say which row was to blame.
func (b *batch) write() {
	if b.failure = b.duplicate(); b.failure != nil {
		return
	}
	w := newBulkTx(b)
	w.apart = w.blind()
	for attempt := 1; ; attempt++ {
		b.failure = w.write(session.ToWriter(b.root))
		again := w.again(b.failure)
		if again == nil || attempt == batchAttempts || b.root.Err() != nil {
			break
		}
		w = again
	}
	if isConflict(b.failure) {
		w.blame()
	}
	b.written = b.failure == nil
}

// again returns how to write the rows once more after a failure, or nil.
//
// MySQL and MariaDB end the transaction when they report a conflict or a deadlock, so everything is written again in a
// new one, which sees what others have committed since: rows that they changed then do not match, and explain
// themselves. In a caller's transaction nothing more can be written. PostgreSQL and SQLite fail only the statement;
// with a savepoint around each statement, the modified rows are distinguished from the others.
func (w *bulkTx) again(failure error) *bulkTx {
	careful, apart := w.careful, w.apart
	switch class := entocc.Classify(failure); {
	case w.torn:
		return nil
	case errors.Is(failure, errKeys):
		apart = true
	case class.RolledBack:
		if !w.own || !class.Retryable() {
			return nil
		}
	case class.Kind == entocc.KindModified && !careful && (w.own || w.dialect == dialect.Postgres):
		careful = true
	default:
		return nil
	}
	next := newBulkTx(w.batch)
	next.careful, next.apart = careful, apart
	return next
}

// blame assigns a conflict that the database itself reported to its row. If the database reported it for a statement of
// many rows without saying which one, the conflict belongs to the batch.
func (w *bulkTx) blame() {
	b := w.batch
	if w.blamed != nil {
		w.blamed.own = b.failure
		b.failure = errConflicts
		return
	}
	about := w.rows[0].row.claimed().Conflict()
	about.ID, about.Expected, about.Err = nil, nil, b.failure
	b.failure = entocc.NewBulkModifiedError([]*entocc.RecordModifiedError{about}, []error{about}, len(b.slots), 0)
}

// isConflict reports whether the database itself says that a row was modified.
func isConflict(err error) bool { return entocc.Classify(err).Kind == entocc.KindModified }

// bulkTx writes the rows of a batch in one transaction.
type bulkTx struct {
	scope
	batch *batch
	rows  []*slot
	// careful puts each statement between savepoints, and apart identifies rows by the keys that the table has.
	careful, apart bool
	// blamed is the row whose conflict ended the transaction.
	blamed *slot
	done   int
}

func newBulkTx(b *batch) *bulkTx {
	w := &bulkTx{batch: b, scope: newScope(b.drv), rows: make([]*slot, 0, len(b.slots))}
	for i := range b.slots {
		s := &b.slots[i]
		if s.own = nil; s.row != nil {
			w.rows = append(w.rows, s)
		}
	}
	return w
}

func (w *bulkTx) write(ctx context.Context) (err error) {
	switch {
	case len(w.rows) == 0:
		return nil
	case len(w.rows) == 1 && w.own && !w.careful && w.batch.opts.progress == nil:
		return w.writeSingle(ctx)
	}
	w.batch.touched = touch.NewParents()
	defer func() { w.batch.touched = nil }()
	return w.atomically(ctx, w.batch.drv, w.writeAll)
}

// writeSingle writes the only row of a batch like a single save: in one statement and without a transaction if that is
// enough. Either way it is all or nothing.
func (w *bulkTx) writeSingle(ctx context.Context) error {
	if err := w.writeRow(ctx, w.batch.drv, w.rows[0]); err != nil {
		return err
	}
	if w.rows[0].own != nil && !w.batch.opts.skip {
		return errConflicts
	}
	return nil
}

// writeAll writes the rows in as few statements as the database allows.
func (w *bulkTx) writeAll(ctx context.Context) error {
	if w.apart {
		if err := w.tellApart(ctx); err != nil {
			return err
		}
	}
	conflicts := false
	for _, chunk := range chunks(w.dialect, w.rows) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.writeChunk(ctx, chunk); err != nil {
			return err
		}
		w.done += len(chunk)
		if w.batch.opts.progress != nil {
			w.batch.opts.progress(w.done, len(w.rows))
		}
		for _, s := range chunk {
			conflicts = conflicts || s.own != nil
		}
	}
	if conflicts && !w.batch.opts.skip {
		return errConflicts
	}
	return w.batch.touched.Bump(ctx, w.tx, w.dialect)
}

// writeChunk writes rows with one statement. If the database does not say which of them did not match, the statement is
// undone and each half is written separately, down to single rows, each of which explains itself.
func (w *bulkTx) writeChunk(ctx context.Context, rows []*slot) error {
	if len(rows) == 1 {
		return w.writeRow(ctx, session.Join(w.tx, w.dialect), rows[0])
	}
	mark := w.careful || w.dialect == dialect.MySQL
	if mark {
		if err := w.savepoint(ctx, "SAVEPOINT ", chunkPoint); err != nil {
			return err
		}
	}
	sure, err := w.joined(ctx, rows)
	switch {
	case err != nil && (!w.careful || !isConflict(err)):
		return err
	case err == nil && sure && !mark:
		return nil
	case err == nil && sure:
		return w.savepoint(ctx, "RELEASE SAVEPOINT ", chunkPoint)
	}
	if err := w.takeBack(ctx); err != nil {
		return err
	}
	if err := w.writeChunk(ctx, rows[:len(rows)/2]); err != nil {
		return err
	}
	return w.writeChunk(ctx, rows[len(rows)/2:])
}

// writeRow writes a row with its own statements.
func (w *bulkTx) writeRow(ctx context.Context, drv dialect.Driver, s *slot) error {
	if w.careful {
		if err := w.savepoint(ctx, "SAVEPOINT ", chunkPoint); err != nil {
			return err
		}
	}
	err := s.row.alone(ctx, drv)
	var modified *entocc.RecordModifiedError
	isModified := errors.As(err, &modified)
	switch {
	case err == nil && w.careful:
		return w.savepoint(ctx, "RELEASE SAVEPOINT ", chunkPoint)
	case err == nil:
		return nil
	case isModified && (entocc.Classify(err).RolledBack || !w.careful && isConflict(modified.Err)):
		w.blamed = s // Whatever it says about this row, nothing can follow it in this transaction.
		return err
	case isModified && w.unsure(s):
		return errKeys
	case isModified && (known(modified) || w.careful && isConflict(modified.Err)):
		s.own = err
	case isModified:
		return err
	default:
		s.own = err
		return err
	}
	if w.careful {
		return w.takeBack(ctx)
	}
	return nil
}

// known reports whether the current state of a conflict's row was read: an error while reading it may have ended the
// transaction.
func known(modified *entocc.RecordModifiedError) bool {
	return modified.Actual != nil || modified.Deleted || errors.Is(modified.Err, version.ErrNull)
}

// takeBack undoes what was written since the savepoint of a statement.
func (w *bulkTx) takeBack(ctx context.Context) error {
	if err := w.savepoint(ctx, "ROLLBACK TO SAVEPOINT ", chunkPoint); err != nil {
		return err
	}
	return w.savepoint(ctx, "RELEASE SAVEPOINT ", chunkPoint)
}
