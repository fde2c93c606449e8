package batch

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/write"
)

// options say how a batch is written.
type options struct {
	skip     bool
	progress func(done, total int)
	// unread reports that nobody wants the entities.
	unread bool
}

// Updates is the builder for updating many entities, each guarded by its own version. Generated code names it for each
// type, UserUpdateBulk. All or nothing is written: rows that were modified by somebody else are reported together in
// one *entocc.BulkModifiedError.
//
// B is a pointer to the builder for one entity, and T to the entity. Go compiles such a type and its methods once for all
// pointers, but once for each struct, and, if the constraint is comparable, once for each pointer type, too.
type Updates[B, T any] struct {
	opts     options
	drv      dialect.Driver
	builders []B
	saves    Saves[B, T]
}

// NewUpdates returns a builder that saves update builders through drv.
func NewUpdates[B, T any](drv dialect.Driver, builders []B, saves Saves[B, T]) *Updates[B, T] {
	return &Updates[B, T]{drv: drv, builders: builders, saves: saves}
}

// SkipModified writes the batch except for the rows that were modified by somebody else. They are reported in a
// *entocc.BulkModifiedError, and the others are returned with it.
func (u *Updates[B, T]) SkipModified() *Updates[B, T] {
	u.opts.skip = true
	return u
}

// OnProgress calls f after each statement, with the number of rows that are done. It runs in the batch's transaction,
// before the commit.
func (u *Updates[B, T]) OnProgress(f func(done, total int)) *Updates[B, T] {
	u.opts.progress = f
	return u
}

// Save saves the batch, in one transaction, and returns the updated entities.
func (u *Updates[B, T]) Save(ctx context.Context) ([]T, error) {
	return update(ctx, u.opts, u.drv, u.builders, u.saves)
}

// SaveX is like Save, but panics if an error occurs.
func (u *Updates[B, T]) SaveX(ctx context.Context) []T { return must(u.Save(ctx)) }

// Exec saves the batch and returns how many entities were saved.
func (u *Updates[B, T]) Exec(ctx context.Context) (int, error) {
	opts := u.opts
	opts.unread = true
	nodes, err := update(ctx, opts, u.drv, u.builders, u.saves)
	return len(nodes), err
}

// ExecX is like Exec, but panics if an error occurs.
func (u *Updates[B, T]) ExecX(ctx context.Context) int { return must(u.Exec(ctx)) }

// Deletes is the builder for deleting many entities, each guarded by its own version. Generated code names it for each
// type, UserDeleteBulk. All or nothing is deleted: rows that were modified by somebody else are reported together in
// one *entocc.BulkModifiedError. T is a pointer to the entity.
type Deletes[T any] struct {
	opts     options
	drv      dialect.Driver
	keys     []string
	entities []T
	build    func(T) (*write.Expectation, func(context.Context) error)
}

// NewDeletes returns a builder that deletes entities through drv. keys are the columns of the primary key, and build
// returns the Exec of an entity's own builder.
func NewDeletes[T any](drv dialect.Driver, entities []T, keys []string, build func(T) (*write.Expectation, func(context.Context) error)) *Deletes[T] {
	return &Deletes[T]{drv: drv, entities: entities, keys: keys, build: build}
}

// SkipModified deletes the batch except for the rows that were modified by somebody else. They are reported in a
// *entocc.BulkModifiedError, and the number of the others is returned with it.
func (d *Deletes[T]) SkipModified() *Deletes[T] {
	d.opts.skip = true
	return d
}

// OnProgress calls f after each statement, with the number of rows that are done. It runs in the batch's transaction,
// before the commit.
func (d *Deletes[T]) OnProgress(f func(done, total int)) *Deletes[T] {
	d.opts.progress = f
	return d
}

// Exec deletes the batch, in one transaction, and returns how many rows were deleted.
func (d *Deletes[T]) Exec(ctx context.Context) (int, error) {
	if i := nilIn(d.entities); i >= 0 {
		return 0, fmt.Errorf("entocc: entity %d of a batch of %d is nil (%T)", i+1, len(d.entities), d.entities[i])
	}
	execs := make([]func(context.Context) error, len(d.entities))
	batch := newBatch(ctx, d.opts, d.drv, len(d.entities), func(ctx context.Context, i int) error { return execs[i](ctx) })
	batch.keys = d.keys
	for i, entity := range d.entities {
		var e *write.Expectation
		e, execs[i] = d.build(entity)
		batch.enlist(i, e)
	}
	err := batch.run()
	deleted := 0
	for i := range batch.slots {
		if batch.slots[i].saved() {
			deleted++
		}
	}
	return deleted, err
}

// ExecX is like Exec, but panics if an error occurs.
func (d *Deletes[T]) ExecX(ctx context.Context) int { return must(d.Exec(ctx)) }

// nilIn returns the index of the first nil pointer, or -1.
func nilIn[P any](pointers []P) int {
	none := any(*new(P))
	return slices.IndexFunc(pointers, func(p P) bool { return any(p) == none })
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// update saves a batch of builders, with the hooks, validators and privacy rules of each, and returns the entities that
// were saved, in the order of the builders.
//
// The builders' hooks are nested like those of ent's CreateBulk: all have begun before the first statement is sent, and
// each sees the result for its own row. Builders whose only hook is the guard are planned one after another.
func update[B, T any](ctx context.Context, opts options, drv dialect.Driver, builders []B, saves Saves[B, T]) ([]T, error) {
	if i := nilIn(builders); i >= 0 {
		return nil, fmt.Errorf("entocc: builder %d of a batch of %d is nil (%T)", i+1, len(builders), builders[i])
	}
	nodes := make([]T, len(builders))
	u := updates{
		open: func(i int) (GuardedMutation, *[]ent.Hook) { return saves.Open(builders[i]) },
		save: func(ctx context.Context, i int) (err error) {
			nodes[i], err = saves.Save(builders[i], ctx)
			return err
		},
		saved: func(i int, err error) error {
			nodes[i], err = saves.Saved(builders[i], nodes[i], err)
			return err
		},
		scanner: rowScanner{
			scanValues: func(columns []string) ([]any, error) { return saves.ScanValues(*new(T), columns) },
			assign:     func(node any, columns []string, values []any) error { return saves.Assign(node.(T), columns, values) },
			reuses:     saves.Reuses,
		},
	}
	written, err := u.run(ctx, opts, drv, len(builders))
	saved := nodes[:0]
	for i, node := range nodes {
		if written[i] {
			saved = append(saved, node)
		}
	}
	if len(saved) == 0 {
		return nil, err
	}
	return saved, err
}
