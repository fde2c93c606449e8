package suite

import (
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/profile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ignoredScenarios() []scenario {
	return []scenario{
		{name: "Ignored/IgnoredFieldDoesNotBump", run: ignoredFieldDoesNotBump},
		{name: "Ignored/IgnoredFieldSurvivesAnEditor", run: ignoredFieldSurvivesAnEditor},
		{name: "Ignored/IgnoredFieldIsGuardedAllTheSame", run: ignoredFieldIsGuarded},
		{name: "Ignored/IgnoredAndOtherFieldsBump", run: ignoredAndOtherFieldsBump},
		{name: "Ignored/IgnoredEdgeDoesNotBump", run: ignoredEdgeDoesNotBump},
		{name: "Ignored/IgnoredEdgeIsGuardedAllTheSame", run: ignoredEdgeIsGuarded},
		{name: "Ignored/AppendToAnIgnoredFieldDoesNotBump", run: appendToAnIgnoredFieldDoesNotBump},
		{name: "Ignored/SetBasedUpdateOfIgnoredFieldDoesNotBump", run: setBasedUpdateOfIgnoredFieldDoesNotBump},
		{name: "Ignored/ForceIncrementBumpsIgnoredFields", run: forceIncrementBumpsIgnoredFields},
		{name: "Ignored/SetToTheSameIgnoredValuePasses", run: setToTheSameIgnoredValuePasses},
		{name: "Ignored/OnlyListedFieldsBump", run: onlyListedFieldsBump},
		{name: "Ignored/FieldsOutsideOnlyAreGuarded", run: fieldsOutsideOnlyAreGuarded},
		{name: "Ignored/JSONAndBytesBumpOnce", run: jsonAndBytesBumpOnce},
		{name: "Ignored/ClearedFieldsBump", run: clearedFieldsBump},
	}
}

func ignoredFieldDoesNotBump(s *Scene) {
	now := time.Now().UTC().Truncate(time.Second)
	u := saved(s, s.user("before").Update().SetLastLogin(now))
	assert.EqualValues(s, 1, u.Version)
	require.NotNil(s, u.LastLogin)
	assert.True(s, now.Equal(*u.LastLogin))
	u = saved(s, u.Update().ClearLastLogin())
	assert.EqualValues(s, 1, u.Version)
	assert.Nil(s, u.LastLogin)
}

func ignoredFieldSurvivesAnEditor(s *Scene) {
	editor, login := s.twoUsers()
	saved(s, login.Update().SetLastLogin(time.Now()))
	saved(s, editor.Update().SetName("edited"))
	stored := s.load(editor.ID)
	assert.NotNil(s, stored.LastLogin)
	assert.Equal(s, "edited", stored.Name)
	assert.EqualValues(s, 2, stored.Version)
}

func ignoredFieldIsGuarded(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	_, err := u.Update().SetLastLogin(time.Now()).Save(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 2, modified.Actual)
	_, err = u.Update().IfVersion(1).SetLastLogin(time.Now()).Save(s.ctx)
	s.conflict(err)
	_, err = s.Client.User.UpdateOneID(u.ID).SetLastLogin(time.Now()).Save(s.ctx)
	s.refused(err)
	assert.Nil(s, s.load(u.ID).LastLogin)
}

func ignoredAndOtherFieldsBump(s *Scene) {
	u := saved(s, s.user("before").Update().SetLastLogin(time.Now()).SetAge(3))
	assert.EqualValues(s, 2, u.Version)
}

func ignoredEdgeDoesNotBump(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("read"))
	u := s.user("reader")
	u = saved(s, u.Update().AddBookmarks(d))
	assert.EqualValues(s, 1, u.Version)
	u = saved(s, u.Update().ClearBookmarks())
	assert.EqualValues(s, 1, u.Version)
	u = saved(s, u.Update().AddBookmarks(d).SetAge(1))
	assert.EqualValues(s, 2, u.Version)
}

func ignoredEdgeIsGuarded(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("read"))
	u := s.user("reader")
	s.bumpUser(u.ID)
	_, err := u.Update().AddBookmarks(d).Save(s.ctx)
	s.conflict(err)
	_, err = s.Client.User.UpdateOneID(u.ID).IfVersion(1).AddBookmarks(d).Save(s.ctx)
	s.conflict(err)
	n, err := u.QueryBookmarks().Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)
	got := saved(s, s.Client.User.UpdateOneID(u.ID).IfVersion(2).AddBookmarks(d))
	assert.EqualValues(s, 2, got.Version)
}

func appendToAnIgnoredFieldDoesNotBump(s *Scene) {
	u := saved(s, s.user("before").Update().SetVisits([]string{"a"}).SetLabels([]string{"x"}))
	assert.EqualValues(s, 2, u.Version)
	u = saved(s, u.Update().AppendVisits([]string{"b"}))
	assert.EqualValues(s, 2, u.Version)
	assert.Equal(s, []string{"a", "b"}, u.Visits)
	u = saved(s, u.Update().AppendLabels([]string{"y"}))
	assert.EqualValues(s, 3, u.Version)
	u = saved(s, u.Update().AppendVisits([]string{"c"}).AppendLabels([]string{"z"}))
	assert.EqualValues(s, 4, u.Version)
}

func setBasedUpdateOfIgnoredFieldDoesNotBump(s *Scene) {
	u := s.user("before")
	done(s, s.Client.User.Update().Where(byID(u.ID)).SetLastLogin(time.Now()))
	done(s, s.Client.User.Update().Where(byID(u.ID)).AppendVisits([]string{"a"}))
	stored := s.load(u.ID)
	assert.EqualValues(s, 1, stored.Version)
	assert.NotNil(s, stored.LastLogin)
	assert.Equal(s, []string{"a"}, stored.Visits)
}

func forceIncrementBumpsIgnoredFields(s *Scene) {
	u := saved(s, s.user("before").Update().SetLastLogin(time.Now()).ForceIncrement())
	assert.EqualValues(s, 2, u.Version)
}

// MySQL counts no row for it: that must not look like a conflict.
func setToTheSameIgnoredValuePasses(s *Scene) {
	at := time.Now().UTC().Truncate(time.Second)
	u := s.user("before")
	for range 3 {
		u = saved(s, u.Update().SetLastLogin(at))
		assert.EqualValues(s, 1, u.Version)
	}
	shadow := entocc.SkipIncrement(s.ctx)
	for range 2 {
		_, err := u.Update().SetName("before").Save(shadow)
		require.NoError(s, err)
		_, err = s.Client.User.UpdateOneID(u.ID).IgnoreVersion().SetName("before").Save(shadow)
		require.NoError(s, err)
	}
	s.bumpUser(u.ID)
	_, err := u.Update().SetLastLogin(at).Save(s.ctx)
	s.conflict(err)
}

func onlyListedFieldsBump(s *Scene) {
	p := saved(s, s.Client.Profile.Create().SetTitle("before"))
	p = saved(s, p.Update().SetTheme("dark"))
	assert.EqualValues(s, 1, p.Version)
	p = saved(s, p.Update().SetTitle("after"))
	assert.EqualValues(s, 2, p.Version)
	p = saved(s, p.Update().AppendRecent([]string{"a"}))
	assert.EqualValues(s, 2, p.Version)
	p = saved(s, p.Update().AppendKeywords([]string{"a"}))
	assert.EqualValues(s, 3, p.Version)
	p = saved(s, p.Update().ClearKeywords())
	assert.EqualValues(s, 4, p.Version)
	done(s, s.Client.Profile.Update().Where(profile.ID(p.ID)).SetTheme("light"))
	assert.EqualValues(s, 4, s.version(profile.Table, p.ID))
	done(s, s.Client.Profile.Update().Where(profile.ID(p.ID)).SetTheme("light").SetTitle("x"))
	assert.EqualValues(s, 5, s.version(profile.Table, p.ID))
}

func fieldsOutsideOnlyAreGuarded(s *Scene) {
	p := saved(s, s.Client.Profile.Create().SetTitle("before"))
	saved(s, p.Update().SetTitle("after"))
	_, err := p.Update().SetTheme("dark").Save(s.ctx)
	s.conflict(err)
	_, err = p.Update().AppendRecent([]string{"a"}).Save(s.ctx)
	s.conflict(err)
}

func jsonAndBytesBumpOnce(s *Scene) {
	settings := map[string]string{"a": "1", "b": "2", "c": "3"}
	u := saved(s, s.Client.User.Create().SetName("before").SetBornIn("Ulm").SetSettings(settings).SetAvatar([]byte{1, 2}))
	u = saved(s, u.Update().SetSettings(u.Settings).SetAvatar(u.Avatar))
	assert.EqualValues(s, 2, u.Version)
	assert.Equal(s, settings, u.Settings)
	assert.Equal(s, []byte{1, 2}, u.Avatar)
	assert.Equal(s, "Ulm", u.BornIn)
	u = saved(s, u.Update().SetName("after"))
	assert.EqualValues(s, 3, u.Version)
	assert.Equal(s, settings, u.Settings)
}

func clearedFieldsBump(s *Scene) {
	u := saved(s, s.Client.User.Create().SetName("before").SetEmail(s.key()).SetPassword("secret"))
	old := *u
	u = saved(s, u.Update().ClearEmail().ClearPassword())
	assert.EqualValues(s, 2, u.Version)
	assert.Nil(s, u.Email)
	_, err := s.Client.User.UpdateOne(&old).ClearSettings().Save(s.ctx)
	s.conflict(err)
	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	assert.NotContains(s, err.Error(), "secret")
}
