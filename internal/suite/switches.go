package suite

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func switchScenarios() []scenario {
	return []scenario{
		{name: "Switches/SkipCheckOverwritesAndBumps", run: skipCheckOverwritesAndBumps},
		{name: "Switches/SkipCheckIsOfTheTypesItNames", run: skipCheckIsOfTheTypesItNames},
		{name: "Switches/SkipCheckLetsWritesByIDThrough", run: skipCheckLetsWritesByIDThrough},
		{name: "Switches/SkipCheckOfEdges", run: skipCheckOfEdges},
		{name: "Switches/SkipCheckOfCompositeIDs", run: skipCheckOfCompositeIDs},
		{name: "Switches/SkipIncrementChecksAndDoesNotBump", run: skipIncrementChecksAndDoesNotBump, left: forgets},
		{name: "Switches/SkipIncrementOfChangesOfEdges", run: skipIncrementOfEdges},
		{name: "Switches/SkipIncrementAndForceIncrement", run: skipIncrementBeatsForceIncrement},
		{name: "Switches/BothSwitchesAtOnce", run: bothSwitchesAtOnce, left: forgets},
		{name: "Switches/IgnoreVersionIsOfOneWriteOnly", run: ignoreVersionIsOfOneWriteOnly},
		{name: "Switches/DisableIsOfOneClient", run: disableIsOfOneClient},
		{name: "Switches/DisableRestoresFixtures", run: disableRestoresFixtures},
		{name: "Switches/SoftDeleteStaysOn", run: softDeleteStaysOn},
		{name: "Switches/PrivacyStaysOn", run: privacyStaysOn},
		{name: "Switches/ValidatorsStayOn", run: validatorsStayOn},
	}
}

func skipCheckOverwritesAndBumps(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	skip := entocc.SkipCheck(s.ctx)
	got, err := a.Update().SetName("forced").Save(skip)
	require.NoError(s, err)
	assert.EqualValues(s, 3, got.Version)
	_, err = a.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = a.Update().IfVersion(1).SetName("forced again").Save(skip)
	require.NoError(s, err)
	require.NoError(s, b.Delete().Exec(skip))
}

func skipCheckIsOfTheTypesItNames(s *Scene) {
	u, p := s.user("before"), s.pet("rex")
	s.bumpUser(u.ID)
	saved(s, p.Update().SetName("max"))
	skip := entocc.SkipCheck(s.ctx, ent.TypePet, ent.TypeCard)
	_, err := u.Update().SetName("lost").Save(skip)
	s.conflict(err)
	_, err = p.Update().SetName("forced").Save(skip)
	require.NoError(s, err)
	_, err = u.Update().SetName("forced").Save(entocc.SkipCheck(skip, ent.TypeUser))
	require.NoError(s, err)
}

func skipCheckLetsWritesByIDThrough(s *Scene) {
	u := s.user("before")
	skip := entocc.SkipCheck(s.ctx, ent.TypeUser)
	got, err := s.Client.User.UpdateOneID(u.ID).SetName("ops").Save(skip)
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
	require.NoError(s, s.Client.User.DeleteOneID(u.ID).Exec(skip))
	_, err = s.Client.User.UpdateOneID(u.ID).SetName("ops").Save(skip)
	assert.True(s, ent.IsNotFound(err))
	assert.False(s, ent.IsRecordModified(err))
}

func skipCheckOfEdges(s *Scene) {
	u := s.user("owner")
	s.bumpUser(u.ID)
	got, err := u.Update().AddPets(s.pet("rex")).Save(entocc.SkipCheck(s.ctx))
	require.NoError(s, err)
	assert.EqualValues(s, 3, got.Version)
}

func skipCheckOfCompositeIDs(s *Scene) {
	l := s.like()
	saved(s, l.Update().SetMood("glad"))
	skip := entocc.SkipCheck(s.ctx)
	got, err := l.Update().SetMood("forced").Save(skip)
	require.NoError(s, err)
	assert.EqualValues(s, 3, got.Version)
	require.NoError(s, l.Delete().Exec(skip))
	_, err = l.Update().SetMood("risen").Save(skip)
	assert.True(s, ent.IsNotFound(err), "%v", err)
}

func skipIncrementChecksAndDoesNotBump(s *Scene) {
	u := s.user("before")
	shadow := entocc.SkipIncrement(s.ctx)
	for range 2 {
		got, err := u.Update().AddAge(1).Save(shadow)
		require.NoError(s, err)
		assert.EqualValues(s, 1, got.Version)
	}
	now := saved(s, u.Update().SetName("after"))
	assert.EqualValues(s, 2, now.Version)
	assert.Equal(s, 2, now.Age)
	_, err := u.Update().AddAge(1).Save(shadow)
	s.conflict(err)
	_, err = u.Update().AddAge(1).Save(entocc.SkipIncrement(s.ctx, ent.TypePet))
	s.conflict(err)
	got, err := now.Update().AddAge(1).Save(entocc.SkipIncrement(s.ctx, ent.TypePet))
	require.NoError(s, err)
	assert.EqualValues(s, 3, got.Version)
}

func skipIncrementOfEdges(s *Scene) {
	u := s.user("owner")
	g := saved(s, s.Client.Group.Create().SetName("g"))
	shadow := entocc.SkipIncrement(s.ctx)
	got, err := u.Update().AddGroups(g).Save(shadow)
	require.NoError(s, err)
	assert.EqualValues(s, 1, got.Version)
	s.bumpUser(u.ID)
	_, err = u.Update().ClearGroups().Save(shadow)
	s.conflict(err)
	n, err := u.QueryGroups().Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}

func skipIncrementBeatsForceIncrement(s *Scene) {
	u := s.user("before")
	got, err := u.Update().ForceIncrement().Save(entocc.SkipIncrement(s.ctx))
	require.NoError(s, err)
	assert.EqualValues(s, 1, got.Version)
	s.bumpUser(u.ID)
	_, err = u.Update().ForceIncrement().Save(entocc.SkipIncrement(s.ctx))
	s.conflict(err)
}

func bothSwitchesAtOnce(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	both := entocc.SkipIncrement(entocc.SkipCheck(s.ctx))
	got, err := u.Update().SetName("as if it were not there").Save(both)
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
	got, err = u.Update().SetName(got.Name).Save(both)
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
}

func ignoreVersionIsOfOneWriteOnly(s *Scene) {
	a, b := s.twoUsers()
	s.bumpUser(a.ID)
	saved(s, a.Update().IgnoreVersion().SetName("forced"))
	_, err := b.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = a.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func disableIsOfOneClient(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	s.Client.Use(hook.Disable())
	got := saved(s, u.Update().SetName("forced"))
	assert.EqualValues(s, 3, got.Version)
	saved(s, s.Client.User.UpdateOneID(u.ID).SetName("by ID"))
	_, err := s.Other.User.UpdateOne(u).SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = s.Other.User.UpdateOneID(u.ID).SetName("lost").Save(s.ctx)
	s.refused(err)
	done(s, s.Client.User.DeleteOneID(u.ID))
}

func disableRestoresFixtures(s *Scene) {
	mail := s.key()
	s.Client.Use(hook.Disable(ent.TypeUser))
	restore := func() {
		done(s, s.Client.User.Create().SetName("fixture").SetEmail(mail).SetVersion(42).
			OnConflictColumns("email").UpdateNewValues())
	}
	restore()
	u, err := s.Client.User.Query().Where(sql.FieldEQ("email", mail)).Only(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 42, u.Version)
	restore()
	s.stored(u.ID, "fixture", 43)
}

func softDeleteStaysOn(s *Scene) {
	n := saved(s, s.Client.Note.Create().SetText("before"))
	saved(s, n.Update().SetText("after"))
	require.NoError(s, n.Delete().Exec(entocc.SkipCheck(s.ctx)))
	assert.EqualValues(s, 3, s.version("notes", n.ID), "deleted by an update, which bumps")
	_, err := s.Client.Note.Get(s.ctx, n.ID)
	assert.True(s, ent.IsNotFound(err))
}

func tenant(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, schema.TenantKey{}, name)
}

func privacyStaysOn(s *Scene) {
	ticket, err := s.Client.Ticket.Create().SetTenant("a").SetText("before").Save(tenant(s.ctx, "a"))
	require.NoError(s, err)
	_, err = ticket.Update().SetText("lost").Save(entocc.SkipCheck(s.ctx))
	require.ErrorIs(s, err, privacy.Deny)
	_, err = ticket.Update().SetText("lost").Save(entocc.SkipCheck(tenant(s.ctx, "b")))
	assert.True(s, ent.IsNotFound(err), "%v", err)
	err = ticket.Delete().Exec(entocc.SkipCheck(tenant(s.ctx, "b")))
	assert.True(s, ent.IsNotFound(err), "%v", err)
}

func validatorsStayOn(s *Scene) {
	u := s.user("before")
	_, err := u.Update().SetName("").Save(entocc.SkipCheck(s.ctx))
	assert.True(s, ent.IsValidationError(err), "%v", err)
}
