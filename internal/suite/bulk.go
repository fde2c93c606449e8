package suite

import (
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/reading"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func bulkScenarios() []scenario {
	return []scenario{
		{name: "Bulk/SetBasedUpdateBumpsEveryRow", run: setBasedUpdateBumpsEveryRow},
		{name: "Bulk/SetBasedUpdateBumpsInTheSameStatement", run: setBasedUpdateBumpsInTheSameStatement},
		{name: "Bulk/SetBasedUpdateBumpsEveryKindOfVersion", run: setBasedUpdateBumpsEveryKindOfVersion},
		{name: "Bulk/SetBasedUpdateWithEdgesBumps", run: setBasedUpdateWithEdgesBumps},
		{name: "Bulk/SetBasedUpdateOfEdgesAloneBumps", run: setBasedUpdateOfEdgesAloneBumps},
		{name: "Bulk/SetBasedUpdateByModifierBumps", run: setBasedUpdateByModifierBumps},
		{name: "Bulk/SetBasedUpdateOfNothingBumpsNothing", run: setBasedUpdateOfNothingBumpsNothing},
		{name: "Bulk/ShadowSetBasedUpdateBumpsNothing", run: shadowSetBasedUpdateBumpsNothing, left: forgets},
		{name: "Bulk/BulkCreateThatFailsLeavesNothing", run: bulkCreateThatFailsLeavesNothing},
	}
}

func setBasedUpdateBumpsEveryRow(s *Scene) {
	a, b, c := s.user("a"), s.user("b"), s.user("c")
	s.bumpUser(b.ID)
	n, err := s.Client.User.Update().Where(byID(a.ID, b.ID)).AddAge(10).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	assert.EqualValues(s, 2, s.version("users", a.ID))
	assert.EqualValues(s, 3, s.version("users", b.ID))
	assert.EqualValues(s, 1, s.version("users", c.ID))
	_, err = a.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func setBasedUpdateBumpsInTheSameStatement(s *Scene) {
	u := s.user("a")
	s.Sent.Reset()
	s.Client.User.Update().Where(byID(u.ID)).SetName("b").ExecX(s.ctx)
	require.Len(s, s.Sent.Writes(), 1)
	assert.Contains(s, s.Sent.Writes()[0], "version")
}

func setBasedUpdateBumpsEveryKindOfVersion(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	done(s, s.Client.Document.Update().Where(document.ID(d.ID)).SetTitle("after"))
	_, err := d.Update().SetTitle("lost").Save(s.ctx)
	s.conflict(err)

	e := saved(s, s.Client.Event.Create().SetName("before"))
	done(s, s.Client.Event.Update().Where(event.ID(e.ID)).SetName("after"))
	_, err = e.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	assert.Greater(s, s.version("events", e.ID), e.Version)

	r := saved(s, s.Client.Reading.Create().SetValue(1))
	r = saved(s, r.Update().SetValue(2))
	done(s, s.Client.Reading.Update().Where(reading.ID(r.ID)).SetValue(3))
	_, err = r.Update().SetValue(4).Save(s.ctx)
	s.conflict(err)
}

// F6: ent selects the IDs first, and updates by them.
func setBasedUpdateWithEdgesBumps(s *Scene) {
	a, b := s.user("a"), s.user("b")
	g := saved(s, s.Client.Group.Create().SetName("g"))
	n, err := s.Client.User.Update().Where(byID(a.ID, b.ID)).SetAge(1).AddGroups(g).Save(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	for _, id := range []int{a.ID, b.ID} {
		assert.EqualValues(s, 2, s.version("users", id))
	}
}

func setBasedUpdateOfEdgesAloneBumps(s *Scene) {
	a, b := s.user("a"), s.user("b")
	g := saved(s, s.Client.Group.Create().SetName("g"))
	done(s, s.Client.User.Update().Where(byID(a.ID, b.ID)).AddGroups(g))
	done(s, s.Client.User.Update().Where(byID(a.ID, b.ID)).ClearGroups())
	for _, u := range []*ent.User{a, b} {
		assert.EqualValues(s, 3, s.version("users", u.ID))
		_, err := u.Update().SetName("lost").Save(s.ctx)
		s.conflict(err)
	}
}

func setBasedUpdateByModifierBumps(s *Scene) {
	u := s.user("before")
	done(s, s.Client.User.Update().Where(byID(u.ID)).Modify(func(b *sql.UpdateBuilder) { b.Set("name", "after") }))
	stored := s.load(u.ID)
	assert.Equal(s, "after", stored.Name)
	assert.EqualValues(s, 2, stored.Version)
}

func setBasedUpdateOfNothingBumpsNothing(s *Scene) {
	u := s.user("before")
	s.Sent.Reset()
	_, err := s.Client.User.Update().Where(byID(u.ID)).Save(s.ctx)
	require.NoError(s, err)
	assert.Empty(s, s.Sent.Writes())
	assert.EqualValues(s, 1, s.version("users", u.ID))
}

func shadowSetBasedUpdateBumpsNothing(s *Scene) {
	u := s.user("before")
	err := s.Client.User.Update().Where(byID(u.ID)).SetName("shadow").Exec(entocc.SkipIncrement(s.ctx, ent.TypeUser))
	require.NoError(s, err)
	stored := s.load(u.ID)
	assert.Equal(s, "shadow", stored.Name)
	assert.EqualValues(s, 1, stored.Version)
	saved(s, u.Update().SetName("unaware"))
}

func bulkCreateThatFailsLeavesNothing(s *Scene) {
	name := s.key()
	mail := strings.ToLower(name) + "@example.org"
	_, err := s.Client.User.CreateBulk(
		s.Client.User.Create().SetName(name).SetEmail(mail),
		s.Client.User.Create().SetName(name).SetEmail(mail),
	).Save(s.ctx)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	n, err := s.Client.User.Query().Where(sql.FieldEQ("name", name)).Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)
}
