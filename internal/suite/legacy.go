package suite

import (
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/account"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/pet"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func legacyScenarios() []scenario {
	return []scenario{
		{name: "Legacy/PartlyLoadedEntityIsRefused", run: partlyLoadedEntityIsRefused},
		{name: "Legacy/PartlyLoadedEdgeIsRefused", run: partlyLoadedEdgeIsRefused},
		{name: "Legacy/SelectWithTheVersionIsEnough", run: selectWithTheVersionIsEnough},
		{name: "Legacy/SelectOnUpdateReturnsTheVersion", run: selectOnUpdateReturnsTheVersion},
		{name: "Legacy/NullVersionIsGuarded", run: nullVersionIsGuarded, left: keepsNull},
		{name: "Legacy/NullVersionIsGuardedByIfVersion", run: nullVersionIsGuardedByIfVersion, left: keepsNull},
		{name: "Legacy/NullVersionIsBumpedBySetBasedUpdate", run: nullVersionIsBumpedBySetBasedUpdate, left: keepsNull},
		{name: "Legacy/NullVersionDeletesOnce", run: nullVersionDeletesOnce},
		{name: "Legacy/ZeroVersionIsGuarded", run: zeroVersionIsGuarded},
		{name: "Legacy/NegativeVersionIsGuarded", run: negativeVersionIsGuarded},
		{name: "Legacy/RenamedColumnIsGuarded", run: renamedColumnIsGuarded},
		{name: "Legacy/RenamedColumnIsBumpedBySetsAndUpserts", run: renamedColumnIsBumpedBySetsAndUpserts},
		{name: "Legacy/FieldCalledVersionIsLeftAlone", run: fieldCalledVersionIsLeftAlone},
		{name: "Legacy/TypeWithoutMixinIsNotGuarded", run: typeWithoutMixinIsNotGuarded},
	}
}

// F9: a Select of other columns leaves the entity's version at 0.
func partlyLoadedEntityIsRefused(s *Scene) {
	u := s.user("before")
	part, err := s.Client.User.Query().Where(byID(u.ID)).Select(user.FieldID, user.FieldName).Only(s.ctx)
	require.NoError(s, err)
	s.Sent.Reset()

	_, err = part.Update().SetName("lost").Save(s.ctx)
	s.refused(err)
	assert.Contains(s, err.Error(), `"version"`)
	assert.False(s, ent.IsNotFound(err))
	s.refused(part.Delete().Exec(s.ctx))
	s.refused(s.Client.User.DeleteOne(part).Exec(s.ctx))
	_, err = part.IsModified(s.ctx)
	s.refused(err)
	_, err = part.Update().Save(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Sent())

	done(s, part.Update().IfVersion(1).SetName("stated"))
}

func partlyLoadedEdgeIsRefused(s *Scene) {
	u := s.user("owner")
	saved(s, s.Client.Pet.Create().SetName("rex").SetOwner(u))
	u, err := s.Client.User.Query().Where(byID(u.ID)).
		WithPets(func(q *ent.PetQuery) { q.Select(pet.FieldName, pet.FieldOwnerID) }).Only(s.ctx)
	require.NoError(s, err)
	require.Len(s, u.Edges.Pets, 1)
	_, err = u.Edges.Pets[0].Update().SetName("lost").Save(s.ctx)
	s.refused(err)
}

func selectWithTheVersionIsEnough(s *Scene) {
	u := s.user("before")
	part, err := s.Client.User.Query().Where(byID(u.ID)).Select(user.FieldID, user.FieldVersion).Only(s.ctx)
	require.NoError(s, err)
	got := saved(s, part.Update().SetName("after"))
	assert.EqualValues(s, 2, got.Version)
	_, err = part.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func selectOnUpdateReturnsTheVersion(s *Scene) {
	u := s.user("before")
	got := saved(s, u.Update().SetAge(7).Select(user.FieldName))
	assert.EqualValues(s, 2, got.Version)
	assert.Equal(s, "before", got.Name)
	assert.Zero(s, got.Age, "not selected")
	got = saved(s, got.Update().Select(user.FieldName))
	assert.EqualValues(s, 2, got.Version, "nothing to write")
	got = saved(s, got.Update().AddGroups(saved(s, s.Client.Group.Create().SetName("g"))).Select(user.FieldName))
	assert.EqualValues(s, 3, got.Version)
	saved(s, got.Update().SetAge(8))
}

// legacyOrder creates an Order as another program would, without a version.
func (s *Scene) legacyOrder() int {
	s.Helper()
	id := saved(s, s.Client.Order.Create()).ID
	s.setColumn(order.Table, order.FieldRev, nil, id)
	return id
}

func nullVersionIsGuarded(s *Scene) {
	id := s.legacyOrder()
	a, err := s.Client.Order.Get(s.ctx, id)
	require.NoError(s, err)
	b, err := s.Client.Order.Query().Where(order.ID(id)).Only(s.ctx)
	require.NoError(s, err)

	a = saved(s, a.Update().SetState("a"))
	assert.EqualValues(s, 1, a.Rev)
	_, err = b.Update().SetState("b").Save(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 1, modified.Actual)
	modifiedNow, err := b.IsModified(s.ctx)
	require.NoError(s, err)
	assert.True(s, modifiedNow)
	saved(s, a.Update().SetState("again"))
}

func nullVersionIsGuardedByIfVersion(s *Scene) {
	id := s.legacyOrder()
	_, err := s.Client.Order.UpdateOneID(id).IfVersion(1).SetState("lost").Save(s.ctx)
	s.conflict(err)
	got := saved(s, s.Client.Order.UpdateOneID(id).IfVersion(0).SetState("first"))
	assert.EqualValues(s, 1, got.Rev)
	_, err = s.Client.Order.UpdateOneID(id).IfVersion(0).SetState("lost").Save(s.ctx)
	s.conflict(err)
}

func nullVersionIsBumpedBySetBasedUpdate(s *Scene) {
	id := s.legacyOrder()
	n, err := s.Client.Order.Update().Where(order.ID(id)).SetState("set").Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 1, s.column(order.Table, order.FieldRev, id).Int64)

	got := saved(s, s.Client.Order.UpdateOneID(s.legacyOrder()).IgnoreVersion().SetState("forced"))
	assert.EqualValues(s, 1, got.Rev)
}

func nullVersionDeletesOnce(s *Scene) {
	id := s.legacyOrder()
	a, err := s.Client.Order.Get(s.ctx, id)
	require.NoError(s, err)
	done(s, a.Delete())
	s.gone(a.Delete().Exec(s.ctx))
}

func zeroVersionIsGuarded(s *Scene) {
	a, _ := s.twoUsers()
	s.setColumn(user.Table, user.FieldVersion, 0, a.ID)
	a, b := s.load(a.ID), s.load(a.ID)
	a = saved(s, a.Update().SetName("a"))
	assert.EqualValues(s, 1, a.Version)
	_, err := b.Update().SetName("b").Save(s.ctx)
	s.conflict(err)
	s.conflict(b.Delete().Exec(s.ctx))
}

func negativeVersionIsGuarded(s *Scene) {
	a, _ := s.twoUsers()
	s.setColumn(user.Table, user.FieldVersion, -5, a.ID)
	a, b := s.load(a.ID), s.load(a.ID)
	a = saved(s, a.Update().SetName("a"))
	assert.EqualValues(s, -4, a.Version)
	_, err := b.Update().SetName("b").Save(s.ctx)
	s.conflict(err)
}

// The column of Account's version is called "order", which needs quoting.
func renamedColumnIsGuarded(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	assert.EqualValues(s, 1, a.Revision)
	stale := *a
	a = saved(s, a.Update().SetOwner("after"))
	assert.EqualValues(s, 2, a.Revision)
	_, err := stale.Update().SetOwner("lost").Save(s.ctx)
	s.conflict(err)
	_, err = s.Client.Account.GetVersion(s.ctx, a.ID, 1)
	s.conflict(err)
	is, err := a.IsModified(s.ctx)
	require.NoError(s, err)
	assert.False(s, is)
	s.conflict(stale.Delete().Exec(s.ctx))
	_, err = a.Update().AddBalance(5).Select(account.FieldBalance).Save(s.ctx)
	require.NoError(s, err)
	s.conflict(s.Client.Account.DeleteOneID(a.ID).IfVersion(2).Exec(s.ctx))
	done(s, s.Client.Account.DeleteOneID(a.ID).IfVersion(3))
}

func renamedColumnIsBumpedBySetsAndUpserts(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before").SetRevision(7))
	n, err := s.Client.Account.Update().Where(account.ID(a.ID)).AddBalance(1).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 8, s.column(account.Table, account.FieldRevision, a.ID).Int64)
	done(s, s.Client.Account.Create().SetID(a.ID).SetOwner("upserted").OnConflict(sql.ConflictColumns("id")).UpdateNewValues())
	assert.EqualValues(s, 9, s.column(account.Table, account.FieldRevision, a.ID).Int64)
}

func fieldCalledVersionIsLeftAlone(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("me").SetVersion("v3"))
	a = saved(s, a.Update().SetOwner("you"))
	assert.Equal(s, "v3", a.Version)
	a = saved(s, a.Update().SetVersion("v4"))
	assert.Equal(s, "v4", a.Version)
	assert.EqualValues(s, 3, a.Revision)
}

func typeWithoutMixinIsNotGuarded(s *Scene) {
	g := saved(s, s.Client.Group.Create().SetName("before"))
	saved(s, g.Update().SetName("a"))
	saved(s, g.Update().SetName("b"))
	saved(s, s.Client.Group.UpdateOneID(g.ID).SetName("c"))
	done(s, s.Client.Group.DeleteOneID(g.ID))
	_, err := g.Update().SetName("d").Save(s.ctx)
	assert.True(s, ent.IsNotFound(err))
	assert.False(s, entocc.IsRecordModified(err))
}
