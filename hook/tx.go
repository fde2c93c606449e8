package hook

import (
	"context"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// joined is a driver whose transactions are the one that is under way, so that ent's sqlgraph works in it and leaves
// the commit to its owner.
type joined struct {
	dialect.ExecQuerier
	name string
}

// join returns a driver of the transaction that is under way.
func join(tx dialect.ExecQuerier, d string) joined { return joined{tx, d} }

// Dialect returns the name of the dialect.
func (j joined) Dialect() string { return j.name }

// Tx returns the transaction under way.
func (j joined) Tx(context.Context) (dialect.Tx, error) { return j, nil }

// Close leaves the transaction to its owner.
func (joined) Close() error { return nil }

// Commit leaves the transaction to its owner.
func (joined) Commit() error { return nil }

// Rollback leaves the transaction to its owner.
func (joined) Rollback() error { return nil }

// begins reports whether a transaction of drv is surely a new one, and not one that is under way.
func begins(drv dialect.Driver) bool {
	for ; drv != nil; drv = unwrap(drv) {
		if _, ok := drv.(*sql.Driver); ok {
			return true
		}
	}
	return false
}

// rollback rolls tx back and returns err, with what went wrong in between.
func rollback(tx dialect.Tx, err error) error {
	if rerr := tx.Rollback(); rerr != nil {
		err = fmt.Errorf("%w: %v", err, rerr) //nolint:errorlint // as ent: err is what callers match
	}
	return err
}

// wrapper is a driver of entocc's around another one.
type wrapper interface{ Unwrap() dialect.Driver }

// unwrap returns the driver within one of entocc's, or ent's DebugDriver; nil for others.
func unwrap(drv dialect.Driver) dialect.Driver {
	switch d := drv.(type) {
	case wrapper:
		return d.Unwrap()
	case *dialect.DebugDriver:
		return d.Driver
	}
	return nil
}

// autocommits reports whether the driver of a client commits each statement by itself.
func autocommits(drv dialect.Driver) bool {
	_, ok := drv.(*namedDriver)
	return ok
}

// toWriter takes the query out of a context that comes from one. Drivers that split reads from writes, as the one in
// ent's documentation, send a Query of such a context to a replica.
func toWriter(ctx context.Context) context.Context {
	if ent.QueryFromContext(ctx) == nil {
		return ctx
	}
	return ent.NewQueryContext(ctx, nil)
}
