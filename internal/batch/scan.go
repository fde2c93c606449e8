package batch

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/session"
)

// rowScanner knows how the entities of a batch are read.
type rowScanner struct {
	scanValues func(columns []string) ([]any, error)
	assign     func(node any, columns []string, values []any) error
	// reuses are the columns whose destinations assign does not keep.
	reuses []string
}

// read makes the write read its row into its entity, with a separate statement.
func (b *batch) read(w *bulkWrite) {
	w.Spec.ScanValues = b.scanner.scanValues
	w.Spec.Assign = func(columns []string, values []any) error { return b.scanner.assign(w.node, columns, values) }
}

// returned are the columns that the statement returns.
func (w *bulkWrite) returned() []string {
	if w.returns() {
		return w.Spec.Node.Columns
	}
	return w.keyColumns()
}

// assign passes each write the row that a query returns for it, notes in its slot that it was returned, and counts the
// rows.
func (w *bulkTx) assign(ctx context.Context, slots []*slot, query string, args []any) (n int, err error) {
	for _, s := range slots {
		s.matched = false
	}
	f, first := finder{slots: slots}, slots[0].row.(*bulkWrite)
	r := rowReader{first: first, scanner: w.batch.scanner}
	err = session.EachRow(ctx, w.tx, query, args, func(rows *sql.Rows, columns []string) error {
		if err := r.scan(rows, columns); err != nil {
			return err
		}
		s := f.find(r.key())
		switch {
		case s == nil && w.unsure(slots[0]):
			return errKeys
		case s == nil:
			return fmt.Errorf("entocc: the database returned row %v of %s, which is not in the batch", r.key(), first.Schema.Type)
		}
		s.matched = true
		n++
		if write := s.row.(*bulkWrite); write.returns() {
			if err := write.Moved(columns, r.values); err != nil {
				return err
			}
			return w.batch.scanner.assign(write.node, columns, r.values)
		}
		return nil
	})
	return n, err
}

// rowReader scans the rows that a statement returns for the writes of a batch, one after another.
type rowReader struct {
	first   *bulkWrite
	scanner rowScanner
	// values are what Assign takes, and dests the destinations that they are scanned through.
	values, dests []any
	// keys are the positions of the primary key's columns.
	keys []int
	// fresh are the columns whose destinations are new for each row, and at their positions.
	fresh []string
	at    []int
}

// scan scans a row into the values. All destinations except the fresh ones are reused from the previous row.
func (r *rowReader) scan(rows *sql.Rows, columns []string) error {
	if r.values == nil {
		if err := r.begin(rows, columns); err != nil {
			return err
		}
	} else if err := r.refresh(rows); err != nil {
		return err
	}
	return rows.Scan(r.dests...)
}

func (r *rowReader) begin(rows *sql.Rows, columns []string) (err error) {
	for _, id := range r.first.Identity() {
		r.keys = append(r.keys, slices.Index(columns, id.Column))
	}
	if !r.first.returns() {
		r.values = newValues(r.first.ids())
		r.dests = r.values
		return nil
	}
	if r.values, err = r.scanner.scanValues(columns); err != nil {
		return err
	}
	r.dests = make([]any, len(r.values))
	for i := range r.values {
		if slices.Contains(r.scanner.reuses, columns[i]) {
			r.values[i], r.dests[i] = quickly(r.values[i])
			continue
		}
		r.fresh, r.at = append(r.fresh, columns[i]), append(r.at, i)
		r.set(rows, i, r.values[i])
	}
	return nil
}

// refresh makes new destinations for values that the entity of the previous row may have kept.
func (r *rowReader) refresh(rows *sql.Rows) error {
	if len(r.fresh) == 0 {
		return nil
	}
	values, err := r.scanner.scanValues(r.fresh)
	if err != nil {
		return err
	}
	for k, i := range r.at {
		r.set(rows, i, values[k])
	}
	return nil
}

func (r *rowReader) set(rows *sql.Rows, i int, v any) {
	if _, ok := v.(*sql.UnknownType); ok {
		v = sql.ScanTypeOf(rows, i)
	}
	r.values[i], r.dests[i] = v, v
}

// key is the key of the scanned row.
func (r *rowReader) key() rowKey {
	if len(r.keys) == 1 {
		return keyOf(r.values[r.keys[0]])
	}
	key := make([]any, len(r.keys))
	for i, k := range r.keys {
		key[i] = r.values[k]
	}
	return keyOfAll(key)
}

// quickly returns a destination, and what scans into it: integers avoid the reflection of database/sql.
func quickly(v any) (value, dest any) {
	if _, ok := v.(*sql.NullInt64); !ok {
		return v, v
	}
	d := &intDest{}
	return &d.NullInt64, d
}

// intDest is an integer that takes the driver's value as it is.
type intDest struct{ sql.NullInt64 }

// Scan implements sql.Scanner.
func (d *intDest) Scan(v any) error {
	if n, ok := v.(int64); ok {
		d.Int64, d.Valid = n, true
		return nil
	}
	return d.NullInt64.Scan(v)
}

// newValues returns destinations for values like these.
func newValues(like []any) []any {
	values := make([]any, len(like))
	for i, v := range like {
		values[i] = reflect.New(reflect.TypeOf(v)).Interface()
	}
	return values
}
