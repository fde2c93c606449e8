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
	// Plan takes a write of which the batch reads the row into node, and reports whether the write waits for the others
	// now. If not, Save or Delete follows.
	Plan(w *Write, node any) bool
	// Save and Delete take a write, and return what became of it.
	Save(ctx context.Context, w *Write) error
	Delete(ctx context.Context, d *DeleteDriver, query string, args []any) error
	// Touched are the parents that the batch bumps when its rows are written; nil when each write is to bump its own.
	Touched() *touch.Parents
}

// Upserts is a guarded upsert of many rows, which carries out the creations of all of them.
type Upserts interface {
	// Create takes the creations, and reports whether it has carried them out, or has failed to; if not, they are ent's to send.
	Create(ctx context.Context, drv dialect.Driver, specs []*sqlgraph.CreateSpec) bool
}

// CreateBulk has creations that are part of a guarded upsert carried out by that, so that nothing is left for ent to send, and returns
// the driver for those that are not. m expects what their last mutation does.
func CreateBulk(ctx context.Context, drv dialect.Driver, e *Expectation, spec *sqlgraph.BatchCreateSpec) dialect.Driver {
	drv = Atomic(drv)
	if e.Upserts != nil && e.Upserts.Create(ctx, drv, spec.Nodes) {
		spec.Nodes = nil
	}
	return drv
}

// Planned reports whether the write waits for the others of its batch, which reads the row that it leaves into node then.
func (w *Write) Planned(node any) bool { return w.slot != nil && w.slot.Plan(w, node) }

// flush bumps the parents; or, for a write that is part of a batch, leaves them to the end of it.
func flush(ctx context.Context, q dialect.ExecQuerier, d string, p *touch.Parents, s Slot) error {
	if s != nil {
		if touched := s.Touched(); touched != nil {
			p.MoveTo(touched)
			return nil
		}
	}
	return p.Bump(ctx, q, d)
}

// abortedError is what builders return whose row was not written because of another one of their batch.
type abortedError struct {
	error
	// unknown reports that the rows may have been written after all.
	unknown bool
}

func (e *abortedError) Error() string {
	if e.unknown {
		return e.error.Error()
	}
	return "entocc: nothing of the batch was written: " + e.error.Error()
}

func (e *abortedError) Unwrap() error { return e.error }

// NewAborted returns the error of a builder whose batch has failed.
func NewAborted(failure error, unknown bool) error { return &abortedError{failure, unknown} }

// Aborted reports whether err is that of another row of the batch, so that it is not for the builder at hand to type.
func Aborted(err error) bool {
	var e *abortedError
	return errors.As(err, &e)
}
