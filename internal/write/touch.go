package write

import (
	"context"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/touch"
	"github.com/entocc/entocc/internal/version"
)

// saveTouching is a save that also bumps the version of parents, in one transaction.
func (w *Write) saveTouching(ctx context.Context, drv dialect.Driver) error {
	return session.Atomically(ctx, drv, session.Begin, func(tx dialect.Tx) error {
		return w.saveThenTouch(ctx, session.Join(tx, drv.Dialect()))
	})
}

// saveThenTouch saves the child first, so that no parent is bumped if that save is refused.
func (w *Write) saveThenTouch(ctx context.Context, tx session.Joined) error {
	w.touched = touch.NewParents()
	w.touched.Own(w.Schema, w.ID)
	var before []touch.Child
	if len(w.parents) > 0 || w.mayMove() {
		var err error
		if before, err = w.lockChild(ctx, tx); err != nil {
			return err
		}
		if err := w.lockParents(ctx, tx, before); err != nil {
			return err
		}
	}
	if w.CheckOnly {
		return w.check(ctx, tx)
	}
	if err := w.send(ctx, tx, w.rowRoute(tx.Dialect())); err != nil || !w.Bump {
		return err
	}
	if before == nil || w.mayMove() {
		if err := w.readParents(ctx, tx); err != nil {
			return err
		}
	}
	return flush(ctx, tx, tx.Name, w.touched, w.slot)
}

// readParents notes the child's parents after the save.
func (w *Write) readParents(ctx context.Context, tx session.Joined) error {
	after := w.Selector(ctx, tx.Name)
	w.whereID(after)
	session.LockLatest(after)
	rows, err := touch.ReadChildren(ctx, w.Schema, tx, after)
	if err != nil {
		return err
	}
	w.touched.AddOf(w.Schema, rows)
	return nil
}

// mayMove reports whether the save may move the child to another parent. What a modifier does can't be known.
func (w *Write) mayMove() bool {
	return len(w.Spec.Modifiers) > 0 || len(touch.Moved(w.Schema, w.Spec.Edges.Add))+len(touch.Moved(w.Schema, w.Spec.Edges.Clear)) > 0
}

// lockChild reads and locks the child as it was before the save, and compares the versions of its parents.
func (w *Write) lockChild(ctx context.Context, tx session.Joined) ([]touch.Child, error) {
	if err := session.BeginWriting(ctx, tx, tx.Name, w.Schema.Row.Table, w.Schema.Column); err != nil {
		return nil, w.Failed(err)
	}
	s := w.Selector(ctx, tx.Name)
	w.where(s)
	if len(w.Accepted) > 0 {
		s.Where(w.Schema.Equals(w.Accepted))
	}
	session.Exclusive.Apply(s)
	rows, err := touch.ReadChildren(ctx, w.Schema, tx, s)
	switch {
	case err != nil:
		return nil, w.Failed(err)
	case len(rows) == 0:
		if err := w.Explain(ctx, tx, tx.Name); err != nil {
			return nil, err
		}
		return nil, &sqlgraph.NotFoundError{}
	}
	return rows, touch.CheckParents(ctx, w.Schema, tx, tx.Name, w.parents, rows[0])
}

// lockParents notes the parents that a child leaves, and locks them along with its new ones.
func (w *Write) lockParents(ctx context.Context, tx session.Joined, before []touch.Child) error {
	if !w.Bump {
		return nil
	}
	w.touched.AddOf(w.Schema, before)
	w.touched.ComingTo(w.Schema, w.Spec.Edges.Add)
	return w.touched.Lock(ctx, tx, tx.Name)
}

// Touches reports whether a set-based update touches parents.
func (e *Expectation) Touches() bool { return e.touches }

// UpdateTouching carries out a set-based update that touches parents. It locks the rows first and then writes exactly
// those rows: otherwise a row could start to match in between, and its parents would not be bumped.
func UpdateTouching(ctx context.Context, s *version.Schema, drv dialect.Driver, spec *sqlgraph.UpdateSpec) (affected int, err error) {
	ctx = session.ToWriter(ctx)
	err = session.Atomically(ctx, drv, session.Begin, func(tx dialect.Tx) error {
		affected, err = updateTouching(ctx, s, session.Join(tx, drv.Dialect()), spec)
		return err
	})
	if err != nil {
		return 0, err
	}
	return affected, nil
}

func updateTouching(ctx context.Context, s *version.Schema, tx session.Joined, spec *sqlgraph.UpdateSpec) (affected int, err error) {
	if err := session.BeginWriting(ctx, tx, tx.Name, s.Row.Table, s.Column); err != nil {
		return 0, err
	}
	b := sql.Dialect(tx.Name)
	selector := b.Select().From(b.Table(spec.Node.Table)).WithContext(ctx)
	if spec.Predicate != nil {
		spec.Predicate(selector)
	}
	session.Exclusive.Apply(selector)
	rows, err := touch.ReadChildren(ctx, s, tx, selector)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	p := touch.NewParents()
	for _, row := range rows {
		p.Own(s, row.ID)
	}
	p.AddOf(s, rows)
	p.ComingTo(s, spec.Edges.Add)
	if err := p.Lock(ctx, tx, tx.Name); err != nil {
		return 0, err
	}
	size := touch.Chunk
	modified := len(spec.Modifiers) > 1 // in addition to the bump
	if modified {
		size = len(rows) // It may apply to all rows together, for example a limit.
	}
	for part := range slices.Chunk(rows, size) {
		n, err := updateRows(ctx, s, tx, spec, part)
		if err != nil {
			return 0, err
		}
		affected += n
	}
	if modified {
		if err := addParents(ctx, s, tx, p, rows); err != nil {
			return 0, err
		}
	}
	return affected, p.Bump(ctx, tx, tx.Name)
}

// addParents notes the parents that rows have now: a modifier may have moved the rows to others.
func addParents(ctx context.Context, s *version.Schema, tx session.Joined, p *touch.Parents, rows []touch.Child) error {
	b := sql.Dialect(tx.Name)
	for part := range slices.Chunk(rows, touch.Chunk) {
		after := b.Select().From(b.Table(s.Row.Table)).Where(touch.OneOf(s.Row.ID, touch.IDs(part)))
		session.LockLatest(after)
		now, err := touch.ReadChildren(ctx, s, tx, after)
		if err != nil {
			return err
		}
		p.AddOf(s, now)
	}
	return nil
}

// updateRows writes rows by their IDs.
func updateRows(ctx context.Context, s *version.Schema, tx session.Joined, spec *sqlgraph.UpdateSpec, rows []touch.Child) (int, error) {
	part := *spec
	ids := touch.IDs(rows)
	part.Predicate = func(selector *sql.Selector) { selector.Where(touch.OneOf(selector.C(s.Row.ID), ids)) }
	n, err := sqlgraph.UpdateNodes(ctx, tx, &part)
	if err != nil {
		return 0, (&version.Claim{Schema: s}).Failed(err)
	}
	return n, nil
}
