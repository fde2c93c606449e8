package write

import (
	"context"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// Links is what the guard knows about the rows of other types that a type's edges write.
type Links struct {
	// Children are the versioned types whose rows hold the foreign key of an edge.
	Children []Child
	// Through are the versioned edge schemas that have no other field with a default.
	Through []Through
}

// Child is a versioned type whose table holds the foreign key of an edge: when the edge changes, so does the row.
type Child struct {
	// Table and Column locate the foreign key.
	Table, Column string
	// Schema is the schema of the child's version.
	Schema *version.Schema
}

// Through is an edge schema whose version is its only field with a default.
type Through struct{ Table, Column string }

// Linking returns a driver for a write of ent's sqlgraph. It bumps the version of children in the statement that
// changes their foreign key. sqlgraph itself writes the edges of children, where an extension has no access.
func Linking(drv dialect.Driver, l *Links) dialect.Driver {
	if d, ok := drv.(childDriver); ok {
		drv = d.Driver
	}
	return l.driver(drv, nil)
}

// driver wraps drv. touched are the parents that the write touches itself, if any.
func (l *Links) driver(drv dialect.Driver, touched *touch.Parents) dialect.Driver {
	if l == nil || len(l.Children) == 0 {
		return drv
	}
	return childDriver{drv, l.Children, touched}
}

// UpdateNode is sqlgraph.UpdateNode that also bumps the versions of children, for types that have no version
// themselves.
func UpdateNode(ctx context.Context, drv dialect.Driver, spec *sqlgraph.UpdateSpec, l *Links) error {
	return sqlgraph.UpdateNode(ctx, UpdateLinking(drv, spec, l), spec)
}

// UpdateLinking is Linking for an update; it also prepares the update's new edges.
func UpdateLinking(drv dialect.Driver, spec *sqlgraph.UpdateSpec, l *Links) dialect.Driver {
	l.keepIdempotent(spec)
	return Linking(drv, l)
}

// keepIdempotent preserves ent's behavior that adding an edge twice does nothing. ent inserts ON CONFLICT DO NOTHING
// only into edge tables without further fields; a version, for which the database has a default, must not change that.
func (l *Links) keepIdempotent(spec *sqlgraph.UpdateSpec) {
	if l == nil {
		return
	}
	for _, e := range spec.Edges.Add {
		isVersion := func(f *sqlgraph.FieldSpec) bool { return slices.Contains(l.Through, Through{e.Table, f.Column}) }
		if e.Rel == sqlgraph.M2M && len(e.Target.Fields) == 1 && isVersion(e.Target.Fields[0]) {
			e.Target.Fields = nil
		}
	}
}

// childDriver rewrites the statements that set or clear a foreign key in a child's table.
type childDriver struct {
	dialect.Driver
	children []Child
	touched  *touch.Parents
}

// Unwrap returns the wrapped driver.
func (d childDriver) Unwrap() dialect.Driver { return d.Driver }

// Tx starts a transaction that rewrites statements in the same way.
func (d childDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	tx, err := session.Begin(ctx, d.Driver)
	if err != nil {
		return nil, err
	}
	return newChildTx(tx, d), nil
}

// Exec rewrites the statement if it writes a child's foreign key.
func (d childDriver) Exec(ctx context.Context, query string, args, v any) error {
	return execChild(ctx, d.Driver, d.Dialect(), d.children, query, args, v)
}

// execChild sends a statement, and bumps a child in it if the statement writes the child's foreign key.
func execChild(ctx context.Context, q dialect.ExecQuerier, d string, children []Child, query string, args, v any) error {
	argv, ok := args.([]any)
	if !ok {
		return q.Exec(ctx, query, args, v)
	}
	for _, c := range children {
		bumped, bumpedArgs, err := c.bump(d, query, argv)
		if bumped != "" {
			err = q.Exec(ctx, bumped, bumpedArgs, v)
		}
		if err != nil || bumped != "" {
			return c.Schema.Unusable(0, err)
		}
	}
	return q.Exec(ctx, query, args, v)
}

// bump adds the child's bump to UPDATE child SET fk = .., the form in which sqlgraph writes the foreign keys of other
// tables (ent, dialect/sql/sqlgraph/graph.go, addFKEdges and clearFKEdges). An UPDATE of the same table that already
// has the version is the guarded write of a type with an edge to itself. For other statements it returns "".
func (c Child) bump(d, query string, args []any) (string, []any, error) {
	table, rest, updates := strings.Cut(query, " SET ")
	assigned, _, one := strings.Cut(rest, " WHERE ")
	if !updates || !one || c.Schema.Strategy.BySystem() {
		return "", nil, nil
	}
	b := &sql.Builder{}
	b.SetDialect(d)
	version := b.Quote(c.Schema.Column)
	if !strings.HasPrefix(table, "UPDATE ") || !strings.HasSuffix(table, b.Quote(c.Table)) || !strings.HasPrefix(assigned, b.Quote(c.Column)+" = ") ||
		strings.Contains(assigned, version+" = ") {
		return "", nil, nil
	}
	if d == dialect.Postgres {
		b.SetTotal(len(args))
	}
	b.WriteString(version + " = ")
	c.Schema.Strategy.Bump(b, b.Quote(c.Table)+"."+version)
	if err := b.Err(); err != nil {
		return "", nil, err
	}
	bump, bumpArgs := b.Query()
	query = table + " SET " + bump + ", " + rest
	if d == dialect.Postgres {
		return query, slices.Concat(args, bumpArgs), nil
	}
	return query, slices.Concat(bumpArgs, args), nil
}
