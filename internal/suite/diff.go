package suite

import (
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func diffScenarios() []scenario {
	return []scenario{
		{name: "Diff/TellsBaseMineAndTheirs", run: diffTellsBaseMineAndTheirs},
		{name: "Diff/KeepsSensitiveValuesBack", run: diffKeepsSensitiveValuesBack},
		{name: "Diff/TellsEdges", run: diffTellsEdges},
		{name: "Diff/TellsABoundEdgeByItsField", run: diffTellsABoundEdgeByItsField},
		{name: "Diff/ByIDHasNoBase", run: diffByIDHasNoBase},
		{name: "Diff/OfAGoneRowIsNotFound", run: diffOfAGoneRowIsNotFound},
		{name: "Diff/CurrentIsTheRowAsItIsNow", run: currentIsTheRowAsItIsNow},
	}
}

// userConflict saves b, which must be stale, and returns the error and its diff by name.
func (s *Scene) userConflict(b *ent.UserUpdateOne) (*ent.UserModifiedError, map[string]entocc.FieldDiff) {
	s.Helper()
	var modified *ent.UserModifiedError
	require.ErrorAs(s, b.Exec(s.ctx), &modified)
	diffs, err := modified.Diff(s.ctx)
	require.NoError(s, err)
	byName := make(map[string]entocc.FieldDiff)
	for _, d := range diffs {
		byName[d.Name] = d
	}
	return modified, byName
}

func diffTellsBaseMineAndTheirs(s *Scene) {
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs").SetEmail(s.key()+"@example.org"))
	_, diff := s.userConflict(b.Update().SetName("mine").AddAge(2).AppendLabels([]string{"l"}).ClearSettings())

	name := diff["name"]
	assert.Equal(s, "Display name", name.Label)
	assert.Equal(s, []any{"before", "mine", "theirs"}, []any{name.Base, name.Mine, name.Theirs})
	assert.True(s, name.Clashes() && name.MineChanged && name.TheirsChanged && name.HasBase)
	email := diff["email"]
	assert.Equal(s, entocc.ChangeNone, email.Change)
	assert.Nil(s, email.Base, "a Nillable field that is NULL")
	assert.IsType(s, "", email.Theirs)
	assert.True(s, email.TheirsChanged && !email.Clashes())
	assert.Equal(s, entocc.ChangeAdded, diff["age"].Change)
	assert.Equal(s, 2, diff["age"].Mine)
	assert.Equal(s, entocc.ChangeAppended, diff["labels"].Change)
	assert.Equal(s, []string{"l"}, diff["labels"].Mine)
	assert.Equal(s, entocc.ChangeCleared, diff["settings"].Change)
	assert.NotContains(s, diff, "version")
	assert.NotContains(s, diff, "avatar", "nobody changed it")
}

func diffKeepsSensitiveValuesBack(s *Scene) {
	a, b := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(a.ID).IgnoreVersion().SetPassword("theirs"))
	modified, diff := s.userConflict(b.Update().SetPassword("mine"))
	password := diff["password"]
	assert.True(s, password.Sensitive && password.TheirsChanged && password.Clashes())
	assert.Equal(s, []any{nil, nil, nil}, []any{password.Base, password.Mine, password.Theirs})
	assert.NotContains(s, modified.Error(), "mine")
}

func diffTellsEdges(s *Scene) {
	a, b := s.twoUsers()
	friend, parent := s.user("friend"), s.user("parent")
	s.bumpUser(a.ID)
	_, diff := s.userConflict(b.Update().AddFriends(friend).SetParent(parent))
	assert.Equal(s, entocc.EdgeChange{Added: []ent.Value{friend.ID}, Removed: []ent.Value{}}, diff["friends"].Mine)
	assert.True(s, diff["friends"].Edge && !diff["friends"].Clashes())
	assert.True(s, diff["parent"].Clashes(), "no field shows whether they changed the parent")
}

func diffByIDHasNoBase(s *Scene) {
	a, _ := s.twoUsers()
	s.bumpUser(a.ID)
	modified, diff := s.userConflict(s.Client.User.UpdateOneID(a.ID).IfVersion(1).SetName("mine"))
	assert.Nil(s, modified.Loaded)
	assert.False(s, diff["name"].HasBase)
	assert.Equal(s, "before", diff["name"].Theirs)
}

func diffOfAGoneRowIsNotFound(s *Scene) {
	a, b := s.twoUsers()
	done(s, a.Delete())
	var modified *ent.UserModifiedError
	require.ErrorAs(s, b.Update().SetName("mine").Exec(s.ctx), &modified)
	_, err := modified.Diff(s.ctx)
	assert.True(s, ent.IsNotFound(err))
	_, err = modified.Current(s.ctx)
	assert.True(s, ent.IsNotFound(err))
}

func currentIsTheRowAsItIsNow(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	modified, _ := s.userConflict(b.Update().SetName("mine"))
	s.bumpUser(a.ID)
	current, err := modified.Current(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 3, current.Version)
	saved(s, current.Update().SetName("mine")) // How a caller goes on.
}

func diffTellsABoundEdgeByItsField(s *Scene) {
	p, q := s.purchase(), s.purchase()
	l := p.line()
	done(s, l.Update().SetAmount(2))
	err := l.Update().SetPurchaseID(q.ID).Exec(s.ctx)
	var modified *ent.PurchaseLineModifiedError
	require.ErrorAs(s, err, &modified)
	diffs, err := modified.Diff(s.ctx)
	require.NoError(s, err)
	var names []string
	for _, d := range diffs {
		names = append(names, d.Name)
	}
	assert.Equal(s, []string{"purchase_id", "amount"}, names, "the edge is not listed beside its field")
}
