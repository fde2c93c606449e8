package batch

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/write"
)

// UpsertParts is what the guard of an upsert needs from a builder: its mutation, its hooks, and a function that
// converts an error to the builder's form.
type UpsertParts func() (GuardedMutation, *[]ent.Hook, func(error) error)

// Upserts is the guarded upsert of many rows. ent's CreateBulk nests the hooks of its builders, and the last of these
// sends one statement for all rows, but ent does not read from the result which rows were written. Here, rows with the
// same guard share statements that report it, and the others each have their own, all in one transaction; and each
// builder's hooks see the result for their own row.
//
// This takes two hooks for each builder. The inner one notes the guard of the row, and returns the row's result. The
// outer one hides that error from the preceding builders, whose rows may have been written; the outer hook of the first
// builder returns the error for all of them.
type Upserts struct {
	guard write.UpsertGuard
	rows  []*upsertRow
	// only limits the options of the upsert to the builders of some rows, and returns a function that lifts the limit:
	// UpdateNewValues loops over all builders each time.
	only func(from, to int) (all func())
	// running is set from when the first builder begins until it ends.
	running bool
	// sent is set when the last builder has arrived, and plain if no row is guarded then, so that ent sends them.
	sent, plain bool
	// failure is why no row was written, or none will stay.
	failure error
}

// upsertRow is one row of an upsert.
type upsertRow struct {
	upserts *Upserts
	index   int
	parts   UpsertParts
	// versions is the row's expected version, nil for IfNewer.
	versions []any
	// guarded is the upsert in progress. begun is set when the builder begins, and alone if it turns out to be saved
	// without the others.
	guarded      *write.GuardedUpsert
	begun, alone bool
	// own is the database's result for this row alone, and err is what the builder returned, after its hooks.
	own, err error
}

// errCut is why rows were not written whose turn never came.
var errCut = errors.New("entocc: nothing was written: the hooks of the upsert ended before its rows were written")

// GuardUpserts guards the upsert of the builders: each with an expected version, or with the version that its row is
// given, if guard says so.
func GuardUpserts[B any](guard write.UpsertGuard, builders *[]B, parts func(B) (GuardedMutation, *[]ent.Hook, func(error) error), versions []any) error {
	all := *builders
	u := &Upserts{guard: guard, rows: make([]*upsertRow, len(all)), only: func(from, to int) func() {
		*builders = all[from:to]
		return func() { *builders = all }
	}}
	seen := make(map[*write.Expectation]bool, len(all))
	for i, b := range all {
		m, _, _ := parts(b)
		s, e := m.VersionGuard()
		switch {
		case e.Upserts != nil || seen[e]:
			return s.Errorf(m.Op(), nil, "the builder at index %d is guarded already. Pass each builder once, and call either IfVersion or IfNewer, once", i)
		case guard.Newer && !given(m, s.Column):
			return s.Errorf(m.Op(), nil, "IfNewer compares the version that each builder is given, and the one at index %d has none yet. Call SetVersion before IfNewer", i)
		}
		seen[e] = true
		u.rows[i] = &upsertRow{upserts: u, index: i, parts: func() (GuardedMutation, *[]ent.Hook, func(error) error) { return parts(b) }}
		if !guard.Newer {
			u.rows[i].versions = versions[i : i+1]
		}
	}
	for _, r := range u.rows {
		r.attach()
	}
	return nil
}

// attach adds the hooks to the builder.
func (r *upsertRow) attach() {
	m, hooks, _ := r.parts()
	_, e := m.VersionGuard()
	e.Upserts = r.upserts
	*hooks = slices.Concat([]ent.Hook{r.outer}, *hooks, []ent.Hook{r.inner})
}

func given(m ent.Mutation, column string) bool {
	_, ok := m.Field(column)
	return ok
}

// outer is the outermost hook of a builder.
func (r *upsertRow) outer(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		u := r.upserts
		if r.index == 0 {
			u.begin()
			defer func() { u.running = false }()
		} else if !u.running {
			return next.Mutate(ctx, m) // Somebody is saving this builder alone.
		}
		r.begun = true
		v, err := next.Mutate(ctx, m)
		if u.plain || r.alone {
			return v, err
		}
		r.err = err
		if !u.sent && u.failure == nil {
			if u.failure = err; err == nil {
				u.failure = errCut
			}
		}
		if r.index > 0 {
			return v, nil
		}
		return v, u.outcome()
	})
}

// begin forgets an earlier run of the same builders.
func (u *Upserts) begin() {
	for _, r := range u.rows {
		r.guarded, r.begun, r.alone, r.own, r.err = nil, false, false, nil, nil
	}
	u.guard = u.guard.Asked()
	u.running, u.sent, u.plain, u.failure = true, false, false, nil
}

// inner is the innermost hook of a builder.
func (r *upsertRow) inner(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		u := r.upserts
		if !u.running {
			return next.Mutate(ctx, m)
		}
		again := u.sent && !u.plain
		guard := u.guard
		guard.Versions = r.versions
		guarded, err := guard.Begin(ctx, m)
		if err != nil {
			return nil, err
		}
		r.guarded, guarded.Upserts = guarded, u
		v, err := next.Mutate(ctx, m)
		switch {
		case err != nil || u.plain:
			return v, err
		case !u.sent && (r.index == len(u.rows)-1 || !u.rows[r.index+1].begun):
			r.alone = true
			return v, nil
		case again && u.failure == nil:
			return nil, fmt.Errorf("entocc: a hook of the upsert sent it a second time, after its rows were written: later changes are not written")
		}
		if err := r.result(); err != nil {
			return nil, err
		}
		return v, nil
	})
}

// result is the result for the row.
func (r *upsertRow) result() error {
	failure := r.upserts.failure
	switch {
	case r.own != nil:
		return r.own
	case failure == nil || sqlgraph.IsConstraintError(failure):
		return failure
	}
	return aborted(failure)
}

// Create implements [write.Upserts].
func (u *Upserts) Create(ctx context.Context, drv dialect.Driver, specs []*sqlgraph.CreateSpec) bool {
	if u.sent {
		return !u.plain
	}
	u.sent = true
	u.plain = !slices.ContainsFunc(u.rows, func(r *upsertRow) bool { return !r.guarded.Unchecked() })
	if u.plain {
		return false
	}
	u.failure = errCut // until it is known to be otherwise, in case of a panic
	u.failure = u.write(session.ToWriter(ctx), drv, specs)
	return true
}

// write writes the rows.
func (u *Upserts) write(ctx context.Context, drv dialect.Driver, specs []*sqlgraph.CreateSpec) (err error) {
	withID := 0
	for _, spec := range specs {
		if spec.ID != nil && spec.ID.Value != nil {
			withID++
		}
	}
	if withID > 0 && withID < len(specs) {
		return errors.New("inconsistent id values for batch insert") // same text as ent's
	}
	given := idsOf(specs)
	defer func() {
		for i := range given {
			if given[i] != nil && (err != nil || u.rows[i].own != nil) { // Otherwise it is the ID of the current row.
				*specs[i].ID = *given[i]
			}
		}
	}()
	if len(specs) == 1 && session.Begins(drv) {
		return u.writeAll(ctx, drv, drv, specs, false)
	}
	// If a statement of many rows does not report what it wrote, it is undone as a whole, and each row gets its own
	// statement. In a caller's transaction this would be a second savepoint to roll back to, see inTx.
	joins := session.Begins(drv) || drv.Dialect() != dialect.MySQL
	undone, err := u.inTx(ctx, drv, specs, joins)
	if !undone || !isUnjoined(err) {
		return err
	}
	for i, r := range u.rows {
		if r.own = nil; given[i] != nil {
			*specs[i].ID = *given[i]
		}
	}
	_, err = u.inTx(ctx, drv, specs, false)
	return err
}

// inTx writes the rows in one transaction. If joins, rows with the same guard share one statement. undone reports that
// nothing is left of the rows after an error.
func (u *Upserts) inTx(ctx context.Context, drv dialect.Driver, specs []*sqlgraph.CreateSpec, joins bool) (undone bool, err error) {
	w := newScope(drv)
	// If the driver sets a savepoint, it is the only one. MariaDB's Galera 26.4 can't handle rollbacks to two
	// savepoints right after each other: the other nodes then can't read what the transaction goes on to write, and
	// leave the cluster.
	w.marked = w.marked && (w.dialect == dialect.Postgres || session.TxOf(drv) == nil)
	err = w.atomically(ctx, drv, func(ctx context.Context) error {
		return u.writeAll(ctx, drv, session.Join(w.tx, w.dialect), specs, joins)
	})
	return !w.torn, err
}

// idsOf returns the IDs of rows before the database reports the actual ones; nil for composite IDs.
func idsOf(specs []*sqlgraph.CreateSpec) []*sqlgraph.FieldSpec {
	ids := make([]*sqlgraph.FieldSpec, len(specs))
	for i, spec := range specs {
		if spec.ID != nil {
			id := *spec.ID
			ids[i] = &id
		}
	}
	return ids
}

// writeAll writes the rows through tx, which is a transaction of drv.
func (u *Upserts) writeAll(ctx context.Context, drv, tx dialect.Driver, specs []*sqlgraph.CreateSpec, joins bool) error {
	conflicts := false
	for i := 0; i < len(specs); {
		if err := ctx.Err(); err != nil {
			return err
		}
		var joined *joinedUpsert
		if joins {
			joined = joinFrom(tx.Dialect(), u.rows[i:], specs[i:])
		}
		n, refused, err := 1, false, error(nil)
		if joined != nil {
			n, refused, err = u.writeJoined(ctx, tx, i, joined)
		}
		if n == 1 {
			write.InsertsRow(drv, i)
			refused, err = u.rows[i].write(ctx, tx, specs[i])
		}
		if err != nil && !refused {
			return err
		}
		conflicts = conflicts || refused
		i += n
	}
	if conflicts && !u.guard.Newer {
		return errConflicts
	}
	return nil
}

// writeJoined writes the rows from the i-th on with one statement, and returns how many there were: one means that it
// wrote none, because the statement would not distinguish the rows. It reports whether rows refused it.
func (u *Upserts) writeJoined(ctx context.Context, tx dialect.Driver, i int, joined *joinedUpsert) (n int, refused bool, err error) {
	rows := u.rows[i : i+len(joined.rows)]
	defer u.only(i, i+len(rows))()
	query, args, ok := joined.statement()
	if !ok {
		return 1, false, nil
	}
	written, err := joined.send(ctx, tx, query, args)
	if err != nil {
		return len(rows), false, unjoined(ctx, rows[0], err)
	}
	for k, r := range rows {
		if !written[k] {
			_, _, typed := r.parts()
			r.own, refused = typed(r.guarded.Failed(ctx, tx, stdsql.ErrNoRows)), true
		}
	}
	return len(rows), refused, nil
}

// write writes the row, and reports whether the existing row refused it.
func (r *upsertRow) write(ctx context.Context, drv dialect.Driver, spec *sqlgraph.CreateSpec) (refused bool, err error) {
	defer r.upserts.only(r.index, r.index+1)()
	spec.OnConflict = r.guarded.OnConflict(spec.Table)
	by := drv
	if spec.ID == nil {
		by = write.Counting(drv)
	}
	if err = sqlgraph.CreateNode(ctx, by, spec); err == nil {
		return false, nil
	}
	refused = r.guarded.Refused(err)
	_, _, typed := r.parts()
	r.own = typed(r.guarded.Failed(ctx, drv, err))
	return refused, r.own
}

// outcome is the error of the whole upsert: every row that was refused, and whatever else the hooks returned.
func (u *Upserts) outcome() error {
	var refused upsertRefusals
	var others []error
	for i, r := range u.rows {
		switch {
		case r.own != nil && (r.err != nil || u.failure != nil):
			refused.add(i, r)
		case r.err != nil && u.failure == nil:
			others = append(others, r.err)
		}
	}
	written := len(u.rows) - refused.len()
	switch {
	case u.failure != nil && !errors.Is(u.failure, errConflicts) && !refused.blamed(u.failure):
		return u.typedFailure()
	case u.failure != nil:
		written = 0
		if u.failure != errConflicts && errors.Is(u.failure, errConflicts) { //nolint:errorlint // a wrapped one says that the upsert could not be undone
			others = append(others, u.failure)
		}
	}
	if err := refused.err(len(u.rows), written); err != nil {
		others = append([]error{err}, others...)
	}
	if len(others) == 1 {
		return others[0]
	}
	return errors.Join(others...)
}

// typedFailure returns the failure of a statement as the first builder returned it, in the form that callers of ent
// know.
func (u *Upserts) typedFailure() error {
	if sqlgraph.IsConstraintError(u.failure) && u.rows[0].err != nil {
		return u.rows[0].err
	}
	return u.failure
}
