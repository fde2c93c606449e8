package write

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
)

// Atomic has ent's own writes of several statements undone as a whole where they fail halfway in a transaction.
func Atomic(drv dialect.Driver) dialect.Driver {
	if _, ok := drv.(childDriver); ok || session.TxOf(drv) == nil {
		return drv
	}
	return childDriver{Driver: drv}
}

// EndingDriver is the driver of one of ent's own writes of several statements. End rolls back what a panic, as in a modifier,
// or runtime.Goexit has left open.
type EndingDriver struct {
	dialect.Driver
	tx dialect.Tx
}

// Ending makes a driver one for one write, if that is of several statements. The result may be nil.
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

// Unwrap returns the driver within.
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
