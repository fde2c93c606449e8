package suite

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// F23: the mutation of such an update has no fields.
func modifierAloneIsGuardedAndBumps(s *Scene) {
	a, b := s.twoUsers()
	a = saved(s, a.Update().Modify(func(u *sql.UpdateBuilder) { u.Set("name", "modified") }))
	assert.EqualValues(s, 2, a.Version)
	assert.Equal(s, "modified", a.Name)
	_, err := b.Update().Modify(func(u *sql.UpdateBuilder) { u.Set("name", "lost") }).Save(s.ctx)
	s.conflict(err)
	assert.Equal(s, "modified", s.load(a.ID).Name)
}

// Whatever other hooks and modifiers do to the version, the statement sets it once, to the next version.
func hookThatSetsTheVersionIsOverruled(s *Scene) {
	meddle(s.Client.User.Use, func(m ent.Mutation) error { return m.SetField("version", int64(99)) })
	u := s.user("before")
	u = saved(s, u.Update().SetName("after").Modify(func(u *sql.UpdateBuilder) { u.Set("version", 77) }))
	assert.EqualValues(s, 2, u.Version)

	n, err := s.Client.User.Update().Where(byID(u.ID)).SetName("set").
		Modify(func(u *sql.UpdateBuilder) { u.Set("version", 77) }).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 3, s.version("users", u.ID))
}

// meddle makes every update of a client do something to its mutation first.
func meddle(use func(...ent.Hook), do func(ent.Mutation) error) {
	use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
				if err := do(m); err != nil {
					return nil, err
				}
			}
			return next.Mutate(ctx, m)
		})
	})
}

func hookThatTouchesTheVersionAloneChangesNothing(s *Scene) {
	meddle(s.Client.User.Use, func(m ent.Mutation) error { return m.SetField("version", int64(99)) })
	u := s.user("before")
	s.Sent.Reset()
	saved(s, u.Update())
	done(s, s.Client.User.Update().Where(byID(u.ID)))
	assert.Empty(s, s.Sent.Writes())
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

// The Order's version may be NULL, so its mutation can clear it.
func hookThatClearsTheVersionIsOverruled(s *Scene) {
	meddle(s.Client.Order.Use, func(m ent.Mutation) error { return m.ClearField(order.FieldRev) })
	o := saved(s, s.Client.Order.Create())
	o = saved(s, o.Update().SetState("open"))
	assert.EqualValues(s, 2, o.Rev)
	done(s, s.Client.Order.Update().Where(order.ID(o.ID)).SetState("paid"))
	assert.EqualValues(s, 3, s.column(order.Table, order.FieldRev, o.ID).Int64)
}

// F19: a hook that calls next again, for example to retry, meets the guard a second time.
func hookThatSavesTwiceConflicts(s *Scene) {
	calls := 0
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if !m.Op().Is(ent.OpUpdateOne | ent.OpDeleteOne) {
				return next.Mutate(ctx, m)
			}
			calls++
			if _, err := next.Mutate(ctx, m); err != nil {
				return nil, err
			}
			return next.Mutate(ctx, m)
		})
	})
	u := s.user("before")
	_, err := u.Update().SetName("twice").Save(s.ctx)
	s.conflict(err)
	assert.Equal(s, 1, calls)
	assert.EqualValues(s, 2, s.version("users", u.ID))

	s.gone(s.load(u.ID).Delete().Exec(s.ctx))
}
