package suite

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func coreScenarios() []scenario {
	return []scenario{
		{name: "Core/StaleSaveIsRefused", run: staleSaveIsRefused},
		{name: "Core/ReturnedStructSavesAgain", run: returnedStructSavesAgain},
		{name: "Core/OldStructConflictsAndIsNotTouched", run: oldStructConflictsAndIsNotTouched},
		{name: "Core/CreateReturnsTheStoredRow", run: createReturnsTheStoredRow},
		{name: "Core/CreateKeepsAnExplicitVersion", run: createKeepsAnExplicitVersion},
		{name: "Core/CreateWithoutDefaultStartsAtTheFirstVersion", run: createWithoutDefaultStartsAtTheFirstVersion},
		{name: "Core/BulkCreateStartsEveryRow", run: bulkCreateStartsEveryRow, left: scatteredIDs},
		{name: "Core/CopyStartsAtTheFirstVersion", run: copyStartsAtTheFirstVersion},
		{name: "Core/ConflictTellsWhatHappened", run: conflictTellsWhatHappened},
		{name: "Core/ConflictOfATypeIsTyped", run: conflictOfATypeIsTyped},
		{name: "Core/MissingRowIsNotFound", run: missingRowIsNotFound},
		{name: "Core/MissingRowWithIfVersionIsGone", run: missingRowWithIfVersionIsGone},
		{name: "Core/NothingChangedWritesNothing", run: nothingChangedWritesNothing},
		{name: "Core/NothingChangedIsCheckedAgainstIfVersion", run: nothingChangedIsCheckedAgainstIfVersion},
		{name: "Core/SameValueCountsAsAChange", run: sameValueCountsAsAChange},
		{name: "Core/ForceIncrementBumpsWithoutAChange", run: forceIncrementBumpsWithoutAChange},
		{name: "Core/ModifierAloneIsGuardedAndBumps", run: modifierAloneIsGuardedAndBumps},
		{name: "Core/HookThatSetsTheVersionIsOverruled", run: hookThatSetsTheVersionIsOverruled},
		{name: "Core/HookThatTouchesTheVersionAloneChangesNothing", run: hookThatTouchesTheVersionAloneChangesNothing},
		{name: "Core/HookThatClearsTheVersionIsOverruled", run: hookThatClearsTheVersionIsOverruled},
		{name: "Core/HookThatSavesTwiceConflicts", run: hookThatSavesTwiceConflicts},
		{name: "Core/ExecIsGuardedLikeSave", run: execIsGuardedLikeSave},
		{name: "Core/JSONKeepsTheVersion", run: jsonKeepsTheVersion},
	}
}

// scatteredIDs says why entities from ent's CreateBulk can't be saved again on a cluster.
func scatteredIDs(db DB) string {
	if db.Traits.Nodes {
		return "a node counts IDs in steps, but ent counts by one, so CreateBulk returns wrong IDs"
	}
	return ""
}

func staleSaveIsRefused(s *Scene) {
	a, b := s.twoUsers()
	a = saved(s, a.Update().SetName("a"))
	assert.EqualValues(s, 2, a.Version)

	_, err := b.Update().SetAge(7).Save(s.ctx)
	s.conflict(err)
	assert.True(s, ent.IsRecordModified(err))
	stored := s.load(a.ID)
	assert.Equal(s, "a", stored.Name)
	assert.Zero(s, stored.Age)
	assert.EqualValues(s, 2, stored.Version)
}

func returnedStructSavesAgain(s *Scene) {
	u := s.user("before")
	for want := int64(2); want <= 6; want++ {
		u = saved(s, u.Update().SetAge(int(want)))
		assert.Equal(s, want, u.Version)
		assert.Equal(s, want, s.version("users", u.ID))
	}
}

func oldStructConflictsAndIsNotTouched(s *Scene) {
	u := s.user("before")
	saved(s, u.Update().SetName("after"))
	assert.Equal(s, "before", u.Name)
	assert.EqualValues(s, 1, u.Version)
	_, err := u.Update().SetName("again").Save(s.ctx)
	s.conflict(err)
}

func createReturnsTheStoredRow(s *Scene) {
	u := s.user("new")
	assert.EqualValues(s, 1, u.Version)
	stored := s.load(u.ID)
	assert.Equal(s, u.Version, stored.Version)
	assert.Equal(s, u.Name, stored.Name)
}

func createKeepsAnExplicitVersion(s *Scene) {
	u := saved(s, s.Client.User.Create().SetName("imported").SetVersion(42))
	assert.EqualValues(s, 42, u.Version)
	u = saved(s, u.Update().SetName("changed"))
	assert.EqualValues(s, 43, u.Version)
}

// The field that mixin.Guard finds in a schema may have no default.
func createWithoutDefaultStartsAtTheFirstVersion(s *Scene) {
	o := saved(s, s.Client.Order.Create())
	assert.EqualValues(s, 1, o.Rev)
	saved(s, o.Update().SetState("open"))
	_, err := o.Update().SetState("lost").Save(s.ctx)
	s.conflict(err)
}

func bulkCreateStartsEveryRow(s *Scene) {
	builders := make([]*ent.UserCreate, 5)
	for i := range builders {
		builders[i] = s.Client.User.Create().SetName("bulk")
	}
	users := saved(s, s.Client.User.CreateBulk(builders...))
	require.Len(s, users, 5)
	for _, u := range users {
		assert.EqualValues(s, 1, u.Version)
		saved(s, u.Update().SetAge(1))
	}
}

func copyStartsAtTheFirstVersion(s *Scene) {
	u := saved(s, s.user("original").Update().SetAge(3))
	double := saved(s, s.Client.User.Create().SetName(u.Name).SetAge(u.Age))
	assert.EqualValues(s, 1, double.Version)
}

func conflictTellsWhatHappened(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	_, err := u.Update().SetName("mine").Save(s.ctx)
	err = fmt.Errorf("handler: %w", errors.Join(errors.New("beside it"), err))

	assert.True(s, entocc.IsRecordModified(err))
	assert.True(s, entocc.IsRetryable(err))
	modified := s.conflict(err)
	assert.Equal(s, ent.TypeUser, modified.Type)
	assert.Equal(s, u.ID, modified.ID)
	assert.Equal(s, ent.OpUpdateOne, modified.Op)
	assert.EqualValues(s, 1, modified.Expected)
	assert.EqualValues(s, 2, modified.Actual)
	for _, word := range []string{"User", fmt.Sprint(u.ID), "version 1", "has 2"} {
		assert.Contains(s, err.Error(), word)
	}
}

func conflictOfATypeIsTyped(s *Scene) {
	u := s.user("before")
	theirs := s.bumpUser(u.ID)
	_, err := u.Update().SetName("mine").Save(s.ctx)

	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	assert.Same(s, u, modified.Loaded)
	current, err := modified.Current(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, theirs.Version, current.Version)
	saved(s, current.Update().SetName("mine"))

	_, err = s.Client.User.UpdateOneID(u.ID).IfVersion(1).SetName("mine").Save(s.ctx)
	require.ErrorAs(s, err, &modified)
	assert.Nil(s, modified.Loaded)
}

const noUser = 1 << 30

func missingRowIsNotFound(s *Scene) {
	_, err := s.Client.User.UpdateOneID(noUser).IgnoreVersion().SetName("nobody").Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)

	_, err = s.Client.Setting.UpdateOneID(s.key()).SetValue("none").Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)

	err = s.Client.User.DeleteOneID(noUser).IgnoreVersion().Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
}

func missingRowWithIfVersionIsGone(s *Scene) {
	_, err := s.Client.User.UpdateOneID(noUser).IfVersion(1).SetName("nobody").Save(s.ctx)
	modified := s.gone(err)
	assert.Nil(s, modified.Actual)
	assert.Equal(s, noUser, modified.ID)
	s.gone(s.Client.User.DeleteOneID(noUser).IfVersion(1).Exec(s.ctx))
	_, err = s.Client.User.UpdateOneID(noUser).IfVersion(1).Save(s.ctx)
	s.gone(err)
}

func nothingChangedWritesNothing(s *Scene) {
	a, b := s.twoUsers()
	s.Sent.Reset()
	a = saved(s, a.Update())
	assert.Empty(s, s.Sent.Writes())
	assert.EqualValues(s, 1, a.Version)

	s.bumpUser(b.ID)
	b = saved(s, b.Update())
	assert.EqualValues(s, 2, b.Version, "the row as it is")
	assert.Empty(s, s.Sent.Writes())
}

func nothingChangedIsCheckedAgainstIfVersion(s *Scene) {
	u := s.user("before")
	got := saved(s, u.Update().IfVersion(1))
	assert.EqualValues(s, 1, got.Version)
	saved(s, u.Update().IfVersionIn(7, 1))

	s.bumpUser(u.ID)
	s.Sent.Reset()
	_, err := u.Update().IfVersion(1).Save(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 2, modified.Actual)
	assert.Empty(s, s.Sent.Writes())
	assert.EqualValues(s, 2, s.version("users", u.ID))
}

func sameValueCountsAsAChange(s *Scene) {
	a, b := s.twoUsers()
	a = saved(s, a.Update().SetName(a.Name))
	assert.EqualValues(s, 2, a.Version)
	_, err := b.Update().SetName(b.Name).Save(s.ctx)
	s.conflict(err)
}

func forceIncrementBumpsWithoutAChange(s *Scene) {
	a, b := s.twoUsers()
	a = saved(s, a.Update().ForceIncrement())
	assert.EqualValues(s, 2, a.Version)
	_, err := b.Update().ForceIncrement().Save(s.ctx)
	s.conflict(err)
	got := saved(s, s.Client.User.UpdateOneID(a.ID).IgnoreVersion().ForceIncrement())
	assert.EqualValues(s, 3, got.Version)
}

func execIsGuardedLikeSave(s *Scene) {
	a, b := s.twoUsers()
	done(s, a.Update().SetName("a"))
	s.conflict(b.Update().SetName("b").Exec(s.ctx))
	assert.Equal(s, "a", s.load(a.ID).Name)
}

func jsonKeepsTheVersion(s *Scene) {
	const large = 1<<53 + 1 // JavaScript has no such integer.
	u := saved(s, s.Client.User.Create().SetName("large").SetVersion(large))
	buf, err := json.Marshal(u)
	require.NoError(s, err)
	var back ent.User
	require.NoError(s, json.Unmarshal(buf, &back))
	assert.EqualValues(s, large, back.Version)
	next := saved(s, s.Client.User.UpdateOne(&back).SetName("saved"))
	assert.EqualValues(s, large+1, next.Version)
}
