package batch

import (
	"context"
	stdsql "database/sql"
	"errors"
	"reflect"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/write"
)

// unjoinedError says that a statement of many rows failed, or did not report which of them it wrote. Everything that
// was written is then undone, and each row gets its own statement.
type unjoinedError struct{ error }

func (e *unjoinedError) Unwrap() error { return e.error }

func isUnjoined(err error) bool {
	var e *unjoinedError
	return errors.As(err, &e)
}

// errUntold is the failure of a statement that does not distinguish its rows.
var errUntold = errors.New("entocc: the database does not tell which rows of the upsert it has written")

// unjoined returns the failure of a statement of many rows. If another transaction or the connection is to blame, it
// would be the failure of each row, too.
func unjoined(ctx context.Context, first *upsertRow, err error) error {
	kind := entocc.Classify(err).Kind
	switch lost := entocc.IsOutcomeUnknown(entocc.NameOutcome(ctx, err)); {
	case ctx.Err() == nil && !lost && (kind == entocc.KindOther || kind == entocc.KindModified):
		return &unjoinedError{err}
	case first.guarded.Refused(err): // Another row may have refused it.
		return ctx.Err()
	}
	_, _, typed := first.parts()
	return typed(first.guarded.Failed(ctx, nil, err))
}

// joinedUpsert holds the rows of an upsert that share one statement. They are consecutive among the builders, so that
// new rows get their IDs in that order, and several builders for one row take effect in that order, too.
type joinedUpsert struct {
	dialect string
	rows    []*write.UpsertRow
	// index maps the keys of the rows to their positions.
	index map[string]int
}

// joinFrom returns the rows that share one statement with the first of rows: none if it needs its own.
func joinFrom(d string, rows []*upsertRow, specs []*sqlgraph.CreateSpec) *joinedUpsert {
	first := rows[0].guarded.Row(specs[0])
	if first == nil {
		return nil
	}
	j := &joinedUpsert{dialect: d, rows: []*write.UpsertRow{first}, index: map[string]int{first.Key: 0}}
	most, args, length := limitsFor(d), len(first.Columns), sizeOf(first)
	most.args -= len(first.Columns) // for the update branch
	for i := 1; i < min(len(rows), most.rows); i++ {
		next := rows[i].guarded.Row(specs[i])
		if !first.Alike(next) {
			break
		}
		args, length = args+len(next.Columns), length+sizeOf(next)
		if _, twice := j.index[next.Key]; twice || args > most.args || length > most.length {
			break
		}
		j.index[next.Key] = i
		j.rows = append(j.rows, next)
	}
	if len(j.rows) == 1 {
		return nil
	}
	return j
}

func sizeOf(r *write.UpsertRow) (n int) {
	for _, v := range r.Values {
		n += lengthOf(v)
	}
	return n
}

// statement returns the statement, or false if its result would not distinguish the rows.
func (j *joinedUpsert) statement() (query string, args []any, ok bool) {
	first := j.rows[0]
	insert := sql.Dialect(j.dialect).Insert(first.Spec.Table).Schema(first.Spec.Schema).Columns(first.Columns...)
	for _, r := range j.rows {
		insert.Values(r.Values...)
	}
	var assigned []string
	insert.OnConflict(first.OnConflict(first.Spec.Table)...)
	insert.OnConflict(sql.ResolveWith(func(u *sql.UpdateSet) { assigned = u.UpdateColumns() }))
	if j.dialect != dialect.MySQL {
		insert.Returning(j.returned()...)
	}
	query, args = insert.Query()
	_, set, found := strings.Cut(query, " DO UPDATE SET ")
	if !found {
		_, set, _ = strings.Cut(query, " ON DUPLICATE KEY UPDATE ")
	}
	return query, args, j.dialect == dialect.MySQL && !j.asksIDs() || first.Distinguishes(assigned, set)
}

// returned are the columns that distinguish the rows, the version column, and the ID column.
func (j *joinedUpsert) returned() []string {
	first := j.rows[0]
	columns := append(slices.Clone(first.Target), first.Schema().Column)
	if first.Spec.ID != nil {
		columns = append(columns, first.Spec.ID.Column)
	}
	return columns
}

// asksIDs reports whether ent queries MySQL for the IDs.
func (j *joinedUpsert) asksIDs() bool {
	id := j.rows[0].Spec.ID
	return id != nil && id.Type.Numeric()
}

// send sends the statement, and reports which rows it wrote.
func (j *joinedUpsert) send(ctx context.Context, tx dialect.Driver, query string, args []any) (written []bool, err error) {
	written = make([]bool, len(j.rows))
	if j.dialect != dialect.MySQL {
		if err := j.read(ctx, tx, query, args, written); err != nil {
			return written, err
		}
		return written, j.trusts(ctx, tx, written)
	}
	// A row that refuses it fails the whole statement.
	if err := tx.Exec(ctx, query, args, nil); err != nil || !j.asksIDs() {
		for i := range written {
			written[i] = err == nil
		}
		return written, err
	}
	query, args = j.selectIDs()
	if err := j.read(ctx, tx, query, args, written); err != nil {
		return nil, err
	}
	if slices.Contains(written, false) {
		return nil, errUntold
	}
	return written, nil
}

// trusts refuses a result in which rows are missing if a trigger of PostgreSQL may have exchanged the keys of rows: the missing
// ones would be taken for others.
func (j *joinedUpsert) trusts(ctx context.Context, tx dialect.Driver, written []bool) error {
	if j.dialect != dialect.Postgres || !slices.Contains(written, false) {
		return nil
	}
	b := &sql.Builder{}
	b.SetDialect(j.dialect)
	spec := j.rows[0].Spec
	table := b.Quote(spec.Table)
	if spec.Schema != "" {
		table = b.Quote(spec.Schema) + "." + table
	}
	const beforeInsert = "SELECT 1 FROM pg_trigger WHERE tgrelid = CAST($1 AS regclass) AND tgtype & 7 = 7" // FOR EACH ROW
	return session.EachRow(ctx, tx, beforeInsert, []any{table}, func(*sql.Rows, []string) error { return errUntold })
}

// selectIDs reads the IDs of rows that were just written: LAST_INSERT_ID is the ID of only one of them.
func (j *joinedUpsert) selectIDs() (query string, args []any) {
	first := j.rows[0]
	b := sql.Dialect(j.dialect)
	where := make([]*sql.Predicate, len(j.rows))
	for i, r := range j.rows {
		equal := make([]*sql.Predicate, len(r.Target))
		for k, c := range r.Target {
			equal[k] = sql.EQ(c, r.KeyArgs[k])
		}
		where[i] = sql.And(equal...)
	}
	if len(first.Target) == 1 {
		keys := make([]any, len(j.rows))
		for i, r := range j.rows {
			keys[i] = r.KeyArgs[0]
		}
		where = []*sql.Predicate{sql.In(first.Target[0], keys...)}
	}
	return b.Select(j.returned()...).From(b.Table(first.Spec.Table).Schema(first.Spec.Schema)).Where(sql.Or(where...)).Query()
}

// read reads what the database returns for the rows that it wrote, in any order.
func (j *joinedUpsert) read(ctx context.Context, q dialect.ExecQuerier, query string, args []any, written []bool) error {
	return session.EachRow(ctx, q, query, args, func(rows *sql.Rows, _ []string) error {
		texts := make([]stdsql.NullString, len(j.rows[0].Target)+1)
		dest := make([]any, len(texts), len(texts)+1)
		for i := range texts {
			dest[i] = &texts[i]
		}
		id, take := idDest(j.rows[0].Spec.ID)
		if id != nil {
			dest = append(dest, id)
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		i, ok := j.find(texts)
		if !ok || written[i] {
			return errUntold
		}
		written[i] = true
		if id != nil {
			take(j.rows[i].Spec.ID)
		}
		return nil
	})
}

// find returns the position of the row with this key. It must have the version that it was given, if any: a trigger may
// have changed the key of one row to that of another.
func (j *joinedUpsert) find(texts []stdsql.NullString) (int, bool) {
	key := make([]string, len(texts)-1)
	for i := range key {
		key[i] = texts[i].String
	}
	i, ok := j.index[write.KeyOf(key)]
	if !ok {
		return 0, false
	}
	if given := j.rows[i].Given(); given != nil {
		text, _ := write.KeyText(given)
		ok = text == texts[len(texts)-1].String
	}
	return i, ok
}

// idDest returns a destination for the ID of a row, and a function that notes what was read, in ent's form.
func idDest(spec *sqlgraph.FieldSpec) (dest any, take func(*sqlgraph.FieldSpec)) {
	if spec == nil {
		return nil, nil
	}
	if _, ok := spec.Value.(field.ValueScanner); ok {
		v := reflect.New(reflect.TypeOf(spec.Value).Elem())
		return v.Interface(), func(id *sqlgraph.FieldSpec) { reflect.ValueOf(id.Value).Elem().Set(v.Elem()) }
	}
	if spec.Type.Numeric() {
		var v int64
		return &v, func(id *sqlgraph.FieldSpec) { id.Value = v }
	}
	var v any
	return &v, func(id *sqlgraph.FieldSpec) { id.Value = v }
}
