package batch

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/sqltext"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// bulkDelete is the delete of one row as part of a batch.
type bulkDelete struct {
	*write.DeleteDriver
	slot  *slot
	query string
	args  []any
	// values are the values of the primary key in the database's form, and plain reports that there is no other
	// predicate.
	values []any
	plain  bool
}

// Delete implements [write.Slot].
func (s *slot) Delete(ctx context.Context, d *write.DeleteDriver, query string, args []any) error {
	row := &bulkDelete{DeleteDriver: d, slot: s, query: query, args: args}
	row.identify()
	return s.write(ctx, row)
}

// identify finds the values of the primary key, and whether the DELETE has only the row and its guard as predicates.
func (d *bulkDelete) identify() {
	if d.Identity == nil {
		return
	}
	b, table := sql.Dialect(d.Dialect()), d.From().Table()
	is, guarded := b.Select().From(table), b.Select().From(table)
	d.Identity(is)
	d.Identity(guarded)
	_, d.values = is.Query()
	if len(d.Claim.Accepted) > 0 {
		guarded.Where(d.Claim.Schema.Equals(d.Claim.Accepted))
	}
	alone, args := guarded.Query()
	_, want, _ := strings.Cut(alone, " WHERE ")
	_, got, _ := strings.Cut(d.query, " WHERE ")
	d.plain = got == want && reflect.DeepEqual(args, d.args) && len(d.values) == len(d.slot.batch.keys) && sqltext.PlainIdent(d.Claim.Schema.Column) &&
		!slices.ContainsFunc(d.values, sqltext.NotPlain)
}

func (d *bulkDelete) claimed() *version.Claim { return &d.Claim }

func (d *bulkDelete) key() rowKey { return keyOfAll(d.values) }

func (d *bulkDelete) size() (args, length int) {
	for _, a := range d.args {
		length += lengthOf(a)
	}
	return len(d.args), length
}

// alone sends the DELETE.
func (d *bulkDelete) alone(ctx context.Context, drv dialect.Driver) error {
	return d.Alone(ctx, drv, d.query, d.args)
}

// shape identifies the deletes that one joined statement can carry out: those whose only predicate is their row's
// identity, and that expect one version, or none. Those that touch parents are sent alone.
func (d *bulkDelete) shape(b []byte, _ string) []byte {
	accepted := d.Claim.Accepted
	if d.Touches() || !d.plain || d.Claim.Schema.Strategy.BySystem() || len(accepted) > 1 || len(accepted) == 1 && d.Claim.Schema.Strategy.IsZero(accepted[0]) {
		return nil
	}
	if slices.ContainsFunc(d.slot.batch.keys, func(key string) bool { return !sqltext.PlainIdent(key) }) {
		return nil
	}
	return strconv.AppendBool(b, len(accepted) == 1)
}

// bulkDeleteStatement builds the joined statement of deletes that have the same shape. PostgreSQL:
//
//	DELETE FROM t USING (VALUES (..), (..)) AS entocc_rows WHERE t.id = entocc_rows.column1 AND .. RETURNING t.id
//
// SQLite has no USING, and MySQL no VALUES:
//
//	DELETE FROM t WHERE (t.id, t.version) IN (VALUES (..), (..)) RETURNING t.id
//	DELETE FROM t WHERE id IN (?, ..) AND (id, version) IN ((?, ?), ..)
func bulkDeleteStatement(dialectName string, deletes []*bulkDelete) (string, []any, error) {
	first := deletes[0]
	l := newRowList(dialectName, first.From().Table(), first.Claim.Schema, len(deletes))
	l.keys, l.guarded = len(first.values), len(first.Claim.Accepted) > 0
	var row []write.Assignment
	for _, d := range deletes {
		row = row[:0]
		for i, id := range d.values {
			row = append(row, write.Assignment{Column: d.slot.batch.keys[i], Value: id})
		}
		for _, v := range d.Claim.Accepted {
			row = append(row, write.Assignment{Column: l.version, Value: v})
		}
		l.addRow(row)
	}
	l.numeric = !slices.ContainsFunc(deletes, func(d *bulkDelete) bool { return d.slot.key.other != nil })
	l.Write("DELETE FROM " + l.table)
	switch dialectName {
	case dialect.MySQL:
		l.Write(" WHERE ")
		l.anyOf()
	case dialect.SQLite:
		l.Write(" WHERE ")
		l.isIn()
		l.returning(first.slot.batch.keys)
	default:
		l.Write(" USING ")
		l.values()
		l.Write(" AS entocc_rows WHERE ")
		l.joins()
		l.returning(first.slot.batch.keys)
	}
	return l.Query()
}
