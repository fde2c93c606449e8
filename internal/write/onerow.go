package write

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// OneRow makes a set-based write apply to one row, with one of the versions.
func (e *Expectation) OneRow(versions ...any) {
	e.In(versions...)
	e.oneRow, e.condition = true, nil
}

// OneRowMatching makes a set-based write apply to one row, with a version that a condition accepts. The accepted
// versions depend on the row's ID, so the condition is evaluated when the write is carried out.
func (e *Expectation) OneRowMatching(cond entocc.Condition) {
	e.In()
	e.oneRow, e.condition, e.Condition = true, cond, true
	if cond == nil {
		e.IfMatch(nil, nil, nil)
	}
}

// AnyRows makes a set-based write apply to any number of rows, which is the default.
func (e *Expectation) AnyRows() {
	e.source, e.versions, e.Condition = sourceNone, nil, false
	e.oneRow, e.condition = false, nil
}

// IsOneRow reports whether a set-based write is meant for one row.
func (e *Expectation) IsOneRow() bool { return e.oneRow }

// FoundID returns the primary key of the row that a mutation was found to be for, or otherwise the one that it knows;
// or nil. An upsert may know a different key than that of the row it ran into.
func (e *Expectation) FoundID(known any) any {
	if e.found == nil {
		return known
	}
	return e.found
}

// pending reports whether there is a condition that needs the row's ID. A resolver has already seen the row.
func (e *Expectation) pending() bool { return e.condition != nil && e.caller == nil }

// SetMutation is what a set-based write of one row needs from its mutation.
type SetMutation interface {
	Mutation
	Guarded
	// VersionProbe returns functions that read the primary key of a row, as ent reads an entity.
	VersionProbe() (scan func([]string) ([]any, error), assign func([]string, []any) error, key func() any)
}

// theRow is the row that a set-based write is meant for: the one that its mutation's predicates match.
type theRow struct {
	m         SetMutation
	schema    *version.Schema
	e         *Expectation
	dialect   string
	node      *sqlgraph.NodeSpec
	predicate func(*sql.Selector)
	// key is the row's primary key, if known, and id the same key as conflicts show it.
	key []any
	id  any
	// text is the predicates, and args their arguments, if they are plain and name the key.
	text string
	args []any
}

func newTheRow(s *version.Schema, m SetMutation, d string, node *sqlgraph.NodeSpec, predicate func(*sql.Selector)) *theRow {
	_, e := m.VersionGuard()
	e.found = nil
	t := &theRow{m: m, schema: s, e: e, dialect: d, node: node, predicate: predicate}
	t.pin()
	return t
}

// errSettled says that no row was written, and that a matching row exists since.
var errSettled = errors.New("entocc: the rows that the predicates match have changed meanwhile")

// UpdateOneRow carries out a set-based update that is meant for one row.
func UpdateOneRow(ctx context.Context, s *version.Schema, m SetMutation, drv dialect.Driver, spec *sqlgraph.UpdateSpec, links *Links) error {
	ctx = session.ToWriter(ctx)
	t := newTheRow(s, m, drv.Dialect(), spec.Node, spec.Predicate)
	u := &rowUpdate{theRow: t, spec: spec, links: links}
	spec.Predicate = t.where
	if t.key == nil && u.needsKey() {
		return t.locked(ctx, drv, u.save)
	}
	return t.settled(ctx, drv, u.save)
}

// settled runs a write, and runs it again with its row locked if the rows changed while the result was being explained.
// Nothing was written in that case.
func (t *theRow) settled(ctx context.Context, drv dialect.Driver, write func(context.Context, dialect.Driver) error) error {
	err := write(ctx, drv)
	if errors.Is(err, errSettled) {
		return t.locked(ctx, drv, write)
	}
	return err
}

// rowUpdate is an update of one row.
type rowUpdate struct {
	*theRow
	spec  *sqlgraph.UpdateSpec
	links *Links
}

// needsKey reports whether the update takes more than the one statement that its predicates can be part of.
func (u *rowUpdate) needsKey() bool {
	w := Write{Spec: u.spec}
	return u.e.pending() || w.HasExternalEdges() || len(u.schema.Touch) > 0 || !changes(u.spec) && !u.e.force
}

// save sends the update.
func (u *rowUpdate) save(ctx context.Context, drv dialect.Driver) error {
	u.accept()
	w, err := UpdateOne(ctx, u.schema, u.m, u.e, u.spec, u.links, u.id)
	if err != nil {
		return err
	}
	w.set = u.theRow
	return w.Alone(ctx, drv)
}

// accept asks the condition, if there is one, which versions of the row it accepts.
func (t *theRow) accept() {
	if t.e.pending() {
		t.e.IfMatch(t.schema, t.id, t.e.condition)
	}
}

// take notes the primary key of the row.
func (t *theRow) take(key []any, id any) {
	t.key, t.id = key, id
	if t.node.ID != nil {
		t.node.ID.Value = key[0]
	} else {
		for i := range t.node.CompositeID {
			t.node.CompositeID[i].Value = key[i]
		}
	}
	t.e.found = id
}

// locked runs a write in a transaction that has read and locked its row. The write is guarded anyway.
func (t *theRow) locked(ctx context.Context, drv dialect.Driver, write func(context.Context, dialect.Driver) error) error {
	return session.Atomically(ctx, drv, session.Begin, func(tx dialect.Tx) error {
		joined := session.Join(tx, t.dialect)
		c, err := t.claim(ctx)
		if err != nil {
			return err
		}
		if err := session.BeginWriting(ctx, joined, t.dialect, t.node.Table, t.schema.Column); err != nil {
			return c.Failed(err)
		}
		rows, err := t.read(ctx, joined, session.Exclusive)
		switch {
		case err != nil:
			return c.Failed(err)
		case len(rows) > 1:
			return t.several()
		case len(rows) == 0:
			t.accept() // A condition that can't be understood is refused anyway.
			if c, err = t.claim(ctx); err != nil {
				return err
			}
			return t.gone(&c)
		}
		t.take(rows[0].key, rows[0].id)
		return write(ctx, joined)
	})
}

// claim returns what is claimed about the row. A condition's accepted versions are not known before it is evaluated.
func (t *theRow) claim(ctx context.Context) (version.Claim, error) {
	op := t.m.Op()
	if t.e.pending() && t.e.source == sourceCaller && len(t.e.versions) == 0 {
		accepted := []any{version.NoVersion(t.e.condition.String())}
		return version.Claim{Schema: t.schema, Op: op, Accepted: accepted, Expected: t.e.condition.String(), Stated: true}, nil
	}
	accepted, err := t.e.guard(ctx, t.schema, op)
	return t.e.claim(t.schema, op, t.id, accepted), err
}

// several is the error for predicates that match more than one row.
func (t *theRow) several() error {
	return t.schema.Errorf(t.m.Op(), nil, "nothing was written, because its predicates match several rows and a stated version is for one row: "+
		"add the ID to Where, or drop IfVersion to write to all of them")
}

// gone is the error for predicates that match no row.
func (t *theRow) gone(c *version.Claim) error {
	if len(c.Accepted) == 0 {
		return &sqlgraph.NotFoundError{}
	}
	conflict := c.Conflict()
	conflict.Deleted, conflict.Err = true, c.Unreadable()
	return conflict
}

// explain finds out why a statement matched no row. It returns nil if the row did match, and MySQL counted none because
// nothing in it changed.
func (t *theRow) explain(ctx context.Context, q dialect.ExecQuerier, c *version.Claim, unchanged bool) error {
	q = session.UncachedQuerier(q)
	rows, err := t.read(ctx, q, session.Unlocked)
	conflict := c.Conflict()
	switch {
	case err != nil && len(c.Accepted) == 0:
		return err
	case err != nil:
		conflict.Err = err
		return conflict
	case len(rows) == 0:
		return t.gone(c)
	case len(rows) > 1:
		return t.several()
	}
	row := rows[0]
	c.ID, conflict.ID, conflict.Actual = row.id, row.id, row.version
	t.e.found = row.id
	if len(c.Accepted) > 0 && !c.Accepts(row.version) {
		if conflict.Err = c.Unreadable(); row.version == nil {
			conflict.Err = version.ErrNull
		}
		return conflict
	}
	return t.accepted(c, conflict, unchanged)
}

// accepted decides what to do about a row that has an accepted version, but was not written.
func (t *theRow) accepted(c *version.Claim, conflict *entocc.RecordModifiedError, unchanged bool) error {
	p := probe{Claim: *c, version: sql.Dialect(t.dialect).Select()}
	notation := p.notation(conflict.Actual)
	switch {
	case unchanged:
		return nil
	case notation != nil:
		conflict.Err = notation
		return conflict
	case t.key == nil:
		return errSettled
	case t.dialect == dialect.MySQL && len(c.Accepted) > 0:
		return conflict // A node of a cluster may have been behind.
	}
	return c.Kept()
}
