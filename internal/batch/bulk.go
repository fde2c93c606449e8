package batch

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/write"
)

// Bulk says how a batch is written. Generated bulk builders hold one.
type Bulk struct {
	skip     bool
	progress func(done, total int)
}

// SkipModified has the rows written that are as they were read, although others are not.
func (b *Bulk) SkipModified() { b.skip = true }

// OnProgress has f called after each statement, with the number of rows that are dealt with.
func (b *Bulk) OnProgress(f func(done, total int)) { b.progress = f }

// UpdateBulk saves a batch of builders, with the hooks, validators and privacy rules of each, and returns the entities that
// were saved, in the order of the builders.
//
// The builders' hooks are nested as those of ent's CreateBulk: all have begun before the first statement is sent, and
// each sees what became of its own row. Builders that have no hook but the guard are planned one after another.
func UpdateBulk[B, T any](ctx context.Context, opts Bulk, drv dialect.Driver, builders []*B, saves Saves[B, T]) ([]*T, error) {
	if i := slices.Index(builders, nil); i >= 0 {
		return nil, fmt.Errorf("entocc: builder %d of a batch of %d is nil (%T)", i+1, len(builders), builders[i])
	}
	u := updates[B, T]{saves: saves, builders: builders, nodes: make([]*T, len(builders))}
	batch := newBatch(ctx, opts, drv, len(builders), u.save)
	defer batch.release()
	batch.scanner = &u.saves
	guard, nested := newGuardCode(), false
	for i, b := range builders {
		saves.Join(b)
		schema, e := saves.Mutation(b).VersionGuard()
		if e.Slot != nil {
			return nil, schema.Errorf(ent.OpUpdateOne, nil, "the batch has a builder twice: pass each once, with all changes of its row")
		}
		batch.enlist(i, e)
		nested = nested || !guard.alone(saves.Hooks(b))
	}
	if !nested {
		batch.plan, batch.end = u.plan, u.end
	}
	err := batch.run()
	saved := u.nodes[:0]
	for i, node := range u.nodes {
		if batch.slots[i].saved() {
			saved = append(saved, node)
		}
	}
	if len(saved) == 0 {
		return nil, err
	}
	return saved, err
}

// DeleteBulk deletes a batch of entities through their own builders, and returns how many rows were deleted. keys
// are the columns of the primary key, and build returns the Exec of an entity's builder.
func DeleteBulk[T any](ctx context.Context, opts Bulk, drv dialect.Driver, keys []string, entities []*T, build func(*T) (*write.Expectation, func(context.Context) error)) (int, error) {
	if i := slices.Index(entities, nil); i >= 0 {
		return 0, fmt.Errorf("entocc: entity %d of a batch of %d is nil (%T)", i+1, len(entities), entities[i])
	}
	execs := make([]func(context.Context) error, len(entities))
	batch := newBatch(ctx, opts, drv, len(entities), func(ctx context.Context, i int) error { return execs[i](ctx) })
	batch.keys = keys
	for i, entity := range entities {
		var e *write.Expectation
		e, execs[i] = build(entity)
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
