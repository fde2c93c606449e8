package suite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchScenarios() []scenario {
	return []scenario{
		{name: "Batch/OneStaleRowWritesNothing", run: batchWithOneStaleRowWritesNothing},
		{name: "Batch/SkipModifiedWritesTheOthers", run: batchSkipModifiedWritesTheOthers},
		{name: "Batch/TenStaleOfAThousandAreReported", run: batchReportsTenStaleOfAThousand},
		{name: "Batch/RowsOfOneShapeAreOneStatement", run: batchOfOneShapeIsOneStatement},
		{name: "Batch/HooksOfEachBuilderSeeTheirRow", run: batchHooksSeeTheirRow},
		{name: "Batch/HookThatCallsNextAgainWritesAlone", run: batchHookThatCallsNextAgainWritesAlone},
		{name: "Batch/HookThatSwallowsAPanicLosesNothing", run: batchHookThatSwallowsAPanicLosesNothing},
		{name: "Batch/ErrorOfAHookWritesNothing", run: batchErrorOfAHookWritesNothing},
		{name: "Batch/InvalidFieldWritesNothing", run: batchWithInvalidFieldWritesNothing},
		{name: "Batch/RowTwiceIsRefused", run: batchWithARowTwiceIsRefused},
		{name: "Batch/ByIDNeedsAnExpectation", run: batchByIDNeedsAnExpectation},
		{name: "Batch/ConstraintErrorWritesNothing", run: batchConstraintErrorWritesNothing},
		{name: "Batch/VersionWithoutSuccessorIsRefused", run: batchVersionWithoutSuccessorIsRefused},
		{name: "Batch/RowThatIsMissingFailsIt", run: batchWithAMissingRowFails},
		{name: "Batch/CancelledBetweenStatementsWritesNothing", run: batchCancelledWritesNothing},
		{name: "Batch/EmptyBatchDoesNothing", run: emptyBatchDoesNothing},
	}
}

// users creates n Users and loads them.
func (s *Scene) users(n int) []*ent.User {
	s.Helper()
	var builders []*ent.UserCreate
	for i := range n {
		builders = append(builders, s.Client.User.Create().SetName(fmt.Sprint("user ", i)))
	}
	users := make([]*ent.User, 0, n)
	for chunk := range slices.Chunk(builders, 500) {
		users = append(users, saved(s, s.Client.User.CreateBulk(chunk...))...)
	}
	if scatteredIDs(s.db) == "" {
		return users
	}
	users, err := s.Client.User.Query().Where(user.IDGTE(users[0].ID)).Order(user.ByID()).All(s.ctx)
	require.NoError(s, err)
	require.Len(s, users, n)
	return users
}

// renamed returns a builder for each User that sets its name.
func renamed(name string, users ...*ent.User) []*ent.UserUpdateOne {
	var builders []*ent.UserUpdateOne
	for _, u := range users {
		builders = append(builders, u.Update().SetName(name))
	}
	return builders
}

// conflicts requires err to be the conflicts of the rows with these IDs.
func (s *stage) conflicts(err error, ids ...any) *entocc.BulkModifiedError {
	s.t.Helper()
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s.t, err, &bulk)
	var got []any
	for _, c := range bulk.Conflicts {
		got = append(got, c.ID)
	}
	require.ElementsMatch(s.t, ids, got, "%v", err)
	assert.True(s.t, entocc.IsRecordModified(err))
	return bulk
}

// names requires the rows of the Users to have this name.
func (s *Scene) named(name string, users ...*ent.User) {
	s.Helper()
	for _, u := range users {
		assert.Equal(s, name, s.load(u.ID).Name)
	}
}

func batchWithOneStaleRowWritesNothing(s *Scene) {
	users := s.users(3)
	s.bumpUser(users[1].ID)
	saved, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).Save(s.ctx)
	assert.Empty(s, saved)
	bulk := s.conflicts(err, users[1].ID)
	assert.Equal(s, 3, bulk.Total)
	assert.Zero(s, bulk.Written)
	assert.EqualValues(s, 1, bulk.Conflicts[0].Expected)
	assert.EqualValues(s, 2, bulk.Conflicts[0].Actual)
	assert.EqualValues(s, 1, s.version("users", users[0].ID))
	assert.EqualValues(s, 1, s.version("users", users[2].ID))
	s.named("user 0", users[0])

	var typed *ent.UserModifiedError
	require.ErrorAs(s, err, &typed)
	assert.Same(s, users[1], typed.Loaded)
	current, err := typed.Current(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, current.Version)
}

func batchSkipModifiedWritesTheOthers(s *Scene) {
	users := s.users(5)
	s.bumpUser(users[1].ID)
	done(s, s.Other.User.DeleteOneID(users[3].ID).IgnoreVersion())
	saved, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(s.ctx)
	bulk := s.conflicts(err, users[1].ID, users[3].ID)
	assert.Equal(s, 3, bulk.Written)
	assert.False(s, ent.IsNotFound(err), "one of the rows is still there: %v", err)
	assert.True(s, bulk.Conflicts[1].Deleted)
	require.Len(s, saved, 3)
	for i, u := range []*ent.User{users[0], users[2], users[4]} {
		assert.Equal(s, u.ID, saved[i].ID)
		assert.EqualValues(s, 2, saved[i].Version)
		assert.Equal(s, "batch", saved[i].Name)
	}
	s.named("batch", users[0], users[2], users[4])
	s.named("user 1", users[1])

	n, err := s.Client.User.UpdateBulk(users[3].Update().SetAge(1)).SkipModified().Exec(s.ctx)
	s.conflicts(err, users[3].ID)
	assert.Zero(s, n)
	assert.True(s, ent.IsNotFound(err), "every conflict is a row that is gone: %v", err)
}

func batchReportsTenStaleOfAThousand(s *Scene) {
	users := s.users(1000)
	var stale []any
	for i := 7; i < 1000; i += 100 {
		s.bumpUser(users[i].ID)
		stale = append(stale, users[i].ID)
	}
	_, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).Save(s.ctx)
	s.conflicts(err, stale...)
	s.named("user 0", users[0])
	s.named("user 999", users[999])

	saved, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(s.ctx)
	s.conflicts(err, stale...)
	assert.Len(s, saved, 990)
	s.named("batch", users[0], users[999])
	s.named("user 7", users[7])
	s.renameEach(saved[:150])
}

// renameEach gives each User its own name in one batch. The Users are in no order and at different versions.
func (s *Scene) renameEach(users []*ent.User) {
	s.Helper()
	for i := 0; i < len(users); i += 10 {
		users[i] = saved(s, users[i].Update().SetAge(i))
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(users))
	var builders []*ent.UserUpdateOne
	for _, i := range order {
		builders = append(builders, users[i].Update().SetName(fmt.Sprint("own ", i)).SetPassword("same"))
	}
	renamed := saved(s, s.Client.User.UpdateBulk(builders...))
	require.Len(s, renamed, len(users))
	for k, i := range order {
		assert.Equal(s, users[i].ID, renamed[k].ID, "in the order of the builders")
		assert.Equal(s, fmt.Sprint("own ", i), renamed[k].Name)
		assert.Equal(s, users[i].Version+1, renamed[k].Version)
		if k%25 == 0 {
			assert.Equal(s, s.load(users[i].ID).String(), renamed[k].String())
		}
	}
	_, err := s.Client.User.UpdateBulk(builders...).Save(s.ctx)
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s, err, &bulk)
	assert.Len(s, bulk.Conflicts, len(users))
}

func batchOfOneShapeIsOneStatement(s *Scene) {
	users := s.users(100)
	var builders []*ent.UserUpdateOne
	for i, u := range users {
		builders = append(builders, u.Update().SetName(fmt.Sprint("batch ", i)).SetAge(i))
	}
	s.Sent.Reset()
	saved := saved(s, s.Client.User.UpdateBulk(builders...))
	require.Len(s, s.Sent.Writes(), 1)
	assert.Contains(s, s.Sent.Writes()[0], "version")
	require.Len(s, saved, 100)
	for i, u := range saved {
		assert.Equal(s, users[i].ID, u.ID)
		assert.Equal(s, fmt.Sprint("batch ", i), u.Name)
		assert.Equal(s, i, u.Age)
		assert.EqualValues(s, 2, u.Version)
	}
	assert.Equal(s, saved[42].String(), s.load(users[42].ID).String())
	done(s, saved[42].Update().SetAge(0))
}

func batchHooksSeeTheirRow(s *Scene) {
	users := s.users(3)
	s.bumpUser(users[1].ID)
	type outcome struct {
		node any
		err  error
	}
	seen := make(map[int]outcome)
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			id, _ := m.(*ent.UserMutation).ID()
			m.(*ent.UserMutation).SetAge(id)
			v, err := next.Mutate(ctx, m)
			seen[id] = outcome{v, err}
			return v, err
		})
	})
	loaded := make([]*ent.User, 0, 3)
	for _, u := range users {
		loaded = append(loaded, s.load(u.ID))
	}
	loaded[1] = users[1]
	builders := renamed("batch", loaded...)
	saved, err := s.Client.User.UpdateBulk(builders...).SkipModified().Save(s.ctx)
	s.conflicts(err, users[1].ID)
	require.Len(s, saved, 2)
	assert.Equal(s, users[0].ID, saved[0].Age)
	assert.Same(s, saved[0], seen[users[0].ID].node)
	s.conflict(seen[users[1].ID].err)

	_, err = s.Client.User.UpdateBulk(append(renamed("again", saved...), users[1].Update().SetName("again"))...).Save(s.ctx)
	s.conflicts(err, users[1].ID)
	require.Error(s, seen[users[0].ID].err, "nothing of the batch was written, and every hook gets to know")
	assert.False(s, entocc.IsRecordModified(seen[users[0].ID].err), "this row was not modified")
}

func batchHookThatCallsNextAgainWritesAlone(s *Scene) {
	users := s.users(2)
	s.bumpUser(users[0].ID)
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if entocc.IsRecordModified(err) {
				return next.Mutate(entocc.SkipCheck(ctx), m)
			}
			return v, err
		})
	})
	saved, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(s.ctx)
	require.NoError(s, err, "the hook has resolved the conflict")
	assert.Len(s, saved, 2)
	s.named("batch", users...)
	assert.EqualValues(s, 3, s.version("users", users[0].ID))

	s.bumpUser(users[0].ID)
	_, err = s.Client.User.UpdateBulk(renamed("all or nothing", saved...)...).Save(s.ctx)
	s.conflicts(err, users[0].ID)
	s.named("batch", users...)
}

// A recovered panic must not pass for a save.
func batchHookThatSwallowsAPanicLosesNothing(s *Scene) {
	users := s.users(3)
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (v ent.Value, err error) {
			switch id, _ := m.(*ent.UserMutation).ID(); id {
			case users[1].ID:
				defer func() {
					if recover() != nil {
						v = users[1]
					}
				}()
			case users[2].ID:
				panic("a hook's own")
			}
			return next.Mutate(ctx, m)
		})
	})
	_, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).Save(s.ctx)
	require.Error(s, err)
	s.named("user 0", users[0])
}

func batchErrorOfAHookWritesNothing(s *Scene) {
	users := s.users(3)
	refusal := errors.New("refused by a hook")
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if id, _ := m.(*ent.UserMutation).ID(); id == users[2].ID {
				return nil, refusal
			}
			return next.Mutate(ctx, m)
		})
	})
	s.Sent.Reset()
	_, err := s.Client.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(s.ctx)
	require.ErrorIs(s, err, refusal)
	assert.Empty(s, s.Sent.Writes())
}

func batchWithInvalidFieldWritesNothing(s *Scene) {
	users := s.users(2)
	s.Sent.Reset()
	_, err := s.Client.User.UpdateBulk(users[0].Update().SetName("batch"), users[1].Update().SetName("")).SkipModified().Save(s.ctx)
	assert.True(s, ent.IsValidationError(err), "%v", err)
	assert.Empty(s, s.Sent.Sent())
}

func batchWithARowTwiceIsRefused(s *Scene) {
	a, b := s.twoUsers()
	s.Sent.Reset()
	_, err := s.Client.User.UpdateBulk(a.Update().SetName("a"), b.Update().SetAge(1)).SkipModified().Save(s.ctx)
	s.refused(err)
	assert.Contains(s, err.Error(), fmt.Sprint(a.ID))
	twice := a.Update().SetName("a")
	_, err = s.Client.User.UpdateBulk(twice, twice).Save(s.ctx)
	s.refused(err)
	assert.Contains(s, err.Error(), "User")
	_, err = s.Client.User.DeleteBulk(a, b).Exec(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Sent())
	done(s, twice)
}

func batchByIDNeedsAnExpectation(s *Scene) {
	users := s.users(3)
	s.Sent.Reset()
	_, err := s.Client.User.UpdateBulk(users[0].Update().SetName("batch"), s.Client.User.UpdateOneID(users[1].ID).SetName("batch")).Save(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Sent())
	saved := saved(s, s.Client.User.UpdateBulk(
		s.Client.User.UpdateOneID(users[0].ID).SetName("batch").IfVersion(1),
		s.Client.User.UpdateOneID(users[1].ID).SetName("batch").IgnoreVersion(),
		s.Client.User.UpdateOneID(users[2].ID).SetName("batch").IfVersionIn(7, 1),
	))
	assert.Len(s, saved, 3)
	s.named("batch", users...)
}

func batchConstraintErrorWritesNothing(s *Scene) {
	users := s.users(3)
	taken := s.key()
	_, err := s.Client.User.UpdateBulk(
		users[0].Update().SetEmail(s.key()), users[1].Update().SetEmail(taken), users[2].Update().SetEmail(taken),
	).SkipModified().Save(s.ctx)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	assert.EqualValues(s, 1, s.version("users", users[0].ID))
}

func batchVersionWithoutSuccessorIsRefused(s *Scene) {
	users := s.users(2)
	s.setColumn("users", "version", int64(math.MaxInt64), users[1].ID)
	_, err := s.Client.User.UpdateBulk(renamed("batch", users[0], s.load(users[1].ID))...).SkipModified().Save(s.ctx)
	s.refused(err)
	_, err = s.Client.User.UpdateBulk(
		users[0].Update().SetName("batch").IgnoreVersion(), users[1].Update().SetName("batch").IgnoreVersion(),
	).Save(s.ctx)
	s.refused(err)
	s.named("user 0", users[0])
}

func batchWithAMissingRowFails(s *Scene) {
	users := s.users(2)
	done(s, s.Other.User.DeleteOneID(users[1].ID).IgnoreVersion())
	_, err := s.Client.User.UpdateBulk(
		users[0].Update().SetName("batch").IgnoreVersion(), users[1].Update().SetName("batch").IgnoreVersion(),
	).SkipModified().Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, entocc.IsRecordModified(err), "nobody said which version the row has: %v", err)
	s.named("user 0", users[0])
}

func batchCancelledWritesNothing(s *Scene) {
	users := s.users(4)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	var steps [][2]int
	_, err := s.Client.User.UpdateBulk(append(renamed("batch", users[:2]...), users[2].Update().SetAge(1), users[3].Update().SetAge(2))...).
		OnProgress(func(done, total int) {
			steps = append(steps, [2]int{done, total})
			cancel()
		}).Save(ctx)
	require.ErrorIs(s, err, context.Canceled)
	assert.Equal(s, [][2]int{{2, 4}}, steps)
	s.named("user 0", users[0])
}

func emptyBatchDoesNothing(s *Scene) {
	s.Sent.Reset()
	assert.Empty(s, saved(s, s.Client.User.UpdateBulk()))
	assert.Zero(s, s.Client.User.DeleteBulk().ExecX(s.ctx))
	assert.Empty(s, s.Sent.Sent())
}
