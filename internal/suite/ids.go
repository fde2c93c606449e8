package suite

import (
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/like"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func idScenarios() []scenario {
	return []scenario{
		{name: "IDs/StringIDIsGuarded", run: stringIDIsGuarded},
		{name: "IDs/UUIDIsGuarded", run: uuidIsGuarded},
		{name: "IDs/CompositeIDIsGuarded", run: compositeIDIsGuarded},
		{name: "IDs/CompositeIDOfADeletedRowIsGone", run: compositeIDOfADeletedRowIsGone},
		{name: "IDs/CompositeIDTakesWhatTheCallerStates", run: compositeIDTakesWhatTheCallerStates},
		{name: "IDs/CompositeIDIsBumpedBySetBasedUpdate", run: compositeIDIsBumpedBySetBasedUpdate},
		{name: "IDs/CompositeIDTellsWhetherItIsModified", run: compositeIDTellsWhetherItIsModified},
		{name: "IDs/OtherRowsOfACompositeIDAreLeftAlone", run: otherRowsOfACompositeIDAreLeftAlone},
		{name: "IDs/AddingAMembershipTwiceDoesNothing", run: addingAMembershipTwiceDoesNothing, left: countsNothings},
		{name: "IDs/AddingALikeTwiceIsAConstraintError", run: addingALikeTwiceIsAConstraintError},
	}
}

func stringIDIsGuarded(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	saved(s, a.Update().SetOwner("after"))
	_, err := a.Update().SetOwner("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.Equal(s, a.ID, modified.ID)
	assert.Contains(s, err.Error(), `"`+a.ID+`"`)
}

func uuidIsGuarded(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	now := saved(s, d.Update().SetTitle("after"))
	assert.NotEqual(s, d.Version, now.Version)
	_, err := d.Update().SetTitle("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.Equal(s, d.ID, modified.ID)
	assert.Equal(s, d.Version, modified.Expected)
	assert.Equal(s, now.Version, modified.Actual)
	s.conflict(d.Delete().Exec(s.ctx))
	done(s, now.Delete())
}

// like has a user like a new tweet.
func (s *Scene) like() *ent.Like {
	s.Helper()
	tweet := saved(s, s.Client.Tweet.Create().SetText("hello"))
	return saved(s, s.Client.Like.Create().SetUser(s.user("fan")).SetTweet(tweet))
}

// F8: ent panics if such a row is stale.
func compositeIDIsGuarded(s *Scene) {
	l := s.like()
	assert.EqualValues(s, 1, l.Version)
	now := saved(s, l.Update().SetMood("glad"))
	assert.EqualValues(s, 2, now.Version)
	assert.Equal(s, l.UserID, now.UserID)

	_, err := l.Update().SetMood("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.Equal(s, []any{l.UserID, l.TweetID}, modified.ID)
	assert.EqualValues(s, 2, modified.Actual)
	var typed *ent.LikeModifiedError
	require.ErrorAs(s, err, &typed)
	current, err := typed.Current(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, "glad", current.Mood)

	s.conflict(l.Delete().Exec(s.ctx))
	done(s, now.Delete())
}

func compositeIDOfADeletedRowIsGone(s *Scene) {
	l := s.like()
	done(s, l.Delete())
	_, err := l.Update().SetMood("risen").Save(s.ctx)
	s.gone(err)
	s.gone(l.Delete().Exec(s.ctx))
}

func compositeIDTakesWhatTheCallerStates(s *Scene) {
	l := s.like()
	_, err := l.Update().IfVersion(2).SetMood("lost").Save(s.ctx)
	s.conflict(err)
	saved(s, l.Update().IfVersionIn(2, 1).SetMood("glad"))
	got := saved(s, l.Update().IgnoreVersion().SetMood("forced"))
	assert.EqualValues(s, 3, got.Version)
	got = saved(s, got.Update().ForceIncrement())
	assert.EqualValues(s, 4, got.Version)
	_, err = l.Update().IfVersion(1).Save(s.ctx)
	s.conflict(err)
	s.conflict(l.Delete().IfVersion(1).Exec(s.ctx))
	done(s, l.Delete().IgnoreVersion())
}

func compositeIDIsBumpedBySetBasedUpdate(s *Scene) {
	l := s.like()
	n, err := s.Client.Like.Update().Where(like.UserID(l.UserID)).SetMood("set").Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	_, err = l.Update().SetMood("lost").Save(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 2, modified.Actual)
}

func compositeIDTellsWhetherItIsModified(s *Scene) {
	l := s.like()
	is, err := l.IsModified(s.ctx)
	require.NoError(s, err)
	assert.False(s, is)
	saved(s, l.Update().SetMood("glad"))
	is, err = l.IsModified(s.ctx)
	require.NoError(s, err)
	assert.True(s, is)
}

func otherRowsOfACompositeIDAreLeftAlone(s *Scene) {
	fan := s.user("fan")
	create := func() *ent.Like {
		tweet := saved(s, s.Client.Tweet.Create().SetText("hello"))
		return saved(s, s.Client.Like.Create().SetUser(fan).SetTweet(tweet))
	}
	a, b := create(), create()
	saved(s, a.Update().SetMood("glad"))
	saved(s, b.Update().SetMood("sad"))
	done(s, s.Client.Like.UpdateOne(a).IgnoreVersion().SetMood("forced"))
	done(s, a.Delete().IgnoreVersion())
	left, err := s.Client.Like.Query().Where(like.UserID(fan.ID)).All(s.ctx)
	require.NoError(s, err)
	require.Len(s, left, 1)
	assert.Equal(s, "sad", left[0].Mood)
	assert.EqualValues(s, 2, left[0].Version)
}

// F24: ent adds an edge again without an error if the edge schema has no other fields with defaults.
func addingAMembershipTwiceDoesNothing(s *Scene) {
	u := s.user("member")
	team := saved(s, s.Client.Team.Create().SetName("team"))
	u = saved(s, u.Update().AddTeams(team))
	u = saved(s, u.Update().AddTeams(team))
	assert.EqualValues(s, 3, u.Version)
	members := saved(s, s.Client.Team.UpdateOne(team).AddMembers(u))
	require.NotNil(s, members)
	_, err := s.Client.User.Update().Where(byID(u.ID)).AddTeams(team).Save(s.ctx)
	require.NoError(s, err)
	rows, err := s.Client.User.QueryMemberships(u).All(s.ctx)
	require.NoError(s, err)
	require.Len(s, rows, 1)
	assert.EqualValues(s, 1, rows[0].Version)
	rows[0], err = rows[0].Update().ForceIncrement().Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, rows[0].Version)
}

func addingALikeTwiceIsAConstraintError(s *Scene) {
	l := s.like()
	u := s.load(l.UserID)
	_, err := u.Update().AddLikedIDs(l.TweetID).Save(s.ctx)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	assert.EqualValues(s, 1, s.version("users", u.ID), "and the owner's bump is undone")
	n, err := s.Client.Like.Query().Where(sql.FieldEQ("user_id", u.ID)).Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}
