package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	entbase "entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func resolveScenarios() []scenario {
	return []scenario{
		{name: "Resolve/ClientWins", run: clientWins},
		{name: "Resolve/ClientWinsDeletes", run: clientWinsDeletes},
		{name: "Resolve/ThirdWriterIsAConflictAgain", run: thirdWriterIsAConflictAgain},
		{name: "Resolve/RoundsAreBounded", run: roundsAreBounded},
		{name: "Resolve/StoreWins", run: storeWins},
		{name: "Resolve/NewValues", run: newValues},
		{name: "Resolve/AbortReturnsTheConflict", run: abortReturnsTheConflict},
		{name: "Resolve/ResolverMayReturnAnError", run: resolverMayReturnAnError},
		{name: "Resolve/MergeOfDisjointFields", run: mergeOfDisjointFields},
		{name: "Resolve/MergeListsClashes", run: mergeListsClashes},
		{name: "Resolve/MergeKeepsTheirsWhereMineIsUnchanged", run: mergeKeepsTheirsWhereMineIsUnchanged},
		{name: "Resolve/MergeOfAdditionsAppendsAndEdges", run: mergeOfAdditionsAppendsAndEdges},
		{name: "Resolve/MergeOfAClearedEdgeClashes", run: mergeOfAClearedEdgeClashes},
		{name: "Resolve/MergeNeverTouchesFieldsNamed", run: mergeNeverTouchesFieldsNamed},
		{name: "Resolve/MergeByIDHasNoBase", run: mergeByIDHasNoBase},
		{name: "Resolve/GoneRowsStayGone", run: goneRowsStayGone},
		{name: "Resolve/ConflictOfAnotherRowIsNotResolved", run: conflictOfAnotherRowIsNotResolved},
		{name: "Resolve/SavesOnce", run: resolverSavesOnce},
		{name: "Resolve/OneLogRecordForEachConflict", run: oneLogRecordForEachConflict},
		{name: "Resolve/TallyCountsByType", run: tallyCountsByType},
	}
}

func clientWins(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.ClientWins()))
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs").SetAge(9))

	u := saved(s, b.Update().SetName("mine"))
	assert.Equal(s, "mine", u.Name)
	assert.Equal(s, 9, u.Age, "a field that only they set stays theirs")
	assert.EqualValues(s, 3, u.Version)
	assert.EqualValues(s, 3, s.version("users", u.ID))
}

func clientWinsDeletes(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.ClientWins()))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	done(s, b.Delete())
	_, err := s.Client.User.Get(s.ctx, a.ID)
	assert.True(s, ent.IsNotFound(err))
}

func thirdWriterIsAConflictAgain(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	rounds, before := 0, false
	s.Client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		rounds = c.Round
		if c.Round == 1 {
			if before {
				s.bumpUser(a.ID)
			}
			_, err := c.Current(ctx)
			require.NoError(s, err)
			if !before {
				s.bumpUser(a.ID) // A third writer, between the resolver's read and its save.
			}
		}
		return c.Save(ctx)
	}))
	u := saved(s, b.Update().SetName("mine"))
	assert.Equal(s, 2, rounds)
	assert.EqualValues(s, 4, u.Version)
	assert.Equal(s, 2, u.Age, "both other writers are kept")

	before = true
	u = saved(s, b.Update().SetName("mine again"))
	assert.Equal(s, 1, rounds, "the save is guarded by the row that the resolver has read")
	assert.EqualValues(s, 6, u.Version)
	assert.Equal(s, 3, u.Age)
}

func roundsAreBounded(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	rounds := 0
	s.Client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		rounds++
		_, err := c.Current(ctx)
		require.NoError(s, err)
		s.bumpUser(a.ID)
		return c.Save(ctx)
	}, hook.Rounds(2)))
	_, err := b.Update().SetName("mine").Save(s.ctx)
	s.conflict(err)
	assert.Equal(s, 2, rounds)
	assert.Equal(s, "before", s.load(a.ID).Name)
}

func storeWins(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.StoreWins()))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	u := saved(s, b.Update().SetName("mine"))
	assert.Equal(s, "before", u.Name)
	assert.EqualValues(s, 2, u.Version)
	assert.EqualValues(s, 2, s.version("users", a.ID))

	s.conflict(b.Delete().Exec(s.ctx))
}

func newValues(s *Scene) {
	s.Client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		current, err := c.Current(ctx)
		if err != nil {
			return nil, err
		}
		c.Mutation.(*ent.UserMutation).SetName(current.(*ent.User).Name + " and mine")
		return c.Save(ctx)
	}))
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs"))
	assert.Equal(s, "theirs and mine", saved(s, b.Update().SetName("mine")).Name)
}

func abortReturnsTheConflict(s *Scene) {
	rounds := 0
	s.Client.User.Use(hook.OnModified(func(_ context.Context, c *hook.Conflict) (entbase.Value, error) {
		rounds++
		return nil, c.Err
	}))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := b.Update().SetName("mine").Save(s.ctx)
	s.conflict(err)
	assert.Equal(s, 1, rounds)
	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	assert.Same(s, b, modified.Loaded)
}

func resolverMayReturnAnError(s *Scene) {
	mine := errors.New("ask somebody")
	s.Client.User.Use(hook.OnModified(func(context.Context, *hook.Conflict) (entbase.Value, error) { return nil, mine }))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := b.Update().SetName("mine").Save(s.ctx)
	assert.ErrorIs(s, err, mine)
}

func mergeOfDisjointFields(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, b := s.twoUsers()
	s.bumpUser(a.ID) // They changed the age,
	u := saved(s, b.Update().SetName("mine"))
	assert.Equal(s, "mine", u.Name) // I changed the name.
	assert.Equal(s, 1, u.Age)
	assert.EqualValues(s, 3, u.Version)
}

func mergeListsClashes(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs").SetPassword("theirs").SetAge(3).SetLabels([]string{"same"}))
	_, err := b.Update().SetName("mine").SetPassword("mine").SetAge(3).SetLabels([]string{"same"}).Save(s.ctx)
	s.conflict(err)
	var merge *entocc.MergeError
	require.ErrorAs(s, err, &merge)
	require.Len(s, merge.Clashes, 3, "both set the same labels, which is not a clash")
	assert.Equal(s, "age", merge.Clashes[1].Name, "both set it to 3, maybe by counting")
	assert.Equal(s, "name", merge.Clashes[0].Name)
	assert.Equal(s, "Display name", merge.Clashes[0].Label)
	assert.Equal(s, []any{"before", "mine", "theirs"}, []any{merge.Clashes[0].Base, merge.Clashes[0].Mine, merge.Clashes[0].Theirs})
	assert.Equal(s, "password", merge.Clashes[2].Name)
	assert.True(s, merge.Clashes[2].Sensitive)
	assert.Nil(s, merge.Clashes[2].Theirs)
	assert.Contains(s, err.Error(), "name, age, password")
	assert.Equal(s, "theirs", s.load(a.ID).Name)
}

func mergeKeepsTheirsWhereMineIsUnchanged(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs"))
	// A form posts all of its fields, also those that its user left alone.
	u := saved(s, b.Update().SetName(b.Name).SetAge(5))
	assert.Equal(s, "theirs", u.Name)
	assert.Equal(s, 5, u.Age)
}

func mergeOfAdditionsAppendsAndEdges(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, b := s.twoUsers()
	friend := s.user("friend")
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetAge(10).SetLabels([]string{"theirs"}))
	u := saved(s, b.Update().AddAge(5).AppendLabels([]string{"mine"}).AddFriends(friend))
	assert.Equal(s, 15, u.Age)
	assert.Equal(s, []string{"theirs", "mine"}, u.Labels)
	assert.EqualValues(s, 3, u.Version)
	friends, err := u.QueryFriends().IDs(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, []int{friend.ID}, friends)
}

func mergeOfAClearedEdgeClashes(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := b.Update().ClearFriends().Save(s.ctx)
	var merge *entocc.MergeError
	require.ErrorAs(s, err, &merge)
	assert.Equal(s, "friends", merge.Clashes[0].Name)
	assert.True(s, merge.Clashes[0].Edge)
}

func mergeNeverTouchesFieldsNamed(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge("age")))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := b.Update().SetName("mine").Save(s.ctx)
	var merge *entocc.MergeError
	require.ErrorAs(s, err, &merge)
	assert.Equal(s, "age", merge.Clashes[0].Name)
}

func mergeByIDHasNoBase(s *Scene) {
	s.Client.User.Use(hook.OnModified(hook.Merge()))
	a, _ := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := s.Client.User.UpdateOneID(a.ID).IfVersion(1).SetName("mine").Save(s.ctx)
	s.conflict(err)
}

func goneRowsStayGone(s *Scene) {
	for _, resolve := range []hook.Resolver{hook.ClientWins(), hook.StoreWins(), hook.Merge()} {
		client := ent.NewClient(ent.Driver(s.Sent))
		client.User.Use(hook.OnModified(resolve))
		u := s.user("before")
		b, err := client.User.Get(s.ctx, u.ID)
		require.NoError(s, err)
		done(s, u.Delete())
		_, err = b.Update().SetName("mine").Save(s.ctx)
		s.gone(err)
	}
}

// A hook that saves another row, before or after this one, returns that row's conflict. It says nothing about this row:
// a resolver that took it for this row's conflict would overwrite what it has not seen, or save twice.
func conflictOfAnotherRowIsNotResolved(s *Scene) {
	stale := saved(s, s.Client.Setting.Create().SetID(s.key()).SetValue("before"))
	done(s, stale.Update().SetValue("theirs"))
	var before bool
	s.Client.User.Use(hook.OnModified(hook.ClientWins()), func(next ent.Mutator) ent.Mutator {
		return entbase.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if m.Op() != ent.OpUpdateOne {
				return next.Mutate(ctx, m)
			}
			if !before {
				if v, err := next.Mutate(ctx, m); err != nil {
					return v, err
				}
			}
			if err := stale.Update().SetValue("mine").Exec(ctx); err != nil {
				return nil, err
			}
			return next.Mutate(ctx, m)
		})
	})
	conflict := func(err error) {
		s.Helper()
		var modified *ent.SettingModifiedError
		require.ErrorAs(s, err, &modified)
	}
	a, b := s.twoUsers()
	conflict(a.Update().AddAge(1).Exec(s.ctx))
	assert.Equal(s, 1, s.load(a.ID).Age, "saved once")
	before = true
	conflict(b.Update().SetAge(9).Exec(s.ctx))
	assert.Equal(s, 1, s.load(b.ID).Age, "not saved over what was not seen")
}

func resolverSavesOnce(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	s.Client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		if _, err := c.Save(ctx); err != nil {
			return nil, err
		}
		return c.Save(ctx)
	}))
	require.Error(s, b.Update().AddAge(5).Exec(s.ctx))
	assert.Equal(s, 6, s.load(a.ID).Age)
}

func oneLogRecordForEachConflict(s *Scene) {
	var out bytes.Buffer
	s.Client.Use(hook.Log(slog.New(slog.NewJSONHandler(&out, nil))))
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	_, err := b.Update().SetName("secret name").SetPassword("secret").Save(s.ctx)
	s.conflict(err)
	var record map[string]any
	require.NoError(s, json.Unmarshal(out.Bytes(), &record), "one record: %s", out.String())
	assert.Equal(s, "User", record["type"])
	assert.EqualValues(s, a.ID, record["id"])
	assert.Equal(s, "UpdateOne", record["op"])
	assert.EqualValues(s, 1, record["expected"])
	assert.EqualValues(s, 2, record["actual"])
	assert.NotContains(s, out.String(), "secret")

	l := s.purchase().line()
	out.Reset()
	require.Error(s, l.Update().SetAmount(2).IfPurchaseVersion(99).Exec(s.ctx))
	require.NoError(s, json.Unmarshal(out.Bytes(), &record), "one record: %s", out.String())
	assert.Equal(s, "Purchase", record["type"])
	assert.Empty(s, record["op"], "the parent is not a row of the mutation")
}

func tallyCountsByType(s *Scene) {
	tally := new(hook.Tally)
	s.Client.Use(tally.Hook())
	assert.Equal(s, "{}", tally.String())
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	for range 2 {
		s.conflict(b.Update().SetName("mine").Exec(s.ctx))
	}
	assert.Equal(s, map[string]int64{"User": 2}, tally.Counts())
	assert.JSONEq(s, `{"User": 2}`, tally.String())
}
