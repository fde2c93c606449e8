package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
)

// Atomic makes ent's own multi-statement writes atomic: one that fails halfway in a transaction is undone as a whole.
func Atomic(drv dialect.Driver) dialect.Driver {
	if _, ok := drv.(childDriver); ok || session.TxOf(drv) == nil {
		return drv
	}
	return childDriver{Driver: drv}
}

// EndingDriver is the driver of one of ent's own multi-statement writes. End rolls back what a panic, for example in a
// modifier, or runtime.Goexit left open.
type EndingDriver struct {
	dialect.Driver
	tx dialect.Tx
}

// Ending wraps a driver in an EndingDriver for one write, if the write takes several statements. The result may be nil.
func Ending(driver *dialect.Driver, spec *sqlgraph.UpdateSpec) *EndingDriver {
	if len(spec.Edges.Add)+len(spec.Edges.Clear) == 0 {
		return nil
	}
	drv := *driver
	if d, ok := drv.(childDriver); ok {
		drv = d.Driver
	}
	if d, ok := drv.(*EndingDriver); ok {
		drv = d.Driver
	}
	ending := &EndingDriver{Driver: drv}
	*driver = ending
	return ending
}

// Unwrap returns the wrapped driver.
func (d *EndingDriver) Unwrap() dialect.Driver { return d.Driver }

// Tx begins the transaction of the write.
func (d *EndingDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := session.Begin(ctx, d.Driver)
	if err != nil {
		return nil, err
	}
	d.tx = tx
	return drivenTx{tx, d}, nil
}

// End rolls back a transaction that was left open.
func (d *EndingDriver) End() {
	if d != nil && d.tx != nil {
		_ = d.tx.Rollback()
	}
}

// drivenTx is the transaction of an EndingDriver.
type drivenTx struct {
	dialect.Tx
	driver *EndingDriver
}

// Commit commits.
func (t drivenTx) Commit() error {
	t.driver.tx = nil
	return t.Tx.Commit()
}

// Rollback rolls back.
func (t drivenTx) Rollback() error {
	t.driver.tx = nil
	return t.Tx.Rollback()
}
