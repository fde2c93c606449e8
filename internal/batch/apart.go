package batch

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/sqltext"
)

// errKeys is the failure of an attempt in which the database may have treated keys as equal that differ in Go, such as
// keys of type char(n) or citext, or of a column whose collation ignores case. The attempt is undone, and the rows are
// written once more, identified by the keys that the table has for them.
var errKeys = errors.New("entocc: the database compares the keys of the batch in its own way")

// keysPerQuery limits how many rows are looked up at once: SQLite accepts 500 terms of a UNION.
const keysPerQuery = 250

// exact reports whether the database never treats keys as equal that differ in Go: it compares texts by the collation
// of their column, and numbers and UUIDs as Go does.
func exact(ids []any) bool {
	return !slices.ContainsFunc(ids, func(id any) bool {
		v := reflect.Indirect(reflect.ValueOf(id))
		return !v.CanInt() && !v.CanUint() && v.Kind() != reflect.Array && v.Kind() != reflect.Bool
	})
}

// unsure reports whether a row that a statement did not match may be another row of the batch, under a different key.
func (w *bulkTx) unsure(s *slot) bool {
	return !w.apart && len(w.rows) > 1 && s.key.other != nil && !exact(s.row.ids())
}

// blind reports whether a row of the batch is written whatever its version, by a key that the database compares in its
// own way: it might overwrite what another row of the batch wrote, if both are the same row. No statement would show
// it.
func (w *bulkTx) blind() bool {
	return len(w.rows) > 1 && slices.ContainsFunc(w.rows, func(s *slot) bool {
		u, ok := s.row.(*bulkWrite)
		return ok && len(u.Accepted) == 0 && !exact(u.ids())
	})
}

// tellApart gives each row the key that the table has for it, and refuses a batch in which two rows turn out to be one.
func (w *bulkTx) tellApart(ctx context.Context) error {
	for rows := range slices.Chunk(w.rows, keysPerQuery) {
		if err := w.lookUpKeys(ctx, rows); err != nil {
			return err
		}
	}
	seen := make(map[rowKey]*slot, len(w.rows))
	for _, s := range w.rows {
		if first := seen[s.key]; first != nil {
			about := s.row.claimed()
			return &entocc.VersionError{Type: about.Schema.Type, Op: about.Op, Reason: fmt.Sprintf("the batch has one row twice, as %v and as %v, "+
				"which are the same key to the database: make all changes of a row with one builder", first.row.claimed().ID, about.ID)}
		}
		seen[s.key] = s
	}
	return nil
}

// lookUpKeys reads the keys of rows as the table has them. The database does the comparing, and says which of the rows
// it found:
//
//	SELECT 0, id FROM t WHERE id = ? UNION ALL SELECT 1, id FROM t WHERE id = ? ..
func (w *bulkTx) lookUpKeys(ctx context.Context, rows []*slot) error {
	t := sqltext.New(w.dialect, 64*len(rows), len(rows))
	for i, s := range rows {
		if i > 0 {
			t.Write(" UNION ALL ")
		}
		columns := s.row.keyColumns()
		selector := s.row.keySelector(w.dialect).SelectExpr(sql.Raw(strconv.Itoa(i))).AppendSelect(columns...)
		for k, id := range s.row.ids() {
			selector.Where(sql.EQ(columns[k], id))
		}
		t.Join(selector)
	}
	query, args, err := t.Query()
	if err != nil {
		return err
	}
	return session.EachRow(ctx, w.tx, query, args, func(r *sql.Rows, _ []string) error {
		var at int
		values := newValues(rows[0].row.ids())
		if err := r.Scan(append([]any{&at}, values...)...); err != nil {
			return err
		}
		rows[at].key = keyOfAll(values)
		return nil
	})
}

// ids are the values of the primary key in the database's form.
func (d *bulkDelete) ids() []any { return d.values }

func (d *bulkDelete) keyColumns() []string { return d.slot.batch.keys }

func (d *bulkDelete) keySelector(name string) *sql.Selector {
	return sql.Dialect(name).Select().From(d.From().Table())
}

// keyColumns are the columns of the primary key.
func (w *bulkWrite) keyColumns() []string {
	identity := w.Identity()
	columns := make([]string, len(identity))
	for i, id := range identity {
		columns[i] = id.Column
	}
	return columns
}

func (w *bulkWrite) keySelector(d string) *sql.Selector { return w.Selector(context.Background(), d) }
