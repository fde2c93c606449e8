package hook

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
)

// touches reports whether the save touches parents, or compares the version of one.
func (w *Write) touches() bool {
	return len(w.schema.Touch) > 0 && (w.bump || len(w.parents) > 0)
}

// saveTouching is a save that bumps the version of parents, too, in one transaction.
func (w *Write) saveTouching(ctx context.Context, drv dialect.Driver) error {
	return atomically(ctx, drv, begin, func(tx dialect.Tx) error {
		return w.saveThenTouch(ctx, join(tx, drv.Dialect()))
	})
}

// saveThenTouch saves the child first, so that no parent is bumped when that is refused.
func (w *Write) saveThenTouch(ctx context.Context, tx joined) error {
	w.touched = newParents()
	w.touched.own(w.schema, w.id)
	var before []child
	if len(w.parents) > 0 || w.mayMove() {
		var err error
		if before, err = w.lockChild(ctx, tx); err != nil {
			return err
		}
		if err := w.lockParents(ctx, tx, before); err != nil {
			return err
		}
	}
	if w.checkOnly {
		return w.check(ctx, tx)
	}
	if err := w.saveRow(ctx, tx); err != nil || !w.bump {
		return err
	}
	if before == nil || w.mayMove() {
		if err := w.readParents(ctx, tx); err != nil {
			return err
		}
	}
	return flush(ctx, tx, tx.name, w.touched, w.slot)
}

// readParents notes the parents of the child as the save left it.
func (w *Write) readParents(ctx context.Context, tx joined) error {
	after := w.selector(ctx, tx.name)
	w.whereID(after)
	lockLatest(after)
	rows, err := readChildren(ctx, w.schema, tx, after)
	if err != nil {
		return err
	}
	w.touched.of(w.schema, rows)
	return nil
}

// mayMove reports whether the save may lead the child to another parent. What a modifier does can't be known.
func (w *Write) mayMove() bool {
	return len(w.spec.Modifiers) > 0 || len(moved(w.schema, w.spec.Edges.Add))+len(moved(w.schema, w.spec.Edges.Clear)) > 0
}

// lockChild reads and locks the child as it is before the save, and compares the versions of its parents.
func (w *Write) lockChild(ctx context.Context, tx joined) ([]child, error) {
	if err := beginWriting(ctx, tx, tx.name, w.schema.Row.Table, w.schema.Column); err != nil {
		return nil, w.failed(err)
	}
	s := w.selector(ctx, tx.name)
	w.where(s)
	if len(w.accepted) > 0 {
		s.Where(w.schema.equals(w.accepted))
	}
	exclusive.apply(s)
	rows, err := readChildren(ctx, w.schema, tx, s)
	switch {
	case err != nil:
		return nil, w.failed(err)
	case len(rows) == 0:
		if err := w.explain(ctx, tx, tx.name); err != nil {
			return nil, err
		}
		return nil, &sqlgraph.NotFoundError{}
	}
	return rows, checkParents(ctx, w.schema, tx, tx.name, w.parents, rows[0])
}

// lockParents notes the parents that a child leaves, and locks them with those that it comes to.
func (w *Write) lockParents(ctx context.Context, tx joined, before []child) error {
	if !w.bump {
		return nil
	}
	w.touched.of(w.schema, before)
	w.touched.comingTo(w.schema, w.spec.Edges.Add)
	return w.touched.lock(ctx, tx, tx.name)
}

// Touches reports whether a set-based update touches parents.
func (e *Expectation) Touches() bool { return e.touches }

// UpdateTouching carries out a set-based update that touches parents. It locks the rows first and writes those: no other
// row can come to match in between, whose parents would go without.
func UpdateTouching(ctx context.Context, s *Schema, drv dialect.Driver, spec *sqlgraph.UpdateSpec) (affected int, err error) {
	ctx = toWriter(ctx)
	err = atomically(ctx, drv, begin, func(tx dialect.Tx) error {
		affected, err = updateTouching(ctx, s, join(tx, drv.Dialect()), spec)
		return err
	})
	if err != nil {
		return 0, err
	}
	return affected, nil
}

func updateTouching(ctx context.Context, s *Schema, tx joined, spec *sqlgraph.UpdateSpec) (affected int, err error) {
	if err := beginWriting(ctx, tx, tx.name, s.Row.Table, s.Column); err != nil {
		return 0, err
	}
	b := sql.Dialect(tx.name)
	selector := b.Select().From(b.Table(spec.Node.Table)).WithContext(ctx)
	if spec.Predicate != nil {
		spec.Predicate(selector)
	}
	exclusive.apply(selector)
	rows, err := readChildren(ctx, s, tx, selector)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	p := newParents()
	for _, row := range rows {
		p.own(s, row.id)
	}
	p.of(s, rows)
	p.comingTo(s, spec.Edges.Add)
	if err := p.lock(ctx, tx, tx.name); err != nil {
		return 0, err
	}
	size := chunk
	if len(spec.Modifiers) > 1 {
		size = len(rows) // A modifier, beside the bump, may mean all rows as one, as by a limit.
	}
	for len(rows) > 0 {
		part := rows[:min(size, len(rows))]
		rows = rows[len(part):]
		n, err := updateRows(ctx, s, tx, spec, part)
		if err != nil {
			return 0, err
		}
		affected += n
	}
	return affected, p.bump(ctx, tx, tx.name)
}

// updateRows writes rows by their IDs.
func updateRows(ctx context.Context, s *Schema, tx joined, spec *sqlgraph.UpdateSpec, rows []child) (int, error) {
	part := *spec
	ids := childIDs(rows)
	part.Predicate = func(selector *sql.Selector) { selector.Where(oneOf(selector.C(s.Row.ID), ids)) }
	n, err := sqlgraph.UpdateNodes(ctx, tx, &part)
	if err != nil {
		return 0, (&claim{schema: s}).failed(err)
	}
	return n, nil
}
