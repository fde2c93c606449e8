package write

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
)

// Unread notes whether nobody looks at the saved row: an Exec by a builder whose only hook is the guard. In that case
// only the key and the version are returned, which show that no trigger suppressed the write.
func (e *Expectation) Unread(unread bool) { e.unread = unread }

// columns makes the save read at least the version.
func (e *Expectation) columns(spec *sqlgraph.UpdateSpec, version string) {
	switch {
	case len(spec.Node.Columns) == 0:
	case e.unread:
		spec.Node.Columns = make([]string, 0, len(spec.Node.CompositeID)+2)
		if spec.Node.ID != nil {
			spec.Node.Columns = append(spec.Node.Columns, spec.Node.ID.Column)
		}
		for _, id := range spec.Node.CompositeID {
			spec.Node.Columns = append(spec.Node.Columns, id.Column)
		}
		if version != "" {
			spec.Node.Columns = append(spec.Node.Columns, version)
		}
	case version != "":
		spec.Node.AddColumnOnce(version)
	}
}

// uncounted explains why an UPDATE counted no row. It returns nil if the row has the values that the UPDATE set.
func (w *Write) uncounted(ctx context.Context, q dialect.ExecQuerier, d string) error {
	switch {
	case d == dialect.SQLite:
		return w.uncountedOfView(ctx, q)
	case d == dialect.MySQL && !w.Bump:
		if err := w.Explain(ctx, q, d); err != nil {
			return err
		}
		return w.again(ctx, q, d)
	}
	return w.Explain(ctx, q, d)
}

// uncountedOfView is for SQLite, which counts no rows for a view, although the view's INSTEAD OF trigger may have
// written the row: a conflict would make the caller write again.
func (w *Write) uncountedOfView(ctx context.Context, q dialect.ExecQuerier) error {
	const d = dialect.SQLite
	s := sql.Dialect(d).Select("name").From(sql.Table("sqlite_master")).
		Where(sql.And(sql.EQ("type", "view"), sql.EQ("name", w.Spec.Node.Table)))
	switch view, err := hasRows(ctx, q, s); {
	case err != nil:
		return err
	case view:
		return w.Failed(&entocc.OutcomeUnknownError{Err: errors.New(w.Spec.Node.Table + " is a view, whose rows SQLite does not count: use Save in place of Exec")})
	}
	return w.Explain(ctx, q, d)
}
