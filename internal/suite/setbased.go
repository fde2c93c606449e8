package suite

import (
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/predicate"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Set-based writes that state a version write one row.
func setBasedScenarios() []scenario {
	nodes := func(db DB) string {
		if db.Traits.Nodes {
			return "the other node sees a commit a little later"
		}
		return ""
	}
	return []scenario{
		{name: "SetBased/FreshVersionWritesItsRow", run: setBasedFresh},
		{name: "SetBased/StaleVersionIsAConflict", run: setBasedStale},
		{name: "SetBased/AnyOfIfVersionIn", run: setBasedAnyOf},
		{name: "SetBased/NoRowIsGone", run: setBasedGone},
		{name: "SetBased/OtherPredicateTellsNothing", run: setBasedHidden},
		{name: "SetBased/SeveralRowsAreRefused", run: setBasedSeveral},
		{name: "SetBased/TextOfACallerDoesNotOpenTheGuard", run: setBasedText},
		{name: "SetBased/IsOneStatement", run: setBasedIsOneStatement},
		{name: "SetBased/NothingToWriteIsChecked", run: setBasedNothing},
		{name: "SetBased/IgnoreVersionIsOfAnyRows", run: setBasedIgnore},
		{name: "SetBased/SwitchesLeaveItOneRow", run: setBasedSwitches},
		{name: "SetBased/ShadowSaveIsChecked", run: setBasedShadow, left: forgets},
		{name: "SetBased/ModifierIsGuarded", run: setBasedModifier},
		{name: "SetBased/ConflictIsTyped", run: setBasedTyped},
		{name: "SetBased/ResolverSavesTheRow", run: setBasedResolved, left: nodes},
	}
}

// named returns a predicate without the primary key.
func named(name string) predicate.User { return user.Name(name) }

// keyed creates a User with a unique name.
func (s *Scene) keyed() *ent.User {
	s.Helper()
	return s.user(s.key())
}

// ways are the two kinds of predicates that match one User: by its primary key, and by something else.
func (s *Scene) ways(u *ent.User) map[string]predicate.User {
	return map[string]predicate.User{"by ID": user.ID(u.ID), "by another field": named(u.Name)}
}

func setBasedFresh(s *Scene) {
	for name, version := range map[string]int64{"first": 1, "later": 7} {
		u := saved(s, s.Client.User.Create().SetName(s.key()).SetVersion(version))
		for way, where := range s.ways(u) {
			n, err := s.Client.User.Update().Where(where).IfVersion(version).AddAge(1).Save(s.ctx)
			require.NoError(s, err, name+way)
			assert.Equal(s, 1, n)
			version++
			assert.Equal(s, version, s.version("users", u.ID), "one bump")
		}
		assert.Equal(s, 2, s.load(u.ID).Age)
	}
	for way := range s.ways(s.keyed()) {
		u := s.keyed()
		n, err := s.Client.User.Delete().Where(s.ways(u)[way]).IfVersion(1).Exec(s.ctx)
		require.NoError(s, err, way)
		assert.Equal(s, 1, n)
		assert.False(s, s.Client.User.Query().Where(user.ID(u.ID)).ExistX(s.ctx))
	}
}

func setBasedStale(s *Scene) {
	u := s.keyed()
	s.bumpUser(u.ID)
	for way, where := range s.ways(u) {
		n, err := s.Client.User.Update().Where(where).IfVersion(1).SetAge(99).Save(s.ctx)
		modified := s.conflict(err)
		assert.Equal(s, []any{0, u.ID, int64(1), int64(2)}, []any{n, modified.ID, modified.Expected, modified.Actual}, way)
		n, err = s.Client.User.Delete().Where(where).IfVersion(1).Exec(s.ctx)
		modified = s.conflict(err)
		assert.Equal(s, []any{0, u.ID, int64(1), int64(2)}, []any{n, modified.ID, modified.Expected, modified.Actual}, way)
	}
	assert.Equal(s, 1, s.load(u.ID).Age)
}

func setBasedAnyOf(s *Scene) {
	u := s.keyed()
	for _, where := range s.ways(u) {
		v := s.version("users", u.ID)
		n, err := s.Client.User.Update().Where(where).IfVersionIn(9, v, 77).AddAge(1).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		_, err = s.Client.User.Update().Where(where).IfVersionIn(9, v, 77).AddAge(1).Save(s.ctx)
		s.conflict(err)
		_, err = s.Client.User.Update().Where(where).IfVersionIn().AddAge(1).Save(s.ctx)
		s.refused(err)
	}
	assert.Equal(s, 2, s.load(u.ID).Age)
}

func setBasedGone(s *Scene) {
	u := s.keyed()
	done(s, u.Delete())
	for way, where := range s.ways(u) {
		_, err := s.Client.User.Update().Where(where).IfVersion(1).SetAge(99).Save(s.ctx)
		s.gone(err)
		assert.True(s, ent.IsRecordModified(err), way)
		_, err = s.Client.User.Delete().Where(where).IfVersion(1).Exec(s.ctx)
		s.gone(err)
	}
}

func setBasedHidden(s *Scene) {
	u := s.keyed()
	for _, where := range s.ways(u) {
		_, err := s.Client.User.Update().Where(where, user.Age(5)).IfVersion(1).SetAge(99).Save(s.ctx)
		modified := s.gone(err)
		assert.Nil(s, modified.Actual, "nothing is said about a row that the predicates hide")
		_, err = s.Client.User.Delete().Where(where, user.Age(5)).IfVersion(1).Exec(s.ctx)
		assert.Nil(s, s.gone(err).Actual)
	}
	assert.Equal(s, 0, s.load(u.ID).Age)
}

func setBasedSeveral(s *Scene) {
	name := s.key()
	a, b := s.user(name), s.user(name)
	for _, version := range []int64{1, 2} { // Two rows of the same version, then of different ones.
		for _, v := range []int64{1, 2, 3} {
			_, err := s.Client.User.Update().Where(named(name)).IfVersion(v).SetAge(99).Save(s.ctx)
			s.refused(err)
			assert.ErrorContains(s, err, "match several rows")
			_, err = s.Client.User.Delete().Where(named(name)).IfVersion(v).Exec(s.ctx)
			s.refused(err)
			_, err = s.Client.User.Update().Where(named(name)).IfMatch(accepts{v}).AddPets(s.pet("pet")).Save(s.ctx)
			s.refused(err)
			_, err = s.Client.User.Update().Where(named(name)).IfVersion(v).Save(s.ctx)
			s.refused(err)
		}
		assert.Equal(s, []int64{version, 1}, []int64{s.version("users", a.ID), s.version("users", b.ID)})
		s.bumpUser(a.ID)
	}
	_, err := s.Client.User.Update().IfVersion(1).SetAge(99).Save(s.ctx)
	s.refused(err)
	assert.Equal(s, 0, s.load(b.ID).Age)
}

// A caller's SQL text may contain an OR. The guard holds anyway.
func setBasedText(s *Scene) {
	u := s.keyed()
	s.bumpUser(u.ID)
	bystander := s.user("bystander")
	or := predicate.User(func(sel *sql.Selector) {
		sel.Where(sql.ExprP(fmt.Sprintf("name = '%s' OR name = '%s'", u.Name, u.Name)))
	})
	for _, where := range [][]predicate.User{{or}, {user.ID(u.ID), or}, {user.NameIn(u.Name), or}, {or, user.ID(u.ID)}} {
		_, err := s.Client.User.Update().Where(where...).IfVersion(1).SetAge(99).Save(s.ctx)
		assert.EqualValues(s, 2, s.conflict(err).Actual)
		_, err = s.Client.User.Update().Where(where...).IfVersion(1).SetAge(99).
			Modify(func(b *sql.UpdateBuilder) { b.Where(sql.ExprP("1 = 0 OR 1 = 1")) }).Save(s.ctx)
		s.conflict(err)
		assert.Equal(s, 0, s.load(bystander.ID).Age, "a row that the predicates do not match")
		_, err = s.Client.User.Delete().Where(where...).IfVersion(1).Exec(s.ctx)
		s.conflict(err)
	}
	anyUser := predicate.User(func(sel *sql.Selector) { sel.Where(sql.Or(sql.EQ(sel.C("id"), u.ID), sql.ExprP("1 = 1"))) })
	_, err := s.Client.User.Update().Where(anyUser).IfVersion(2).SetAge(99).Save(s.ctx)
	s.refused(err)
	not := user.Not(user.And(user.ID(u.ID), user.Name(u.Name)))
	_, err = s.Client.User.Update().Where(not).IfVersion(1).SetAge(99).Save(s.ctx)
	s.refused(err)
	assert.Equal(s, 1, s.load(u.ID).Age)
}

func setBasedIsOneStatement(s *Scene) {
	u := s.keyed()
	for way, where := range s.ways(u) {
		v := s.version("users", u.ID)
		s.Sent.Reset()
		_, err := s.Client.User.Update().Where(where, user.AgeGTE(0)).IfVersion(v).AddAge(1).Save(s.ctx)
		require.NoError(s, err)
		assert.Len(s, s.Sent.Sent(), 1, way)
		s.Sent.Reset()
		_, err = s.Client.User.Update().Where(where).IfMatch(accepts{v + 1}).SetAge(5).Save(s.ctx)
		require.NoError(s, err)
		if way == "by ID" {
			assert.Len(s, s.Sent.Sent(), 1, "the condition gets the ID from the predicates")
		}
	}
	s.Sent.Reset()
	_, err := s.Client.User.Delete().Where(user.ID(u.ID)).IfVersion(s.version("users", u.ID)).Exec(s.ctx)
	require.NoError(s, err)
	assert.Len(s, s.Sent.Sent(), 1)
}

func setBasedNothing(s *Scene) {
	u := s.keyed()
	for way, where := range s.ways(u) {
		n, err := s.Client.User.Update().Where(where).IfVersion(1).Save(s.ctx)
		require.NoError(s, err, way)
		assert.Equal(s, 1, n)
		_, err = s.Client.User.Update().Where(where).IfVersion(2).Save(s.ctx)
		assert.Equal(s, u.ID, s.conflict(err).ID)
	}
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

func setBasedIgnore(s *Scene) {
	name := s.key()
	a, b := s.user(name), s.user(name)
	n, err := s.Client.User.Update().Where(named(name)).IfVersion(7).IgnoreVersion().SetAge(3).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	assert.Equal(s, []int64{2, 2}, []int64{s.version("users", a.ID), s.version("users", b.ID)})
	n, err = s.Client.User.Delete().Where(named(name)).IfMatch(accepts{}).IgnoreVersion().Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

// Under SkipCheck any version will do, but the write still means one row.
func setBasedSwitches(s *Scene) {
	name := s.key()
	u := s.user(name)
	skipping := entocc.SkipCheck(s.ctx, ent.TypeUser)
	for _, where := range s.ways(u) {
		n, err := s.Client.User.Update().Where(where).IfVersion(77).SetAge(3).Save(skipping)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		n, err = s.Client.User.Update().Where(where).IfMatch(whatever{}).SetAge(4).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
	}
	assert.EqualValues(s, 5, s.version("users", u.ID))
	s.user(name)
	_, err := s.Client.User.Update().Where(named(name)).IfVersion(77).SetAge(99).Save(skipping)
	s.refused(err)
	_, err = s.Client.User.Delete().Where(named(name)).IfMatch(whatever{}).Exec(s.ctx)
	s.refused(err)
	_, err = s.Client.User.Update().Where(named(s.key())).IfMatch(whatever{}).SetAge(99).Save(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.Equal(s, 4, s.load(u.ID).Age)
}

// whatever is the condition of If-Match: *.
type whatever struct{}

func (whatever) Accept(entocc.VersionKey) entocc.Accepted { return entocc.Accepted{Any: true} }
func (whatever) String() string                           { return "*" }

// MySQL counts no row if nothing changes. That is not a conflict.
func setBasedShadow(s *Scene) {
	u := s.keyed()
	shadow := entocc.SkipIncrement(s.ctx)
	for _, where := range s.ways(u) {
		for range 2 {
			n, err := s.Client.User.Update().Where(where).IfVersion(1).SetAge(7).Save(shadow)
			require.NoError(s, err)
			assert.Equal(s, 1, n)
			n, err = s.Client.User.Update().Where(where).IfVersion(1).SetLastLogin(time.Unix(1e9, 0)).Save(s.ctx)
			require.NoError(s, err, "an ignored field")
			assert.Equal(s, 1, n)
		}
		_, err := s.Client.User.Update().Where(where).IfVersion(2).SetAge(7).Save(shadow)
		s.conflict(err)
	}
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

func setBasedModifier(s *Scene) {
	u := s.keyed()
	rename := func(b *sql.UpdateBuilder) { b.Set("age", 42).Set("version", 77) }
	for _, where := range s.ways(u) {
		v := s.version("users", u.ID)
		n, err := s.Client.User.Update().Where(where).IfVersion(v).Modify(rename).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		assert.Equal(s, v+1, s.version("users", u.ID))
		_, err = s.Client.User.Update().Where(where).IfVersion(v).Modify(rename).Save(s.ctx)
		s.conflict(err)
	}
}

func setBasedTyped(s *Scene) {
	u := s.keyed()
	s.bumpUser(u.ID)
	for way, where := range s.ways(u) {
		_, err := s.Client.User.Update().Where(where).IfVersion(1).SetAge(99).Save(s.ctx)
		var typed *ent.UserModifiedError
		require.ErrorAs(s, err, &typed, way)
		assert.Nil(s, typed.Loaded)
		current, err := typed.Current(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, []any{u.ID, 1}, []any{current.ID, current.Age})
		diffs, err := typed.Diff(s.ctx)
		require.NoError(s, err)
		assert.NotEmpty(s, diffs)
	}
}

func setBasedResolved(s *Scene) {
	client := s.with(hook.OnModified(hook.ClientWins()))
	u := s.keyed()
	s.bumpUser(u.ID)
	for _, where := range s.ways(u) {
		n, err := client.User.Update().Where(where).IfVersion(1).AddAge(10).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		_, err = client.User.Update().Where(where).IfMatch(accepts{int64(1)}).AddAge(10).Save(s.ctx)
		s.conflict(err)
	}
	assert.Equal(s, 21, s.load(u.ID).Age)
	n, err := client.User.Delete().Where(named(u.Name)).IfVersion(1).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}
