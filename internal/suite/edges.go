package suite

import (
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func edgeScenarios() []scenario {
	return []scenario{
		{name: "Edges/FreshEdgesBumpTheOwner", run: freshEdgesBumpTheOwner},
		{name: "Edges/StaleEdgesAreNotWritten", run: staleEdgesAreNotWritten},
		{name: "Edges/StaleEdgesOfEveryKindAreRefused", run: staleEdgesOfEveryKindAreRefused},
		{name: "Edges/EdgesOfAPartlyLoadedEntityAreRefused", run: edgesOfAPartlyLoadedEntityAreRefused},
		{name: "Edges/EdgesByIDAreRefused", run: edgesByIDAreRefused},
		{name: "Edges/EdgeThatFailsUndoesTheBump", run: edgeThatFailsUndoesTheBump},
		{name: "Edges/FieldsAndEdgesBumpOnce", run: fieldsAndEdgesBumpOnce},
		{name: "Edges/EdgesAndIfVersionIn", run: edgesAndIfVersionIn},
		{name: "Edges/OtherSideOfManyToManyIsLeftAlone", run: otherSideOfManyToManyIsLeftAlone},
		{name: "Edges/LoadedEdgesAreAsOldAsTheirLoad", run: loadedEdgesAreAsOldAsTheirLoad},
	}
}

// edgeChange is a way to change only edges of a User.
type edgeChange struct {
	name string
	set  func(*ent.UserUpdateOne) *ent.UserUpdateOne
}

// edgeChanges returns a change of each kind of edge, to rows that it creates.
func (s *Scene) edgeChanges() []edgeChange {
	s.Helper()
	group := saved(s, s.Client.Group.Create().SetName("g"))
	pet := saved(s, s.Client.Pet.Create().SetName("rex"))
	card := saved(s, s.Client.Card.Create().SetNumber("1"))
	tweet := saved(s, s.Client.Tweet.Create().SetText("t"))
	friend, spouse, child, parent, idol := s.user("friend"), s.user("spouse"), s.user("child"), s.user("parent"), s.user("idol")
	type update = ent.UserUpdateOne
	return []edgeChange{
		{"add many to many", func(u *update) *update { return u.AddGroups(group) }},
		{"remove many to many", func(u *update) *update { return u.RemoveGroups(group) }},
		{"clear many to many", func(u *update) *update { return u.ClearGroups() }},
		{"add many to many of the same type", func(u *update) *update { return u.AddFriends(friend) }},
		{"add inverse many to many", func(u *update) *update { return u.AddFollowing(idol) }},
		{"add through an edge schema", func(u *update) *update { return u.AddLiked(tweet) }},
		{"clear through an edge schema", func(u *update) *update { return u.ClearLiked() }},
		{"add one to many", func(u *update) *update { return u.AddPets(pet) }},
		{"remove one to many", func(u *update) *update { return u.RemovePets(pet) }},
		{"clear one to many", func(u *update) *update { return u.ClearPets() }},
		{"set one to one", func(u *update) *update { return u.SetCard(card) }},
		{"clear one to one", func(u *update) *update { return u.ClearCard() }},
		{"set one to one of the same type", func(u *update) *update { return u.SetSpouse(spouse) }},
		{"clear one to one of the same type", func(u *update) *update { return u.ClearSpouse() }},
		{"set many to one", func(u *update) *update { return u.SetParent(parent) }},
		{"clear many to one", func(u *update) *update { return u.ClearParent() }},
		{"add one to many of the same type", func(u *update) *update { return u.AddChildren(child) }},
	}
}

func freshEdgesBumpTheOwner(s *Scene) {
	u := s.user("owner")
	for _, change := range s.edgeChanges() {
		before := u.Version
		u = saved(s, change.set(u.Update()))
		assert.Equal(s, before+1, u.Version, change.name)
		assert.Equal(s, u.Version, s.version("users", u.ID), change.name)
	}
	n, err := u.QueryFriends().Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}

// F5: ent runs no UPDATE for edges, so a condition on it would never be evaluated.
func staleEdgesAreNotWritten(s *Scene) {
	u := s.user("owner")
	g := saved(s, s.Client.Group.Create().SetName("g"))
	s.bumpUser(u.ID)
	s.Sent.Reset()
	_, err := u.Update().AddGroups(g).Save(s.ctx)
	s.conflict(err)
	n, err := g.QueryUsers().Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)
	for _, query := range s.Sent.Writes() {
		assert.NotContains(s, query, "INSERT")
	}
}

func staleEdgesOfEveryKindAreRefused(s *Scene) {
	u := s.user("owner")
	s.bumpUser(u.ID)
	for _, change := range s.edgeChanges() {
		_, err := change.set(u.Update()).Save(s.ctx)
		require.Error(s, err, change.name)
		s.conflict(err)
		_, err = change.set(s.Client.User.UpdateOneID(u.ID)).IfVersion(1).Save(s.ctx)
		require.Error(s, err, change.name)
		s.conflict(err)
	}
	assert.EqualValues(s, 2, s.version("users", u.ID))
	full, err := s.Client.User.Query().Where(byID(u.ID)).WithGroups().WithFriends().WithFollowing().WithLiked().WithPets().
		WithCard().WithSpouse().WithParent().WithChildren().Only(s.ctx)
	require.NoError(s, err)
	e := full.Edges
	assert.Zero(s, len(e.Groups)+len(e.Friends)+len(e.Following)+len(e.Liked)+len(e.Pets)+len(e.Children))
	assert.Nil(s, e.Card)
	assert.Nil(s, e.Spouse)
	assert.Nil(s, e.Parent)
}

func edgesOfAPartlyLoadedEntityAreRefused(s *Scene) {
	u := s.user("owner")
	changes := s.edgeChanges()
	part, err := s.Client.User.Query().Where(byID(u.ID)).Select("id", "name").Only(s.ctx)
	require.NoError(s, err)
	s.Sent.Reset()
	for _, change := range changes {
		_, err := change.set(part.Update()).Save(s.ctx)
		s.refused(err)
	}
	assert.Empty(s, s.Sent.Sent())
}

func edgesByIDAreRefused(s *Scene) {
	u := s.user("owner")
	changes := s.edgeChanges()
	s.Sent.Reset()
	for _, change := range changes {
		_, err := change.set(s.Client.User.UpdateOneID(u.ID)).Save(s.ctx)
		s.refused(err)
	}
	assert.Empty(s, s.Sent.Sent())
}

func edgeThatFailsUndoesTheBump(s *Scene) {
	u := s.user("owner")
	_, err := u.Update().SetName("changed").AddGroupIDs(noUser).Save(s.ctx)
	require.Error(s, err)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	stored := s.load(u.ID)
	assert.EqualValues(s, 1, stored.Version)
	assert.Equal(s, "owner", stored.Name)
	saved(s, u.Update().SetName("usable still"))
}

func fieldsAndEdgesBumpOnce(s *Scene) {
	u := s.user("owner")
	g := saved(s, s.Client.Group.Create().SetName("g"))
	p := saved(s, s.Client.Pet.Create().SetName("rex"))
	u = saved(s, u.Update().SetName("changed").AddAge(1).AddGroups(g).AddPets(p))
	assert.EqualValues(s, 2, u.Version)
	assert.Equal(s, "changed", u.Name)
	assert.Equal(s, 1, u.Age)
}

func edgesAndIfVersionIn(s *Scene) {
	u := saved(s, s.Client.User.Create().SetName("owner").SetVersion(5))
	g := saved(s, s.Client.Group.Create().SetName("g"))
	got := saved(s, u.Update().IfVersionIn(4, 5).AddGroups(g))
	assert.EqualValues(s, 6, got.Version)
	_, err := u.Update().IfVersionIn(4, 5).ClearGroups().Save(s.ctx)
	s.conflict(err)
	got = saved(s, u.Update().IgnoreVersion().ClearGroups())
	assert.EqualValues(s, 7, got.Version)
}

func otherSideOfManyToManyIsLeftAlone(s *Scene) {
	a, b := s.user("a"), s.user("b")
	saved(s, a.Update().AddFriends(b))
	assert.EqualValues(s, 1, s.version("users", b.ID), "the join table is no column of b")
	saved(s, b.Update().SetName("not stale"))
}

func loadedEdgesAreAsOldAsTheirLoad(s *Scene) {
	u := s.user("owner")
	p := saved(s, s.Client.Pet.Create().SetName("rex").SetOwner(u))
	u, err := s.Client.User.Query().Where(byID(u.ID)).WithPets().Only(s.ctx)
	require.NoError(s, err)
	saved(s, p.Update().SetName("max"))
	_, err = u.Edges.Pets[0].Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}
