package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// batch nests the saves of many builders. Each runs its own hooks; instead of sending its statement, it passes the row
// to its slot, which begins the next builder. When the last one arrives, all rows are written, and each slot returns
// the result for its own row.
//
// If no builder has its own hooks to nest, all are planned one after another instead, and each save ends when the rows
// are written.
type batch struct {
	opts  options
	drv   dialect.Driver
	slots []slot
	save  func(ctx context.Context, i int) error
	// plan makes builder i pass its row to the batch, and end ends its save; nil if the saves are nested.
	plan func(ctx context.Context, i int) error
	end  func(i int, err error) error
	// planning is set while builders pass their rows to the batch.
	planning bool
	// scanner knows the entities that updates return, and keys are the columns of the primary key, for deletes.
	scanner rowScanner
	keys    []string
	// root is the context of every builder: the context that one builder's hooks derive from it must not reach the
	// next.
	root context.Context
	// begun is the number of builders that have begun, plus one once the rows are written.
	begun int
	// written is set once the rows were written, and failure is why none was, or none will stay.
	written bool
	failure error
	// touched are the parents that the rows touch, while the rows are being written.
	touched *touch.Parents
}

// slot is one builder's place in a batch.
type slot struct {
	batch *batch
	index int
	// expectation is that of the builder's mutation, which finds its slot through it.
	expectation *write.Expectation
	// key is the row's key, and matched reports that the last statement found it.
	key     rowKey
	matched bool
	// row is what the builder would write; nil if it had nothing to write, or a hook prevented it. For an update it is
	// the field below.
	row    bulkRow
	update bulkWrite
	// rewritten reports that a hook, such as a resolver, wrote the row after its conflict.
	rewritten bool
	// own is the database's result for this row alone: a conflict, or that it does not exist.
	own error
	// err is what the builder returned, after its hooks.
	err error
}

// bulkRow is the write of one row, an update or a delete.
type bulkRow interface {
	// claimed is what the write claims about its row.
	claimed() *version.Claim
	// key is the same for two writes of one row.
	key() rowKey
	// ids are the values of the primary key, keyColumns their columns, and keySelector selects from the row's table.
	ids() []any
	keyColumns() []string
	keySelector(d string) *sql.Selector
	// shape appends to b what rows that one statement can write have in common, or returns nothing for a row that needs
	// its own statement.
	shape(b []byte, d string) []byte
	// size is the number of arguments that the row adds to a statement, and their length in bytes.
	size() (args, length int)
	// alone writes the row with its own statements.
	alone(ctx context.Context, drv dialect.Driver) error
	// Explain returns why a guarded statement did not match the row.
	Explain(ctx context.Context, q dialect.ExecQuerier, d string) error
}

func newBatch(ctx context.Context, opts options, drv dialect.Driver, n int, save func(context.Context, int) error) *batch {
	return &batch{opts: opts, drv: drv, slots: make([]slot, n), save: save, root: ctx}
}

func (b *batch) enlist(i int, e *write.Expectation) {
	s := &b.slots[i]
	s.batch, s.index, s.expectation = b, i, e
	e.Slot = s
}

// release allows the builders to be saved alone again.
func (b *batch) release() {
	for i := range b.slots {
		if e := b.slots[i].expectation; e != nil {
			e.Slot = nil
			e.Unread(false)
		}
	}
}

// unread makes the builders leave their rows unread except for key and version.
func (b *batch) unread(unread bool) {
	for i := range b.slots {
		b.slots[i].expectation.Unread(unread)
	}
}

func (b *batch) run() error {
	if b.plan != nil {
		b.runFlat()
	} else {
		b.advance(0)
		b.ensureWritten()
	}
	return b.outcome()
}

// runFlat plans the saves, writes the rows, and ends the saves.
func (b *batch) runFlat() {
	b.planning = true
	for i := range b.slots {
		if err := b.plan(b.root, i); err != nil {
			b.slots[i].err, b.failure = err, err
			return
		}
	}
	b.planning, b.begun = false, len(b.slots)+1
	b.write()
	for i := range b.slots {
		if s := &b.slots[i]; s.row != nil {
			s.err = b.end(i, s.result())
		}
	}
}

// ensureWritten fails a batch that was cut short, for example by a hook that recovered from the panic of a later one.
func (b *batch) ensureWritten() {
	if !b.written && b.failure == nil {
		b.failure = errors.New("entocc: the hooks of a batch have ended before its rows were written")
	}
}

// advance begins builder i, or writes the rows when all have begun.
func (b *batch) advance(i int) {
	b.begun = i + 1
	switch {
	case i == len(b.slots):
		b.write()
	case i%rowsPerStack == rowsPerStack-1:
		onNewStack(func() { b.begin(i) })
	default:
		b.begin(i)
	}
}

// begin saves builder i. One that returns without a row to write does not nest the next ones.
func (b *batch) begin(i int) {
	s := &b.slots[i]
	s.err = b.save(b.root, i)
	switch {
	case b.begun > i+1:
	case s.err != nil:
		b.failure = s.err
	default:
		b.advance(i + 1)
	}
}

// write takes the row of this builder's save, and returns its result. If a hook calls next again after the batch is
// over, its row is written alone, unless the batch was all or nothing and failed.
func (s *slot) write(ctx context.Context, row bulkRow) error {
	b := s.batch
	switch {
	case b.failure != nil && s.own != nil:
		return s.own
	case b.failure != nil:
		return aborted(b.failure)
	case b.begun > s.index+1:
		err := row.alone(ctx, b.drv)
		s.rewritten = s.rewritten || err == nil
		return err
	}
	s.row = row
	b.advance(s.index + 1)
	b.ensureWritten()
	return s.result()
}

// result is the result for the row.
func (s *slot) result() error {
	failure := s.batch.failure
	switch {
	case s.own != nil:
		return s.own
	case failure == nil || sqlgraph.IsConstraintError(failure):
		return failure
	}
	return aborted(failure)
}

// modified is the conflict of the row, if it has one.
func (s *slot) modified() *entocc.RecordModifiedError {
	if s.own == nil {
		return nil
	}
	var modified *entocc.RecordModifiedError
	errors.As(s.own, &modified)
	return modified
}

// conflict is the slot's conflict, in the form in which the builder's hooks returned it, if they did.
func (s *slot) conflict() error {
	if entocc.IsRecordModified(s.err) {
		return s.err
	}
	return s.own
}

// saved reports whether the builder's row is as the builder wants it. A hook that returns something else instead of its
// conflict, as [hook.StoreWins] does, has not saved the row.
func (s *slot) saved() bool {
	return s.batch.failure == nil && s.err == nil && (s.own == nil || s.rewritten)
}

// outcome is the error of the whole batch.
func (b *batch) outcome() error {
	var conflicts []*entocc.RecordModifiedError
	var errs, others []error
	for i := range b.slots {
		s := &b.slots[i]
		switch modified := s.modified(); {
		case modified != nil && (s.err != nil || b.failure != nil):
			conflicts, errs = append(conflicts, modified), append(errs, s.conflict())
		case s.own != nil && s.err != nil:
			return fmt.Errorf("entocc: row %v of the batch: %w", s.row.claimed().ID, s.err)
		case s.err != nil && b.failure == nil:
			others = append(others, s.err)
		}
	}
	switch {
	case len(conflicts) > 0 && (b.failure == nil || errors.Is(b.failure, errConflicts)):
		written := 0
		for i := range b.slots {
			if s := &b.slots[i]; s.row != nil && s.saved() {
				written++
			}
		}
		if b.failure != nil && b.failure != errConflicts { //nolint:errorlint // a wrapped one says that the batch could not be undone
			others = append(others, b.failure)
		}
		others = append([]error{entocc.NewBulkModifiedError(conflicts, errs, len(b.slots), written)}, others...)
	case b.failure != nil:
		return b.typedFailure()
	}
	if len(others) == 1 {
		return others[0]
	}
	return errors.Join(others...)
}

// typedFailure returns the failure of a statement as a builder returned it, in the form that callers of ent know.
func (b *batch) typedFailure() error {
	if sqlgraph.IsConstraintError(b.failure) {
		for i := range b.slots {
			if err := b.slots[i].err; err != nil {
				return err
			}
		}
	}
	return b.failure
}

// rowsPerStack is the number of builders whose saves are nested on one goroutine's stack, far below the depth at which
// Go ends the process.
const rowsPerStack = 4096

// onNewStack runs f in its own goroutine, and passes its panic on.
func onNewStack(f func()) {
	var panicked any
	returned, over := false, make(chan struct{})
	go func() {
		defer close(over)
		defer func() { panicked = recover() }()
		f()
		returned = true
	}()
	<-over
	switch {
	case panicked != nil:
		panic(panicked)
	case !returned:
		runtime.Goexit()
	}
}

// aborted is the error for a builder whose row was not written because another one failed.
func aborted(failure error) error {
	var unknown *unknownError
	return write.NewAborted(failure, errors.As(failure, &unknown))
}
