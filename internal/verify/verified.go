package verify

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// Verified is a row that a transaction read and bases its decision on.
type Verified struct {
	Schema *version.Schema
	// ID is the primary key as conflicts show it.
	ID any
	// Table is the row's table, in Namespace if ent's feature sql/schemaconfig names one.
	Table, Namespace string
	// Columns are the columns of the primary key, and Values what they hold.
	Columns []string
	Values  []any
	// Version is the version that was read.
	Version any
	// Typed converts a conflict to the generated client's type.
	Typed func(*entocc.RecordModifiedError) error

	// locked reports that the row was checked, and can't be changed by others anymore.
	locked bool
	// depth is how many savepoints were set at that time: the lock is lost with them.
	depth int
}

// NotInTx returns the error for verifying a row outside a transaction.
func NotInTx(s *version.Schema) error {
	return s.Errorf(0, nil, "VerifyOnCommit is for clients of a transaction, because it checks at the commit: "+
		"use tx.%s of a client.Tx, or client.RetryTx", s.Type)
}

// key orders the rows of all transactions in the same way.
func (v *Verified) key() string { return v.Namespace + "." + v.Table + "." + fmt.Sprint(v.Values) }

func (v *Verified) sameRow(o *Verified) bool { return v.Schema == o.Schema && v.key() == o.key() }

func (v *Verified) same(o *Verified) bool {
	return v.sameRow(o) && v.Schema.Strategy.Equal(v.Version, o.Version)
}

func (v *Verified) table(d string) (*sql.DialectBuilder, *sql.SelectTable) {
	b := sql.Dialect(d)
	return b, b.Table(v.Table).Schema(v.Namespace)
}

// lockDatabase starts writing on SQLite, whose transactions then see what was last committed, and prevent others from
// writing. It changes no row.
func (v *Verified) lockDatabase(ctx context.Context, q dialect.ExecQuerier, d string) error {
	if err := session.BeginWriting(ctx, q, d, v.Table, v.Schema.Column); err != nil {
		return v.failed(err)
	}
	return nil
}

func (v *Verified) claim() *version.Claim {
	return &version.Claim{Schema: v.Schema, ID: v.ID, Accepted: []any{v.Version}, Expected: v.Version}
}

// failed converts an error of a check.
func (v *Verified) failed(err error) error {
	err = v.claim().Failed(err)
	var modified *entocc.RecordModifiedError
	if v.Typed != nil && errors.As(err, &modified) {
		return v.Typed(modified)
	}
	return err
}

// Check compares the row's version with the one that was read.
func (v *Verified) Check(ctx context.Context, q dialect.ExecQuerier, d string, l session.Lock) error {
	b, table := v.table(d)
	s := b.Select(v.Schema.Column).From(table)
	for i, column := range v.Columns {
		s.Where(sql.EQ(column, v.Values[i]))
	}
	l.Apply(s)
	actual, found, err := ReadVersion(ctx, v.Schema, q, s)
	claim := v.claim()
	conflict := claim.Conflict()
	switch {
	case err != nil:
		return v.failed(err)
	case !found:
		conflict.Deleted = true
	case claim.Accepts(actual):
		return nil
	case actual == nil:
		conflict.Err = version.ErrNull
	default:
		conflict.Actual = actual
	}
	return v.failed(conflict)
}

// bump bumps the version if it is still the one that was read, which locks the row.
func (v *Verified) bump(ctx context.Context, q dialect.ExecQuerier, d string) error {
	update := sql.Dialect(d).Update(v.Table).Schema(v.Namespace).
		Where(v.Schema.Equals([]any{v.Version}))
	for i, column := range v.Columns {
		update.Where(sql.EQ(column, v.Values[i]))
	}
	v.Schema.SetBump(update, v.Table)
	query, args := update.Query()
	affected, err := session.ExecAffected(ctx, q, query, args)
	if err != nil {
		return v.failed(err)
	}
	v.locked = v.locked || affected > 0
	return nil
}

// ReadVersion runs a query for one version.
func ReadVersion(ctx context.Context, s *version.Schema, q dialect.ExecQuerier, selector *sql.Selector) (version any, found bool, err error) {
	if err := selector.Err(); err != nil {
		return nil, false, err
	}
	dest, value := s.Strategy.Scan()
	query, args := selector.Query()
	err = session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		found = true
		return rows.Scan(dest)
	})
	if err != nil {
		return nil, false, err
	}
	if v, ok := dest.(driver.Valuer); ok && found {
		if held, err := v.Value(); err == nil && held == nil {
			return nil, true, nil
		}
	}
	return value(), found, nil
}
