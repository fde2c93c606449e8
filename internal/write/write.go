package write

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/sqltext"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
)

// Mutation is what the guard needs from a generated mutation.
type Mutation interface {
	Op() ent.Op
	Fields() []string
	AddedFields() []string
	ClearedFields() []string
	AddedEdges() []string
	RemovedEdges() []string
	ClearedEdges() []string
}

// Write is a save of one row that entocc carries out instead of ent's sqlgraph.UpdateNode.
type Write struct {
	version.Claim
	Spec  *sqlgraph.UpdateSpec
	links *Links
	// Bump reports whether the version changes, and Next is its new value if the old one is known.
	Bump bool
	Next any
	// CheckOnly reports that there is nothing to write, but a version to check.
	CheckOnly bool
	// parents are the versions that the caller expects of parents, and touched the parents to bump.
	parents []touch.ParentVersion
	touched *touch.Parents
	// slot is the place of the write in a batch, if it belongs to one.
	slot Slot
	// inTx reports that the save is part of a caller's transaction that records what it writes.
	inTx bool
	// e is the expectation that the write was planned with.
	e *Expectation
	// seen is what the caller saw in the row, which the statement compares instead of a version.
	seen seenValues
	// set is the row that a set-based write is meant for, or nil.
	set *theRow
	// marked makes the UPDATE report whether it matched the row.
	marked bool
	// keyed is the primary key of a row with a single key column.
	keyed [1]*sqlgraph.FieldSpec
}

// UpdateOne plans the save of one row: id, which spec describes as ent would write it. A nil Write leaves the save to
// ent, because there is nothing to write. An error refuses the save: it has no version to guard it, or the version has
// no successor.
func UpdateOne(ctx context.Context, s *version.Schema, m Mutation, e *Expectation, spec *sqlgraph.UpdateSpec, links *Links, id any) (*Write, error) {
	dropColumn(spec, s.Column)
	e.bumps = false
	e.columns(spec, s.Column)
	keysToo(s, spec)
	accepted, err := e.guard(ctx, s, m.Op())
	if err != nil {
		return nil, err
	}
	w := &Write{
		Claim: e.claim(s, m.Op(), id, accepted), Spec: spec, links: links, slot: e.Slot, parents: e.parents, e: e,
	}
	if s.ByValues() {
		return w, w.expect(ctx, m)
	}
	if !changes(spec) && !e.force {
		if (!e.Stated() || len(accepted) == 0) && len(e.parents) == 0 && !e.oneRow && len(e.fields) == 0 {
			return nil, nil
		}
		w.CheckOnly = true
		return w, nil
	}
	w.Bump = (e.force || changed(s, m, e, spec)) && !entocc.IncrementSkipped(ctx, s.Type)
	e.bumps, e.unguarded = w.Bump, len(accepted) == 0
	if w.Bump && !s.Strategy.BySystem() && (len(accepted) == 1 && !version.MatchesNone(accepted) || s.Strategy.Random()) {
		if w.Next, err = s.Next(m.Op(), w.Expected); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// Update adds the bump to a set-based write that spec describes, if it changes anything that counts. A mutation that
// began as one of a single row, such as a delete that a soft-delete hook turned into an update, is planned as such and
// returned as a Write.
func Update(ctx context.Context, s *version.Schema, m Mutation, e *Expectation, spec *sqlgraph.UpdateSpec, links *Links, id any) (*Write, error) {
	if e.source != sourceNone {
		if id != nil && spec.Node.ID != nil && spec.Node.ID.Value == nil {
			spec.Node.ID.Value = id
		}
		return UpdateOne(ctx, s, m, e, spec, links, id)
	}
	if s.ByValues() {
		return nil, nil
	}
	dropColumn(spec, s.Column)
	e.touches = false
	if !changed(s, m, e, spec) || entocc.IncrementSkipped(ctx, s.Type) {
		return nil, nil
	}
	bump := func(u *sql.UpdateBuilder) { s.SetBump(u, spec.Node.Table) }
	if s.Strategy.Random() {
		next, err := s.Next(m.Op(), nil)
		if err != nil {
			return nil, err
		}
		bump = func(u *sql.UpdateBuilder) { u.Set(s.Column, next) }
	}
	e.touches = len(s.Touch) > 0
	spec.AddModifier(bump)
	return nil, nil
}

// dropColumn removes the version from what the mutation writes: whatever other hooks did to it, it is assigned once.
func dropColumn(spec *sqlgraph.UpdateSpec, column string) {
	drop := func(fields []*sqlgraph.FieldSpec) []*sqlgraph.FieldSpec {
		kept := fields[:0]
		for _, f := range fields {
			if f.Column != column {
				kept = append(kept, f)
			}
		}
		return kept
	}
	spec.Fields.Set, spec.Fields.Add, spec.Fields.Clear = drop(spec.Fields.Set), drop(spec.Fields.Add), drop(spec.Fields.Clear)
}

// changes reports whether there is anything to write apart from the version.
func changes(spec *sqlgraph.UpdateSpec) bool {
	return len(spec.Fields.Set)+len(spec.Fields.Add)+len(spec.Fields.Clear)+
		len(spec.Edges.Add)+len(spec.Edges.Clear)+len(spec.Modifiers) > 0
}

// changed reports whether the write changes anything that bumps the version. What a modifier does can't be known, so it
// counts, unless it appends to an ignored field.
func changed(s *version.Schema, m Mutation, e *Expectation, spec *sqlgraph.UpdateSpec) bool {
	if len(s.Only) == 0 && len(s.Ignore) == 0 {
		return changes(spec)
	}
	modifiers := len(spec.Modifiers)
	if a, ok := m.(entity.Appender); ok {
		for _, name := range a.VersionAppends() {
			modifiers--
			if s.Counts(name) {
				return true
			}
		}
	}
	if modifiers > 0 {
		return true
	}
	for _, names := range [...]func() []string{m.Fields, m.AddedFields, m.ClearedFields, m.AddedEdges, m.RemovedEdges, m.ClearedEdges} {
		for _, name := range names() {
			if name != s.Column && s.Counts(name) && !onlyDefaulted(s, e, name) {
				return true
			}
		}
	}
	return false
}

// Save sends the write, and passes the resulting row to the spec's ScanValues and Assign.
func (w *Write) Save(ctx context.Context, drv dialect.Driver) error {
	if w.slot != nil {
		return w.slot.Save(ctx, w)
	}
	return w.Alone(ctx, drv)
}

// Alone sends the write with its own statements.
func (w *Write) Alone(ctx context.Context, drv dialect.Driver) error {
	ctx = session.ToWriter(ctx)
	w.inTx = session.TxOf(drv) != nil
	err := w.send(ctx, drv, w.route(drv.Dialect()))
	if err != nil && w.seen.misread() {
		err = w.send(ctx, drv, w.route(drv.Dialect()))
	}
	if w.e.overwrites(ctx, err) {
		w.unguard()
		err = w.send(ctx, drv, w.route(drv.Dialect()))
	}
	if entocc.IsOutcomeUnknown(err) && w.applied(ctx, drv) {
		return nil
	}
	if !w.Guards() || entocc.Classify(err).Kind != entocc.KindDeadlock {
		return err
	}
	return w.tell(ctx, drv, err)
}

// unguard makes the write accept any version.
func (w *Write) unguard() {
	w.Accepted, w.seen, w.Seen, w.e.unguarded = nil, nil, false, true
	if !w.Schema.Strategy.Random() {
		w.Next = nil // It belonged to the expected version.
	}
}

// applied finds out from the row whether a write with an unknown result was applied. A random version is proof: nobody
// else generates the same one.
func (w *Write) applied(ctx context.Context, drv dialect.Driver) bool {
	if w.Next == nil || w.ID == nil || !w.Schema.Strategy.Random() {
		return false
	}
	d := drv.Dialect()
	s := w.Selector(ctx, d, w.Schema.Column)
	w.whereID(s)
	actual, found, err := verify.ReadVersion(ctx, w.Schema, drv, s)
	return err == nil && found && w.Schema.Strategy.Equal(actual, w.Next) && (w.Spec.ScanValues == nil || w.read(ctx, drv, d) == nil)
}

// tell distinguishes a deadlock that was a conflict from others: on a Galera cluster the loser of a conflict with
// another node gets the same error 1213. In a caller's transaction, which has already been rolled back, it can't be
// known.
func (w *Write) tell(ctx context.Context, drv dialect.Driver, deadlock error) error {
	var (
		modified *entocc.RecordModifiedError
		other    *entocc.ValuesError
	)
	if err := w.Explain(ctx, drv, drv.Dialect()); !errors.As(err, &modified) || modified.Actual == nil && !modified.Deleted && (!errors.As(err, &other) || len(other.Fields) == 0) ||
		slices.ContainsFunc(w.Accepted, func(v any) bool { return w.Schema.Strategy.Equal(v, modified.Actual) }) {
		return deadlock
	}
	if modified.Err = deadlock; other != nil {
		modified.Err = errors.Join(other, deadlock)
	}
	return modified
}

// route is how a save is sent; the package documentation has a table.
type route uint8

const (
	routeTouching route = iota
	routeChecking
	routeInTx
	routeThenRead
	routeExec
	routeReturning
)

// route decides how the save is sent.
func (w *Write) route(d string) route {
	switch {
	case w.Touches():
		return routeTouching
	case w.CheckOnly:
		return routeChecking
	}
	return w.rowRoute(d)
}

// rowRoute decides how the row is saved, and nothing else except its edges.
func (w *Write) rowRoute(d string) route {
	switch {
	case w.HasExternalEdges():
		return routeInTx
	case w.Spec.ScanValues == nil, w.e.unread && d == dialect.SQLite && !w.Schema.Strategy.ByTrigger():
		return routeExec
	case w.wide(d), d == dialect.SQLite && w.Schema.Strategy.ByTrigger():
		return routeInTx // RETURNING does not show the effects of SQLite's triggers, which run after it.
	case d == dialect.MySQL:
		return routeThenRead
	}
	return routeReturning
}

// Touches reports whether the save touches parents, or compares a parent's version.
func (w *Write) Touches() bool {
	return len(w.Schema.Touch) > 0 && (w.Bump || len(w.parents) > 0)
}

// send sends the save through a route.
func (w *Write) send(ctx context.Context, drv dialect.Driver, r route) error {
	switch r {
	case routeTouching:
		return w.saveTouching(ctx, drv)
	case routeChecking:
		return w.check(ctx, drv)
	case routeInTx:
		return w.saveInTx(ctx, drv)
	case routeThenRead:
		return w.saveThenRead(ctx, drv)
	case routeExec:
		return w.exec(ctx, drv, drv.Dialect())
	default:
		return w.saveReturning(ctx, drv)
	}
}

// saveReturning is the save in one statement: UPDATE .. RETURNING.
func (w *Write) saveReturning(ctx context.Context, drv dialect.Driver) error {
	d := drv.Dialect()
	query, args, err := w.query(ctx, d, w.Spec.Node.Columns)
	if err != nil {
		return err
	}
	found, err := w.scan(w.rowContext(ctx), drv, query, args)
	if session.Autocommits(drv) {
		err = entocc.NameOutcome(ctx, err)
	}
	switch {
	case err != nil:
		return w.Failed(err)
	case !found:
		return w.Explain(ctx, drv, d)
	}
	return nil
}

// saveInTx is the save in several statements: the guarded UPDATE first, so that no edge is written if it does not
// match; then the edges, and a SELECT of the row, which ent sends if there are edges.
func (w *Write) saveInTx(ctx context.Context, drv dialect.Driver) error {
	begins := session.BeginPlain
	if w.HasExternalEdges() {
		begins = session.Begin
	}
	err := session.Atomically(ctx, drv, begins, func(tx dialect.Tx) error {
		if err := w.exec(ctx, tx, drv.Dialect()); err != nil {
			return err
		}
		if w.HasExternalEdges() {
			return sqlgraph.UpdateNode(ctx, w.links.driver(session.Join(tx, drv.Dialect()), w.touched), w.rest())
		}
		return w.read(ctx, tx, drv.Dialect())
	})
	if entocc.IsOutcomeUnknown(err) {
		err = w.Failed(err)
	}
	return err
}

// read reads the row that was just written.
func (w *Write) read(ctx context.Context, tx dialect.ExecQuerier, d string) error {
	t := w.rowQuery(ctx, d)
	found, err := w.scan(ctx, tx, string(t.Buf), t.Args)
	if err == nil && !found {
		err = &sqlgraph.NotFoundError{}
	}
	return err
}

// rowQuery returns the SELECT of the row.
func (w *Write) rowQuery(ctx context.Context, d string) *sqltext.Text {
	if t, ok := w.directRead(d); ok {
		return t
	}
	s := w.Selector(ctx, d, w.Spec.Node.Columns...)
	w.whereID(s)
	query, args := s.Query()
	return &sqltext.Text{Buf: []byte(query), Args: args}
}

// query returns the UPDATE.
func (w *Write) query(ctx context.Context, d string, returning []string) (string, []any, error) {
	query, args, ok, err := w.direct(d, returning)
	if err != nil || ok {
		return query, args, err
	}
	update, err := w.statement(ctx, d)
	if err != nil {
		return "", nil, err
	}
	query, args = update.Returning(returning...).Query()
	return query, args, nil
}

// exec sends the UPDATE and looks at the number of rows itself: ent would query the database again, and on MySQL at
// REPEATABLE READ the result would come from an old snapshot in which the version still matches.
func (w *Write) exec(ctx context.Context, tx dialect.ExecQuerier, d string) error {
	query, args, err := w.query(ctx, d, nil)
	if err != nil {
		return err
	}
	affected, err := session.ExecAffected(w.rowContext(ctx), tx, query, args)
	switch {
	case err != nil:
		return w.Failed(err)
	case affected == 0:
		return w.uncounted(ctx, tx, d)
	}
	return nil
}
