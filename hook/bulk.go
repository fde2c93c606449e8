package hook

import (
	"context"
	"reflect"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
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

// UpdateBulk saves a batch of builders through their own Save, so that the hooks, validators and privacy rules of each run,
// and returns the entities that were saved, in the order of the builders. join readies a builder to be saved by drv.
//
// The builders' hooks are nested as those of ent's CreateBulk: all have begun before the first statement is sent, and
// each sees what became of its own row.
func UpdateBulk[B interface {
	Save(context.Context) (*T, error)
}, T any](ctx context.Context, opts Bulk, drv dialect.Driver, builders []B, join func(B) *Expectation) ([]*T, error) {
	nodes := make([]*T, len(builders))
	batch := newBatch(ctx, opts, drv, len(builders), func(ctx context.Context, i int) (err error) {
		nodes[i], err = builders[i].Save(ctx)
		return err
	})
	defer batch.release()
	for i, b := range builders {
		e := join(b)
		if e.slot != nil {
			return nil, &entocc.VersionError{Type: reflect.TypeFor[T]().Name(), Op: ent.OpUpdateOne, Reason: "the batch has a builder twice"}
		}
		batch.enlist(i, e)
	}
	err := batch.run()
	saved := nodes[:0]
	for i, node := range nodes {
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
func DeleteBulk[T any](ctx context.Context, opts Bulk, drv dialect.Driver, keys []string, entities []*T, build func(*T) (*Expectation, func(context.Context) error)) (int, error) {
	execs := make([]func(context.Context) error, len(entities))
	batch := newBatch(ctx, opts, drv, len(entities), func(ctx context.Context, i int) error { return execs[i](ctx) })
	for i, entity := range entities {
		var e *Expectation
		e, execs[i] = build(entity)
		batch.enlist(i, e)
		batch.slots[i].keys = keys
	}
	err := batch.run()
	deleted := 0
	for _, s := range batch.slots {
		if s.saved() {
			deleted++
		}
	}
	return deleted, err
}
