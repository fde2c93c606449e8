package suite

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertScenarios() []scenario {
	return []scenario{
		{name: "Upsert/AbsentRowStartsAtTheFirstVersion", run: upsertStartsAbsentRows},
		{name: "Upsert/UpdateNewValuesBumps", run: upsertOfNewValuesBumps},
		{name: "Upsert/ExplicitVersionIsForNewRowsOnly", run: upsertKeepsExplicitVersionForNewRows},
		{name: "Upsert/SettersBump", run: upsertBySettersBumps},
		{name: "Upsert/UpdateThatSetsTheVersionIsOverruled", run: upsertThatSetsTheVersionIsOverruled},
		{name: "Upsert/ResolveWithNewValuesBumps", run: upsertByOptionsBumps},
		{name: "Upsert/IgnoreKeepsTheVersion", run: upsertIgnoreKeepsTheVersion},
		{name: "Upsert/DoNothingKeepsTheVersion", run: upsertDoNothingKeepsTheVersion},
		{name: "Upsert/BulkBumpsEachRowOnce", run: bulkUpsertBumpsEachRowOnce},
		{name: "Upsert/BulkIgnoreKeepsTheVersions", run: bulkUpsertIgnoreKeepsTheVersions},
		{name: "Upsert/TokenChanges", run: upsertChangesToken},
		{name: "Upsert/ShadowUpsertKeepsTheVersion", run: shadowUpsertKeepsTheVersion, left: forgets},
		{name: "Upsert/HolderOfAnOldCopyConflicts", run: upsertMakesOldCopiesStale},
		{name: "Upsert/IfVersionGuardsTheUpdate", run: upsertIfVersionGuardsTheUpdate},
		{name: "Upsert/IfVersionCreatesAbsentRows", run: upsertIfVersionCreatesAbsentRows},
		{name: "Upsert/IfVersionAndConditionAreRefused", run: upsertIfVersionAndConditionAreRefused},
		{name: "Upsert/IfVersionIsSkippedUnderSkipCheck", run: upsertIfVersionIsSkippedUnderSkipCheck},
		{name: "Upsert/IfVersionThatWritesNothingIsRefused", run: upsertIfVersionThatWritesNothing},
		{name: "Upsert/IfVersionOfAShadow", run: upsertIfVersionOfAShadow, left: forgets},
		{name: "Upsert/IfVersionOfEveryKind", run: upsertIfVersionOfEveryKind},
		{name: "Upsert/IfVersionLeavesTheTransactionUsable", run: upsertIfVersionInTx},
		{name: "Upsert/IfNewerTakesTheNewerVersion", run: upsertIfNewer},
		{name: "Upsert/IfNewerCreatesAbsentRows", run: upsertIfNewerCreates},
		{name: "Upsert/IfNewerWhateverElseIsAssigned", run: upsertIfNewerAssigned},
		{name: "Upsert/IfNewerOfEveryKind", run: upsertIfNewerOfEveryKind},
		{name: "Upsert/IfNewerThatCanNotHoldIsRefused", run: upsertIfNewerRefused},
		{name: "Upsert/IfNewerLeavesTheTransactionUsable", run: upsertIfNewerInTx},
	}
}

// upsert creates or updates the User with the email.
func (s *Scene) upsert(mail, name string) *ent.UserUpsertOne {
	return s.Client.User.Create().SetName(name).SetEmail(mail).OnConflict(sql.ConflictColumns("email"))
}

// atVersion7 creates a User with an email at version 7.
func (s *Scene) atVersion7() (u *ent.User, mail string) {
	s.Helper()
	mail = s.key()
	return saved(s, s.Client.User.Create().SetName("before").SetEmail(mail).SetAge(7).SetVersion(7)), mail
}

// stored requires a User to have a name and a version.
func (s *Scene) stored(id int, name string, version int64) {
	s.Helper()
	u := s.load(id)
	assert.Equal(s, name, u.Name)
	assert.Equal(s, version, u.Version)
}

func upsertStartsAbsentRows(s *Scene) {
	mail := s.key()
	done(s, s.upsert(mail, "new").UpdateNewValues())
	u, err := s.Client.User.Query().Where(sql.FieldEQ("email", mail)).Only(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 1, u.Version)
}

// F7: ent writes the first version again.
func upsertOfNewValuesBumps(s *Scene) {
	u, mail := s.atVersion7()
	id, err := s.upsert(mail, "after").UpdateNewValues().ID(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, u.ID, id)
	s.stored(id, "after", 8)
}

func upsertKeepsExplicitVersionForNewRows(s *Scene) {
	u, mail := s.atVersion7()
	create := func(mail string) *ent.UserUpsertOne {
		return s.Client.User.Create().SetName("after").SetEmail(mail).SetVersion(42).
			OnConflict(sql.ConflictColumns("email")).UpdateNewValues()
	}
	done(s, create(mail))
	s.stored(u.ID, "after", 8)
	other := s.key()
	id, err := create(other).ID(s.ctx)
	require.NoError(s, err)
	s.stored(id, "after", 42)
}

func upsertBySettersBumps(s *Scene) {
	u, mail := s.atVersion7()
	done(s, s.upsert(mail, "unused").Update(func(up *ent.UserUpsert) { up.AddAge(1) }))
	s.stored(u.ID, "before", 8)
	assert.Equal(s, 8, s.load(u.ID).Age)
	done(s, s.upsert(mail, "used").UpdateName())
	s.stored(u.ID, "used", 9)
}

func upsertThatSetsTheVersionIsOverruled(s *Scene) {
	u, mail := s.atVersion7()
	done(s, s.upsert(mail, "after").UpdateNewValues().Update(func(up *ent.UserUpsert) { up.Set("version", 99) }))
	s.stored(u.ID, "after", 8)
}

func upsertByOptionsBumps(s *Scene) {
	u, mail := s.atVersion7()
	done(s, s.Client.User.Create().SetName("after").SetEmail(mail).SetAge(7).
		OnConflict(sql.ConflictColumns("email"), excluded("name")))
	s.stored(u.ID, "after", 8)
	done(s, s.Client.User.Create().SetName("again").SetEmail(mail).
		OnConflict(sql.ConflictColumns("email"), excluded("name"), excluded("version")))
	s.stored(u.ID, "again", 9)
}

func upsertIgnoreKeepsTheVersion(s *Scene) {
	u, mail := s.atVersion7()
	done(s, s.upsert(mail, "ignored").Ignore())
	s.stored(u.ID, "before", 7)
	saved(s, u.Update().SetName("not stale"))
}

func upsertDoNothingKeepsTheVersion(s *Scene) {
	u, mail := s.atVersion7()
	err := s.upsert(mail, "ignored").DoNothing().Exec(s.ctx)
	if s.db.Dialect != dialect.MySQL { // As without entocc: the statement returns no row.
		require.ErrorContains(s, err, "no rows")
	}
	s.stored(u.ID, "before", 7)
}

func bulkUpsertBumpsEachRowOnce(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.bumpUser(b.ID)
	mailC := s.key()
	create := func(mail string) *ent.UserCreate { return s.Client.User.Create().SetName("after").SetEmail(mail) }
	done(s, s.Client.User.CreateBulk(create(mailA), create(mailB), create(mailC)).
		OnConflict(sql.ConflictColumns("email")).UpdateNewValues())
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "after", 9)
	c, err := s.Client.User.Query().Where(sql.FieldEQ("email", mailC)).Only(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 1, c.Version)
}

func bulkUpsertIgnoreKeepsTheVersions(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	create := func(mail string) *ent.UserCreate { return s.Client.User.Create().SetName("ignored").SetEmail(mail) }
	done(s, s.Client.User.CreateBulk(create(mailA), create(mailB)).OnConflict(sql.ConflictColumns("email")).Ignore())
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
}

func upsertChangesToken(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	done(s, s.Client.Document.Create().SetID(d.ID).SetTitle("after").OnConflict(sql.ConflictColumns("id")).UpdateNewValues())
	got, err := s.Client.Document.Query().Where(document.ID(d.ID)).Only(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, "after", got.Title)
	assert.NotEqual(s, d.Version, got.Version)
}

func shadowUpsertKeepsTheVersion(s *Scene) {
	u, mail := s.atVersion7()
	require.NoError(s, s.upsert(mail, "shadow").UpdateNewValues().Exec(entocc.SkipIncrement(s.ctx)))
	s.stored(u.ID, "shadow", 7)
	err := s.Client.User.Create().SetName("again").SetEmail(mail).
		OnConflict(sql.ConflictColumns("email"), excluded("name"), excluded("version")).Exec(entocc.SkipIncrement(s.ctx))
	require.NoError(s, err)
	s.stored(u.ID, "again", 7)
}

// excluded sets a column to the value of the row that was to be inserted.
func excluded(column string) sql.ConflictOption {
	return sql.ResolveWith(func(u *sql.UpdateSet) { u.SetExcluded(column) })
}

func upsertMakesOldCopiesStale(s *Scene) {
	u, mail := s.atVersion7()
	done(s, s.upsert(mail, "after").UpdateNewValues())
	_, err := u.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func upsertIfVersionGuardsTheUpdate(s *Scene) {
	u, mail := s.atVersion7()
	err := s.upsert(mail, "lost").UpdateNewValues().IfVersion(6).Exec(s.ctx)
	s.conflict(err)
	var typed *ent.UserModifiedError
	require.ErrorAs(s, err, &typed)
	s.stored(u.ID, "before", 7)
	done(s, s.upsert(mail, "after").UpdateNewValues().IfVersion(7))
	s.stored(u.ID, "after", 8)
	_, err = s.upsert(mail, "lost").UpdateNewValues().IfVersion(7).ID(s.ctx)
	s.conflict(err)
	s.stored(u.ID, "after", 8)
}

func upsertIfVersionCreatesAbsentRows(s *Scene) {
	id, err := s.upsert(s.key(), "new").UpdateNewValues().IfVersion(3).ID(s.ctx)
	require.NoError(s, err)
	s.stored(id, "new", 1)
}

func upsertIfVersionAndConditionAreRefused(s *Scene) {
	u, mail := s.atVersion7()
	err := s.Client.User.Create().SetName("lost").SetEmail(mail).
		OnConflict(sql.ConflictColumns("email"), sql.UpdateWhere(sql.GT("users.age", 0))).
		UpdateNewValues().IfVersion(6).Exec(s.ctx)
	s.refused(err)
	s.stored(u.ID, "before", 7)
}

func upsertIfVersionIsSkippedUnderSkipCheck(s *Scene) {
	u, mail := s.atVersion7()
	require.NoError(s, s.upsert(mail, "forced").UpdateNewValues().IfVersion(3).Exec(entocc.SkipCheck(s.ctx)))
	s.stored(u.ID, "forced", 8)
}

func upsertIfVersionThatWritesNothing(s *Scene) {
	u, mail := s.atVersion7()
	s.refused(s.upsert(mail, "lost").DoNothing().IfVersion(7).Exec(s.ctx))
	if s.db.Dialect == dialect.MySQL {
		s.refused(s.upsert(mail, "lost").Ignore().IfVersion(7).Exec(s.ctx))
	}
	s.stored(u.ID, "before", 7)
}

func upsertIfVersionOfAShadow(s *Scene) {
	u, mail := s.atVersion7()
	shadow := entocc.SkipIncrement(s.ctx)
	s.conflict(s.upsert(mail, "lost").UpdateNewValues().IfVersion(6).Exec(shadow))
	require.NoError(s, s.upsert(mail, "after").UpdateNewValues().IfVersion(7).Exec(shadow))
	s.stored(u.ID, "after", 7)
}

func upsertIfVersionOfEveryKind(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	document := func(token uuid.UUID, title string) error {
		return s.Client.Document.Create().SetID(d.ID).SetTitle(title).OnConflict(sql.ConflictColumns("id")).
			UpdateNewValues().IfVersion(token).Exec(s.ctx)
	}
	s.conflict(document(uuid.New(), "lost"))
	require.NoError(s, document(d.Version, "after"))
	s.conflict(document(d.Version, "lost"))
	assert.Equal(s, "after", s.Client.Document.GetX(s.ctx, d.ID).Title)

	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	account := func(revision int64, owner string) error {
		return s.Client.Account.Create().SetID(a.ID).SetOwner(owner).OnConflict(sql.ConflictColumns("id")).
			UpdateNewValues().IfVersion(revision).Exec(s.ctx)
	}
	s.conflict(account(9, "lost"))
	require.NoError(s, account(1, "after"))
	now := s.Client.Account.GetX(s.ctx, a.ID)
	assert.Equal(s, "after", now.Owner)
	assert.EqualValues(s, 2, now.Revision)
}

func upsertIfVersionInTx(s *Scene) {
	u, mail := s.atVersion7()
	tx := s.Tx()
	err := tx.User.Create().SetName("lost").SetEmail(mail).OnConflict(sql.ConflictColumns("email")).UpdateNewValues().IfVersion(6).Exec(s.ctx)
	s.conflict(err)
	require.NoError(s, tx.User.Create().SetName("other").SetEmail(s.key()).Exec(s.ctx), "the transaction goes on")
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "before", 7)
}

// notNewer requires that an upsert came too late.
func (s *Scene) notNewer(err error) {
	s.Helper()
	require.True(s, entocc.IsNotNewer(err), "%v", err)
	assert.False(s, entocc.IsRecordModified(err), "not a conflict, which a caller would retry")
	assert.False(s, entocc.IsRetryable(err))
}

func upsertIfNewer(s *Scene) {
	u, mail := s.atVersion7()
	deliver := func(name string, version int64) error {
		return s.upsert(mail, name).UpdateNewValues().IfNewer(version).Exec(s.ctx)
	}
	s.notNewer(deliver("older", 6))
	s.notNewer(deliver("equal", 7))
	s.stored(u.ID, "before", 7)
	require.NoError(s, deliver("newer", 9))
	s.stored(u.ID, "newer", 9)
	s.notNewer(deliver("again", 9))
	s.notNewer(deliver("late", 8))
	s.stored(u.ID, "newer", 9)
	_, err := u.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = s.upsert(mail, "lost").UpdateNewValues().IfNewer(9).ID(s.ctx)
	s.notNewer(err)
	require.NoError(s, s.upsert(mail, "forced").UpdateNewValues().IfNewer(3).Exec(entocc.SkipCheck(s.ctx)))
	s.stored(u.ID, "forced", 10)
}

func upsertIfNewerCreates(s *Scene) {
	id, err := s.upsert(s.key(), "new").UpdateNewValues().IfNewer(12).ID(s.ctx)
	require.NoError(s, err)
	s.stored(id, "new", 12)
}

func upsertIfNewerAssigned(s *Scene) {
	u, mail := s.atVersion7()
	deliver := func(version int64) error {
		return s.Client.User.Create().SetName("after").SetEmail(mail).OnConflict(sql.ConflictColumns("email"), excluded("version")).
			Update(func(up *ent.UserUpsert) { up.SetAge(3).UpdateName() }).IfNewer(version).Exec(s.ctx)
	}
	s.notNewer(deliver(7))
	s.stored(u.ID, "before", 7)
	require.NoError(s, deliver(8))
	s.stored(u.ID, "after", 8)

	create := s.Client.User.Create().SetName("last").SetEmail(mail)
	upsert := create.OnConflict(sql.ConflictColumns("email")).UpdateNewValues().IfNewer(3)
	create.SetVersion(9) // the last call wins
	require.NoError(s, upsert.Exec(s.ctx))
	s.stored(u.ID, "last", 9)
}

func upsertIfNewerOfEveryKind(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	account := func(revision int64, owner string) error {
		return s.Client.Account.Create().SetID(a.ID).SetOwner(owner).OnConflict(sql.ConflictColumns("id")).
			UpdateNewValues().IfNewer(revision).Exec(s.ctx)
	}
	s.notNewer(account(1, "lost"))
	require.NoError(s, account(5, "after"))
	s.notNewer(account(4, "lost"))
	now := s.Client.Account.GetX(s.ctx, a.ID)
	assert.Equal(s, "after", now.Owner)
	assert.EqualValues(s, 5, now.Revision)
}

func upsertIfNewerRefused(s *Scene) {
	u, mail := s.atVersion7()
	s.refused(s.upsert(mail, "lost").DoNothing().IfNewer(8).Exec(s.ctx))
	s.refused(s.upsert(mail, "lost").Ignore().IfNewer(8).Exec(s.ctx))
	s.refused(s.upsert(mail, "lost").UpdateNewValues().IfNewer(0).Exec(s.ctx))
	s.refused(s.upsert(mail, "lost").UpdateNewValues().IfNewer(-8).Exec(s.ctx))
	s.refused(s.upsert(mail, "lost").UpdateNewValues().IfNewer(8).Exec(entocc.SkipIncrement(s.ctx)))
	s.refused(s.upsert(mail, "lost").UpdateNewValues().IfVersion(7).IfNewer(8).Exec(s.ctx))
	s.refused(s.upsert(mail, "lost").UpdateNewValues().IfNewer(8).IfVersion(7).Exec(s.ctx))
	s.refused(s.Client.User.Create().SetName("lost").SetEmail(mail).
		OnConflict(sql.ConflictColumns("email"), sql.UpdateWhere(sql.GT("users.age", 0))).UpdateNewValues().IfNewer(8).Exec(s.ctx))
	s.stored(u.ID, "before", 7)
}

func upsertIfNewerInTx(s *Scene) {
	u, mail := s.atVersion7()
	tx := s.Tx()
	deliver := func(name string, version int64) error {
		return tx.User.Create().SetName(name).SetEmail(mail).OnConflict(sql.ConflictColumns("email")).UpdateNewValues().IfNewer(version).Exec(s.ctx)
	}
	s.notNewer(deliver("lost", 7))
	require.NoError(s, deliver("after", 8))
	s.notNewer(deliver("lost", 8))
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "after", 8)
}
