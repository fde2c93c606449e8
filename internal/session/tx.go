package session

import (
	"context"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
)

// Joined is a driver whose transactions are the one already in progress, so that ent's sqlgraph works in it and leaves
// the commit to its owner.
type Joined struct {
	dialect.ExecQuerier
	Name string
}

// Join returns a driver of the transaction in progress.
func Join(tx dialect.ExecQuerier, d string) Joined { return Joined{tx, d} }

// Dialect returns the name of the dialect.
func (j Joined) Dialect() string { return j.Name }

// Tx returns the transaction in progress.
func (j Joined) Tx(context.Context) (dialect.Tx, error) { return j, nil }

// Close leaves the transaction to its owner.
func (Joined) Close() error { return nil }

// Commit leaves the transaction to its owner.
func (Joined) Commit() error { return nil }

// Rollback leaves the transaction to its owner.
func (Joined) Rollback() error { return nil }

// Begins reports whether a transaction of drv is certainly a new one, not one that is already in progress.
func Begins(drv dialect.Driver) bool {
	for ; drv != nil; drv = unwrap(drv) {
		if _, ok := drv.(*sql.Driver); ok {
			return true
		}
	}
	return false
}

// Rollback rolls tx back and returns err, with any error of the rollback.
func Rollback(tx dialect.Tx, err error) error {
	return RolledBack(err, tx.Rollback())
}

// RolledBack returns err with the error of the rollback that followed it.
func RolledBack(err, rollback error) error {
	switch {
	case rollback == nil:
		return err
	case entocc.IsOutcomeUnknown(rollback):
		return fmt.Errorf("%w: %w", err, rollback)
	default:
		return fmt.Errorf("%w: %v", err, rollback) //nolint:errorlint // as ent: err is what callers match
	}
}

// wrapper is one of entocc's drivers around another one.
type wrapper interface{ Unwrap() dialect.Driver }

// unwrap returns the driver inside one of entocc's, or ent's DebugDriver; nil for others.
func unwrap(drv dialect.Driver) dialect.Driver {
	switch d := drv.(type) {
	case wrapper:
		return d.Unwrap()
	case *dialect.DebugDriver:
		return d.Driver
	}
	return nil
}

// Autocommits reports whether a client's driver commits each statement by itself.
func Autocommits(drv dialect.Driver) bool {
	_, ok := drv.(*namedDriver)
	return ok
}

// ToWriter removes the query from a context that comes from one. Drivers that separate reads from writes, like the one
// in ent's documentation, send a Query with such a context to a replica.
func ToWriter(ctx context.Context) context.Context {
	if ent.QueryFromContext(ctx) == nil {
		return ctx
	}
	return ent.NewQueryContext(ctx, nil)
}
