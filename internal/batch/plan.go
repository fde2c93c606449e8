package batch

import (
	"context"
	"reflect"
	"slices"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/write"
)

// Saves is how the update builders of one type are saved in a batch. Generated bulk builders have one.
type Saves[B, T any] struct {
	// Open prepares a builder for a save through the driver of the batch, and returns its mutation and its hooks.
	Open func(B) (GuardedMutation, *[]ent.Hook)
	// Save is the builder's own Save.
	Save func(B, context.Context) (T, error)
	// Saved ends a planned save, whether its row was written or not.
	Saved func(b B, node T, err error) (T, error)
	// ScanValues and Assign are those of the entity. Reuses lists the columns whose destinations Assign does not keep,
	// so that they can be reused for the next row.
	ScanValues func(T, []string) ([]any, error)
	Assign     func(T, []string, []any) error
	Reuses     []string
}

// GuardedMutation is a mutation that was generated with the extension.
type GuardedMutation interface {
	ent.Mutation
	write.Guarded
}

// updates are the builders of a batch as the functions that save the i-th of them. They do not depend on the types of the builders
// and entities, so that Go compiles them once, and not once for each generated type.
type updates struct {
	// open and saved are Open and Saved of [Saves], and save saves the builder with its hooks.
	open    func(i int) (GuardedMutation, *[]ent.Hook)
	save    func(ctx context.Context, i int) error
	saved   func(i int, err error) error
	scanner rowScanner
}

// run saves n builders, and reports which of them were saved.
func (u *updates) run(ctx context.Context, opts options, drv dialect.Driver, n int) (saved []bool, err error) {
	saved = make([]bool, n)
	batch := newBatch(ctx, opts, drv, n, u.save)
	defer batch.release()
	batch.scanner = u.scanner
	nested := false
	for i := range n {
		m, hooks := u.open(i)
		schema, e := m.VersionGuard()
		if e.Slot != nil {
			return saved, schema.Errorf(ent.OpUpdateOne, nil, "the batch has a builder twice: pass each once, with all changes of its row")
		}
		batch.enlist(i, e)
		nested = nested || !guards.alone(*hooks)
	}
	if !nested {
		batch.plan, batch.end = u.plan, u.end
		batch.unread(opts.unread)
	}
	err = batch.run()
	for i := range batch.slots {
		saved[i] = batch.slots[i].saved()
	}
	return saved, err
}

// plan makes the i-th builder pass its row to the batch. It does the work of the guard, the builder's only hook,
// itself; but it leaves a refusal to the hook, in its place among the steps of a save.
func (u *updates) plan(ctx context.Context, i int) (err error) {
	m, hooks := u.open(i)
	s, e := m.VersionGuard()
	if write.Admit(ctx, s, m, e) != nil {
		return u.save(ctx, i)
	}
	guard := *hooks
	*hooks = nil
	defer func() { *hooks = guard }()
	return s.Unusable(m.Op(), u.save(ctx, i))
}

// end ends the save of the i-th builder, whose row was written if err is nil.
func (u *updates) end(i int, err error) error {
	if err = u.saved(i, err); err == nil {
		return nil
	}
	m, _ := u.open(i)
	s, _ := m.VersionGuard()
	return s.Unusable(m.Op(), err)
}

// Unread makes the save of a builder with these hooks leave the row unread except for key and version, if the guard is
// the only hook: other hooks may look at the result.
func Unread(e *write.Expectation, hooks []ent.Hook) { e.Unread(guards.alone(hooks)) }

// guardCode is the address of the code of the hooks that [hook.Guard] returns. Functions can't be compared, but those
// of one literal share it.
type guardCode uintptr

var guards = guardCode(reflect.ValueOf(hook.Guard(nil)).Pointer())

// alone reports whether the hooks are guards, and nothing else. A nil hook is not wired; ent refuses it.
func (c guardCode) alone(hooks []ent.Hook) bool {
	return len(hooks) > 0 && !slices.ContainsFunc(hooks, func(h ent.Hook) bool {
		return h == nil || guardCode(reflect.ValueOf(h).Pointer()) != c
	})
}
