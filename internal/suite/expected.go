package suite

import (
	"math"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func expectedScenarios() []scenario {
	return []scenario{
		{name: "Expected/ByIDWithoutVersionIsRefused", run: byIDWithoutVersionIsRefused},
		{name: "Expected/AllowBlindWritesByIDBump", run: allowBlindWritesByIDBump},
		{name: "Expected/ByIDTakesIfVersion", run: byIDTakesIfVersion},
		{name: "Expected/AnyOfIfVersionIn", run: anyOfIfVersionIn},
		{name: "Expected/NoneOfIfVersionIn", run: noneOfIfVersionIn},
		{name: "Expected/IgnoreVersionOverwritesAndBumps", run: ignoreVersionOverwritesAndBumps},
		{name: "Expected/StatedVersionBeatsTheLoadedOne", run: statedVersionBeatsTheLoadedOne},
		{name: "Expected/ImpossibleVersionsConflict", run: impossibleVersionsConflict},
		{name: "Expected/ImpossibleTokenConflicts", run: impossibleTokenConflicts},
		{name: "Expected/OtherPredicateStaysNotFound", run: otherPredicateStaysNotFound},
		{name: "Expected/GetVersionTellsTheThreeCasesApart", run: getVersionTellsTheThreeCasesApart},
		{name: "Expected/IsModifiedTellsWhetherTheRowChanged", run: isModifiedTellsWhetherTheRowChanged},
		{name: "Expected/ReloadLetsTheRetryPass", run: reloadLetsTheRetryPass},
	}
}

// F10: ent would look up the expected version and so compare the row with itself.
func byIDWithoutVersionIsRefused(s *Scene) {
	u := s.user("before")
	s.Sent.Reset()
	_, err := s.Client.User.UpdateOneID(u.ID).SetName("blind").Save(s.ctx)
	s.refused(err)
	for _, way := range []string{"User", "IfVersion", "IgnoreVersion", "loaded entity", "AllowBlind"} {
		assert.Contains(s, err.Error(), way)
	}
	s.refused(s.Client.User.DeleteOneID(u.ID).Exec(s.ctx))
	_, err = s.Client.User.UpdateOneID(u.ID).Save(s.ctx)
	s.refused(err)
	_, err = s.Client.User.UpdateOneID(u.ID).Where(sql.FieldEQ("version", 1)).SetName("blind").Save(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Sent(), "not even a query")
	assert.Equal(s, "before", s.load(u.ID).Name)
}

func allowBlindWritesByIDBump(s *Scene) {
	old := saved(s, s.Client.Setting.Create().SetID(s.key()).SetValue("a"))
	got := saved(s, s.Client.Setting.UpdateOneID(old.ID).SetValue("b"))
	assert.EqualValues(s, 2, got.Version)
	_, err := old.Update().SetValue("c").Save(s.ctx)
	s.conflict(err)
	_, err = s.Client.Setting.UpdateOneID(old.ID).IfVersion(1).SetValue("c").Save(s.ctx)
	s.conflict(err)
	done(s, s.Client.Setting.DeleteOneID(old.ID))
}

func byIDTakesIfVersion(s *Scene) {
	u := s.user("before")
	got := saved(s, s.Client.User.UpdateOneID(u.ID).IfVersion(1).SetName("after"))
	assert.EqualValues(s, 2, got.Version)
	_, err := s.Client.User.UpdateOneID(u.ID).IfVersion(1).SetName("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.Equal(s, u.ID, modified.ID)
	assert.EqualValues(s, 2, modified.Actual)
}

func anyOfIfVersionIn(s *Scene) {
	u := saved(s, s.Client.User.Create().SetName("before").SetVersion(5))
	got := saved(s, s.Client.User.UpdateOneID(u.ID).IfVersionIn(9, 5, 7).SetName("after"))
	assert.EqualValues(s, 6, got.Version)
	_, err := u.Update().IfVersionIn(9, 5, 7).SetName("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.Equal(s, []any{int64(9), int64(5), int64(7)}, modified.Expected)
	assert.EqualValues(s, 6, modified.Actual)
}

func noneOfIfVersionIn(s *Scene) {
	u := s.user("before")
	_, err := u.Update().IfVersionIn().SetName("after").Save(s.ctx)
	s.refused(err)
	s.refused(u.Delete().IfVersionIn().Exec(s.ctx))
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

func ignoreVersionOverwritesAndBumps(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	a = saved(s, a.Update().IgnoreVersion().SetName("forced"))
	assert.EqualValues(s, 3, a.Version)
	_, err := b.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

// The form was shown at version 1. The server loads the row, now at 2, and saves it with the form's version.
func statedVersionBeatsTheLoadedOne(s *Scene) {
	u := s.user("shown")
	s.bumpUser(u.ID)
	fresh := s.load(u.ID)
	_, err := fresh.Update().IfVersion(1).SetName("from the form").Save(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 1, modified.Expected)
	assert.EqualValues(s, 2, modified.Actual)
	s.conflict(fresh.Delete().IfVersion(1).Exec(s.ctx))
	assert.Equal(s, "shown", s.load(u.ID).Name)
}

func impossibleVersionsConflict(s *Scene) {
	u := s.user("before")
	for _, version := range []int64{0, -1, math.MinInt64, 1000, math.MaxInt64 - 1} {
		_, err := s.Client.User.UpdateOneID(u.ID).IfVersion(version).SetName("lost").Save(s.ctx)
		s.conflict(err)
		_, err = u.Update().IfVersionIn(version, version).SetName("lost").Save(s.ctx)
		s.conflict(err)
		_, err = s.Client.User.UpdateOneID(u.ID).IfVersion(version).Save(s.ctx)
		s.conflict(err)
		err = s.Client.User.DeleteOneID(u.ID).IfVersion(version).Exec(s.ctx)
		s.conflict(err)
		assert.Equal(s, version <= 0, entocc.IsVersionError(err), "%v", err)
	}
	assert.Equal(s, "before", s.load(u.ID).Name)
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

func impossibleTokenConflicts(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	for _, version := range []uuid.UUID{uuid.Nil, uuid.New()} {
		_, err := s.Client.Document.UpdateOneID(d.ID).IfVersion(version).SetTitle("lost").Save(s.ctx)
		s.conflict(err)
		s.conflict(s.Client.Document.DeleteOneID(d.ID).IfVersion(version).Exec(s.ctx))
	}
}

// A call has its own condition beside the version: the error says which of the two did not match.
func otherPredicateStaysNotFound(s *Scene) {
	o := saved(s, s.Client.Order.Create())
	isDraft := sql.FieldEQ("state", "draft")
	open := saved(s, o.Update().Where(isDraft).SetState("open"))

	_, err := open.Update().Where(isDraft).SetState("paid").Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	_, err = open.Update().Where(isDraft).IfVersion(open.Rev).Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	_, err = o.Update().Where(sql.FieldEQ("state", "open")).SetState("paid").Save(s.ctx)
	s.conflict(err)
}

func getVersionTellsTheThreeCasesApart(s *Scene) {
	u := s.user("before")
	got, err := s.Client.User.GetVersion(s.ctx, u.ID, 1)
	require.NoError(s, err)
	assert.Equal(s, u.ID, got.ID)

	s.bumpUser(u.ID)
	_, err = s.Client.User.GetVersion(s.ctx, u.ID, 1)
	modified := s.conflict(err)
	assert.EqualValues(s, 2, modified.Actual)

	_, err = s.Client.User.GetVersion(s.ctx, noUser, 1)
	assert.True(s, ent.IsNotFound(err))
	assert.False(s, ent.IsRecordModified(err))
}

func isModifiedTellsWhetherTheRowChanged(s *Scene) {
	u := s.user("before")
	is := func(want bool) {
		s.Helper()
		s.Sent.Reset()
		got, err := u.IsModified(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, want, got)
		assert.Empty(s, s.Sent.Writes())
	}
	is(false)
	s.bumpUser(u.ID)
	is(true)
	done(s, s.Client.User.DeleteOneID(u.ID).IgnoreVersion())
	is(true)
}

func reloadLetsTheRetryPass(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	_, err := u.Update().SetName("mine").Save(s.ctx)
	s.conflict(err)
	u = saved(s, s.load(u.ID).Update().SetName("mine"))
	assert.EqualValues(s, 3, u.Version)
	assert.Equal(s, 1, u.Age, "what the other writer changed is kept")
}
