package batch

import (
	"context"
	"reflect"
	"slices"

	"entgo.io/ent"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/write"
)

// Saves is how the update builders of one type are saved in a batch. Generated bulk builders have one.
type Saves[B, T comparable] struct {
	// Open readies a builder to be saved by the driver of the batch, and returns its mutation and its hooks.
	Open func(B) (GuardedMutation, *[]ent.Hook)
	// Save is the builder's own Save.
	Save func(B, context.Context) (T, error)
	// Saved ends a save that was planned, of a row that was written then, or was not.
	Saved func(b B, node T, err error) (T, error)
	// ScanValues and Assign are those of the entity, and Reuses the columns of whose destinations Assign keeps nothing, so
	// that they serve the next row, too.
	ScanValues func(T, []string) ([]any, error)
	Assign     func(T, []string, []any) error
	Reuses     []string
}

// GuardedMutation is a mutation that was generated with the extension.
type GuardedMutation interface {
	ent.Mutation
	write.Guarded
}

func (s *Saves[B, T]) scanValues(columns []string) ([]any, error) {
	var none T
	return s.ScanValues(none, columns)
}

func (s *Saves[B, T]) assign(node any, columns []string, values []any) error {
	return s.Assign(node.(T), columns, values)
}

func (s *Saves[B, T]) reuses(column string) bool { return slices.Contains(s.Reuses, column) }

// updates are the builders of a batch, and the entities that become of them.
type updates[B, T comparable] struct {
	saves    Saves[B, T]
	builders []B
	nodes    []T
}

// save saves the i-th builder, with its hooks.
func (u *updates[B, T]) save(ctx context.Context, i int) (err error) {
	u.nodes[i], err = u.saves.Save(u.builders[i], ctx)
	return err
}

// plan has the i-th builder hand its row to the batch. It does itself what the guard does, the only hook of the builder;
// but a refusal is left to the hook, in its place among what a save does.
func (u *updates[B, T]) plan(ctx context.Context, i int) (err error) {
	m, hooks := u.saves.Open(u.builders[i])
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
func (u *updates[B, T]) end(i int, err error) error {
	u.nodes[i], err = u.saves.Saved(u.builders[i], u.nodes[i], err)
	if err == nil {
		return nil
	}
	m, _ := u.saves.Open(u.builders[i])
	s, _ := m.VersionGuard()
	return s.Unusable(m.Op(), err)
}

// Unread has the save of a builder with these hooks leave the row unread except for key and version, if the guard is the only
// one: others may look at what comes back.
func Unread(e *write.Expectation, hooks []ent.Hook) { e.Unread(guards.alone(hooks)) }

// guardCode is the address of the code of the hooks that [hook.Guard] returns. Functions can't be compared, but those of one
// literal share it.
type guardCode uintptr

var guards = guardCode(reflect.ValueOf(hook.Guard(nil)).Pointer())

// alone reports whether the hooks are guards, and nothing else. A nil one is not wired, which ent refuses.
func (c guardCode) alone(hooks []ent.Hook) bool {
	return len(hooks) > 0 && !slices.ContainsFunc(hooks, func(h ent.Hook) bool {
		return h == nil || guardCode(reflect.ValueOf(h).Pointer()) != c
	})
}
