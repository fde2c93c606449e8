package suite

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
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

// Whatever other hooks and modifiers do to the version, it is assigned once, to the next one.
func hookThatSetsTheVersionIsOverruled(s *Scene) {
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if m.Op().Is(ent.OpUpdate | ent.OpUpdateOne) {
				require.NoError(s, m.SetField("version", int64(99)))
			}
			return next.Mutate(ctx, m)
		})
	})
	u := s.user("before")
	u = saved(s, u.Update().SetName("after").Modify(func(u *sql.UpdateBuilder) { u.Set("version", 77) }))
	assert.EqualValues(s, 2, u.Version)

	n, err := s.Client.User.Update().Where(byID(u.ID)).SetName("set").
		Modify(func(u *sql.UpdateBuilder) { u.Set("version", 77) }).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 3, s.version("users", u.ID))
}

// F19: a hook that calls next again, as one that retries, meets the guard a second time.
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
