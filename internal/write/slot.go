package write

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/touch"
)

// Slot is the place of a write in a batch, which carries it out together with others.
type Slot interface {
	// Plan takes a write whose row the batch reads into node, and reports whether the write now waits for the others.
	// If it does not, Save or Delete follows.
	Plan(w *Write, node any) bool
	// Save and Delete take a write, and return its result.
	Save(ctx context.Context, w *Write) error
	Delete(ctx context.Context, d *DeleteDriver, query string, args []any) error
	// Touched are the parents that the batch bumps when its rows are written; nil if each write bumps its own.
	Touched() *touch.Parents
}

// Upserts is a guarded upsert of many rows, which carries out the creation of all of them.
type Upserts interface {
	// Create takes the creations, and reports whether it carried them out or failed to; if not, ent sends them.
	Create(ctx context.Context, drv dialect.Driver, specs []*sqlgraph.CreateSpec) bool
}

// CreateBulk lets a guarded upsert carry out the creations that belong to it, so that nothing is left for ent to send.
// It returns the driver for those that belong to none. m expects what their last mutation does.
func CreateBulk(ctx context.Context, drv dialect.Driver, e *Expectation, spec *sqlgraph.BatchCreateSpec) dialect.Driver {
	drv = Atomic(drv)
	if e.Upserts != nil && e.Upserts.Create(ctx, drv, spec.Nodes) {
		spec.Nodes = nil
	}
	return drv
}

// Planned reports whether the write waits for the others of its batch, which then reads the resulting row into node.
func (w *Write) Planned(node any) bool { return w.slot != nil && w.slot.Plan(w, node) }

// flush bumps the parents; for a write in a batch, it leaves them to the end of the batch.
func flush(ctx context.Context, q dialect.ExecQuerier, d string, p *touch.Parents, s Slot) error {
	if s != nil {
		if touched := s.Touched(); touched != nil {
			p.MoveTo(touched)
			return nil
		}
	}
	return p.Bump(ctx, q, d)
}

// abortedError is the error of builders whose row was not written because another row of their batch failed.
type abortedError struct {
	error
	// unknown reports that the rows may have been written anyway.
	unknown bool
}

func (e *abortedError) Error() string {
	if e.unknown {
		return e.error.Error()
	}
	return "entocc: nothing of the batch was written: " + e.error.Error()
}

func (e *abortedError) Unwrap() error { return e.error }

// NewAborted returns the error of a builder whose batch failed.
func NewAborted(failure error, unknown bool) error { return &abortedError{failure, unknown} }

// Aborted reports whether err is the error of another row of the batch, so that the current builder must not convert
// it.
func Aborted(err error) bool {
	var e *abortedError
	return errors.As(err, &e)
}
