package suite

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/like"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Writes that expect fields of their row to have certain values.
func stateScenarios() []scenario {
	return []scenario{
		{name: "State/TransitionByIDIsMadeOnce", run: transitionByID},
		{name: "State/VersionIsComparedBeside", run: stateBesideVersion},
		{name: "State/DeleteIsGuarded", run: stateOfDelete},
		{name: "State/RowThatIsGoneIsNotFound", run: stateOfMissingRow},
		{name: "State/EdgesAreGuarded", run: stateBeforeEdges},
		{name: "State/NothingToWriteIsChecked", run: stateWithNothingToWrite},
		{name: "State/SameValueIsNoPass", run: stateWithSameValue},
		{name: "State/SensitiveValueIsNotShown", run: sensitiveState},
		{name: "State/OtherPredicateStaysNotFound", run: stateBesidePredicate},
		{name: "State/ResolverIsNotAsked", run: stateAndResolver},
		{name: "State/ReportModeKeepsIt", run: stateAndReport},
		{name: "State/BatchRowsAreGuarded", run: stateInBatch},
		{name: "State/AlternativesAreOneCondition", run: stateWithAlternatives},
		{name: "State/ParentsAreTouchedOnlyByTheRightOne", run: stateOfChild},
		{name: "State/CompositeID", run: stateOfCompositeID},
		{name: "State/OneOfManyTransitionsWins", run: transitionRace, left: func(db DB) string {
			if db.Traits.Nodes {
				return "writers do not wait for those of another node: the second to commit gets a deadlock"
			}
			return ""
		}},
	}
}

// state requires err to say which state the row is in.
func (s *Scene) state(err error) *entocc.StateError {
	s.Helper()
	var (
		modified *ent.UserModifiedError
		state    *entocc.StateError
	)
	require.ErrorAs(s, err, &modified)
	require.ErrorAs(s, err, &state)
	assert.True(s, ent.IsRecordModified(err))
	assert.False(s, ent.IsNotFound(err))
	assert.False(s, entocc.IsRetryable(err), "the same work would meet it again")
	return state
}

// wrongState asserts that err is that of a row in another state.
func (s *Scene) wrongState(err error) {
	s.Helper()
	s.state(err) //nolint:errcheck // other scenarios look at the state itself
}

func transitionByID(s *Scene) {
	u := s.user("open")
	move := func() error {
		return s.Client.User.UpdateOneID(u.ID).IfField(user.Name("open"), user.AgeEQ(0)).SetName("closed").SetAge(7).Exec(s.ctx)
	}
	require.NoError(s, move(), "a stated state is a guard")
	assert.EqualValues(s, 2, s.load(u.ID).Version)
	state := s.state(move())
	require.Len(s, state.Fields, 2)
	for _, f := range state.Fields {
		assert.Equal(s, map[string]any{"name": "closed", "age": int64(7)}[f.Name], f.Value, f.Name)
	}
	assert.ErrorContains(s, move(), "name is closed")
	assert.EqualValues(s, 2, s.load(u.ID).Version)
}

func stateBesideVersion(s *Scene) {
	u := s.user("open")
	s.bumpUser(u.ID)
	err := u.Update().IfField(user.Age(0)).SetAge(1).Exec(s.ctx)
	s.conflict(err)
	var state *entocc.StateError
	assert.False(s, errors.As(err, &state), "a stale version is reported before a wrong state")
	u = s.load(u.ID)
	s.wrongState(u.Update().IfField(user.Age(9)).SetAge(1).Exec(s.ctx))
	saved := saved(s, u.Update().IfField(user.Age(u.Age)).SetAge(1))
	assert.Equal(s, u.Version+1, saved.Version)
	s.wrongState(s.Client.User.UpdateOneID(u.ID).IfVersion(saved.Version).IfField(user.Age(9)).SetAge(2).Exec(s.ctx))
	s.wrongState(s.Client.User.UpdateOneID(u.ID).IgnoreVersion().IfField(user.Age(9)).SetAge(2).Exec(s.ctx))
	s.wrongState(s.Client.User.UpdateOneID(u.ID).IfField(user.Age(9)).SetAge(2).Exec(entocc.SkipCheck(s.ctx)))
	s.wrongState(s.Client.User.DeleteOneID(u.ID).IfField(user.Age(9)).Exec(entocc.SkipCheck(s.ctx)))
	assert.Equal(s, 1, s.load(u.ID).Age)
}

func stateOfDelete(s *Scene) {
	u := s.user("open")
	s.wrongState(s.Client.User.DeleteOneID(u.ID).IfField(user.Name("closed")).Exec(s.ctx))
	s.wrongState(s.Client.User.DeleteOne(u).IfField(user.Name("closed")).Exec(s.ctx))
	require.NoError(s, s.Client.User.DeleteOneID(u.ID).IfField(user.Name("open")).Exec(s.ctx))
}

func stateOfMissingRow(s *Scene) {
	assert.True(s, ent.IsNotFound(s.Client.User.UpdateOneID(1<<30).IfField(user.Age(0)).SetAge(1).Exec(s.ctx)))
	assert.True(s, ent.IsNotFound(s.Client.User.DeleteOneID(1<<30).IfField(user.Age(0)).Exec(s.ctx)))
}

func stateBeforeEdges(s *Scene) {
	u, friend := s.user("open"), s.user("friend")
	s.wrongState(u.Update().IfField(user.Name("closed")).AddFriends(friend).Exec(s.ctx))
	assert.Zero(s, u.QueryFriends().CountX(s.ctx), "no edge is written")
	require.NoError(s, u.Update().IfField(user.Name("open")).AddFriends(friend).Exec(s.ctx))
	assert.Equal(s, 1, u.QueryFriends().CountX(s.ctx))
}

func stateWithNothingToWrite(s *Scene) {
	u := s.user("open")
	require.NoError(s, u.Update().IfField(user.Name("open")).Exec(s.ctx))
	s.wrongState(u.Update().IfField(user.Name("closed")).Exec(s.ctx))
	s.wrongState(s.Client.User.UpdateOneID(u.ID).IfField(user.Name("closed")).Exec(s.ctx))
	assert.EqualValues(s, 1, s.load(u.ID).Version)
}

// MySQL counts no row if nothing changes, which does not say whether the state matched.
func stateWithSameValue(s *Scene) {
	u := s.user("open")
	shadow := entocc.SkipIncrement(s.ctx)
	if s.db.Traits.Bumping {
		shadow = s.ctx
	}
	s.wrongState(u.Update().IfField(user.Name("closed")).SetAge(u.Age).Exec(shadow))
	require.NoError(s, u.Update().IfField(user.Name("open")).SetAge(u.Age).Exec(shadow))
}

func sensitiveState(s *Scene) {
	u := saved(s, s.user("open").Update().SetPassword("0815"))
	err := s.Client.User.UpdateOneID(u.ID).IfField(user.Password("1234")).SetAge(1).Exec(s.ctx)
	state := s.state(err)
	assert.Equal(s, []entocc.FieldValue{{Name: "password", Sensitive: true}}, state.Fields)
	assert.NotContains(s, err.Error(), "0815")
}

func stateBesidePredicate(s *Scene) {
	u := s.user("open")
	err := s.Client.User.UpdateOneID(u.ID).Where(user.Age(99)).IfField(user.Name("closed")).SetAge(1).Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "nothing is said about a row that another predicate hides: %v", err)
	assert.False(s, ent.IsRecordModified(err))
}

func stateAndResolver(s *Scene) {
	client := ent.NewClient(ent.Driver(s.Sent))
	client.User.Use(hook.OnModified(hook.ClientWins()))
	u := s.user("open")
	s.wrongState(client.User.UpdateOne(u).IfField(user.Name("closed")).SetName("lost").Exec(s.ctx))
	s.bumpUser(u.ID)
	s.wrongState(client.User.UpdateOne(u).IfField(user.Name("closed")).SetName("lost").Exec(s.ctx))
	assert.NotEqual(s, "lost", s.load(u.ID).Name, "the resolver decides about the version, not the state")
}

func stateAndReport(s *Scene) {
	client, _ := s.reporting()
	u := s.user("open")
	s.wrongState(client.User.UpdateOneID(u.ID).IfField(user.Name("closed")).SetName("lost").Exec(s.ctx))
	s.bumpUser(u.ID)
	s.wrongState(client.User.UpdateOne(u).IfField(user.Name("closed")).SetName("lost").Exec(s.ctx))
	s.wrongState(client.User.DeleteOne(u).IfField(user.Name("closed")).Exec(s.ctx))
	assert.NotEqual(s, "lost", s.load(u.ID).Name)
}

func stateInBatch(s *Scene) {
	users := s.users(2)
	_, err := s.Client.User.UpdateBulk(
		users[0].Update().IfField(user.Age(users[0].Age)).SetName("batch"),
		users[1].Update().IfField(user.Age(99)).SetName("batch"),
	).Save(s.ctx)
	var state *entocc.StateError
	require.ErrorAs(s, err, &state)
	assert.NotEqual(s, "batch", s.load(users[0].ID).Name, "all or nothing")
}

// transitionRace has many writers attempt the same step from open.
func transitionRace(s *Scene) {
	u := s.user("open")
	var (
		won     atomic.Int64
		writers sync.WaitGroup
	)
	for range 8 {
		writers.Go(func() {
			err := s.Client.User.UpdateOneID(u.ID).IfField(user.Name("open")).SetName("closed").Exec(s.ctx)
			if err == nil {
				won.Add(1)
			} else {
				assert.Truef(s, ent.IsRecordModified(err) || entocc.IsRetryable(err), "%v", err)
			}
		})
	}
	writers.Wait()
	assert.EqualValues(s, 1, won.Load())
	assert.EqualValues(s, 2, s.load(u.ID).Version)
}

func stateWithAlternatives(s *Scene) {
	u, other := s.user("open"), s.user("draft")
	either := user.Or(user.Name("draft"), user.Name("waiting"))
	s.wrongState(u.Update().IfField(either).SetName("lost").Exec(s.ctx))
	s.wrongState(s.Client.User.DeleteOneID(u.ID).IfField(either).Exec(s.ctx))
	assert.Equal(s, "open", s.load(u.ID).Name)
	assert.Equal(s, "draft", s.load(other.ID).Name, "only the row of the write")
}

func stateOfChild(s *Scene) {
	p := saved(s, s.Client.Purchase.Create())
	l := saved(s, s.Client.PurchaseLine.Create().SetPurchaseID(p.ID))
	before := s.Client.Purchase.GetX(s.ctx, p.ID).Version
	err := s.Client.PurchaseLine.UpdateOneID(l.ID).IfField(purchaseline.Amount(9)).SetAmount(2).Exec(s.ctx)
	var state *entocc.StateError
	require.ErrorAs(s, err, &state)
	assert.Equal(s, before, s.Client.Purchase.GetX(s.ctx, p.ID).Version)
	require.NoError(s, s.Client.PurchaseLine.UpdateOneID(l.ID).IfField(purchaseline.Amount(1)).SetAmount(2).Exec(s.ctx))
	assert.Equal(s, before+1, s.Client.Purchase.GetX(s.ctx, p.ID).Version)
}

func stateOfCompositeID(s *Scene) {
	tweet := saved(s, s.Client.Tweet.Create().SetText("liked"))
	l := saved(s, s.Client.Like.Create().SetUser(s.user("fan")).SetTweet(tweet).SetMood("fond"))
	err := s.Client.Like.UpdateOne(l).IfField(like.Mood("bored")).SetMood("lost").Exec(s.ctx)
	var state *entocc.StateError
	require.ErrorAs(s, err, &state)
	require.NoError(s, s.Client.Like.UpdateOne(l).IfField(like.Mood("fond")).SetMood("keen").Exec(s.ctx))
}
