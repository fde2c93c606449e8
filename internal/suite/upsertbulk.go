package suite

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertBulkScenarios() []scenario {
	return []scenario{
		{name: "Upsert/BulkIfVersionGuardsEachRow", run: bulkIfVersionGuardsEachRow},
		{name: "Upsert/BulkIfVersionListsEveryConflict", run: bulkIfVersionListsEveryConflict},
		{name: "Upsert/BulkIfVersionOfAWrongNumberIsRefused", run: bulkIfVersionOfAWrongNumber},
		{name: "Upsert/BulkIfVersionThatCanNotHoldIsRefused", run: bulkIfVersionRefused},
		{name: "Upsert/BulkIfVersionIsSkippedUnderSkipCheck", run: bulkIfVersionUnderSkipCheck},
		{name: "Upsert/BulkIfVersionOfAShadow", run: bulkIfVersionOfAShadow, left: forgets},
		{name: "Upsert/BulkIfVersionOfOneRowTwice", run: bulkIfVersionOfOneRowTwice},
		{name: "Upsert/BulkIfVersionLeavesTheTransactionUsable", run: bulkIfVersionInTx},
		{name: "Upsert/BulkIfVersionAndAnotherConstraint", run: bulkIfVersionAndAnotherConstraint},
	}
}

// onMail returns a builder for the User with the email.
func (s *Scene) onMail(mail, name string) *ent.UserCreate {
	return s.Client.User.Create().SetName(name).SetEmail(mail)
}

// bulk upserts Users by their emails.
func (s *Scene) bulk(builders ...*ent.UserCreate) *ent.UserUpsertBulk {
	return s.Client.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues()
}

// noUser requires that there is no User with the email.
func (s *Scene) noUser(mail string) {
	s.Helper()
	n, err := s.Other.User.Query().Where(user.Email(mail)).Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)
}

// listed requires err to list the rows at these indexes as conflicts.
func (s *Scene) listed(err error, indexes ...int) *entocc.BulkModifiedError {
	s.Helper()
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, indexes, bulk.Indexes)
	require.Len(s, bulk.Conflicts, len(indexes))
	assert.True(s, ent.IsRecordModified(err))
	assert.False(s, ent.IsNotFound(err))
	return bulk
}

func bulkIfVersionGuardsEachRow(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.bumpUser(b.ID)
	mailC := s.key()
	upsert := func(versions ...int64) error {
		return s.bulk(s.onMail(mailA, "after"), s.onMail(mailB, "after"), s.onMail(mailC, "after")).IfVersion(versions...).Exec(s.ctx)
	}
	err := upsert(7, 7, 1)
	conflicts := s.listed(err, 1)
	assert.Equal(s, 3, conflicts.Total)
	assert.Zero(s, conflicts.Written)
	assert.Equal(s, b.ID, conflicts.Conflicts[0].ID)
	assert.EqualValues(s, 7, conflicts.Conflicts[0].Expected)
	assert.EqualValues(s, 8, conflicts.Conflicts[0].Actual)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 8)
	s.noUser(mailC)

	require.NoError(s, upsert(7, 8, 1))
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "after", 9)
	s.stored(s.Client.User.Query().Where(user.Email(mailC)).OnlyIDX(s.ctx), "after", 1)
}

func bulkIfVersionListsEveryConflict(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	err := s.bulk(s.onMail(mailA, "lost"), s.onMail(s.key(), "lost"), s.onMail(mailB, "lost")).IfVersion(6, 6, 0).Exec(s.ctx)
	conflicts := s.listed(err, 0, 2)
	assert.Equal(s, a.ID, conflicts.Conflicts[0].ID)
	assert.Equal(s, b.ID, conflicts.Conflicts[1].ID)
	assert.True(s, entocc.IsVersionError(conflicts.Conflicts[1].Err), "no row has version 0: %v", conflicts.Conflicts[1].Err)
	assert.ErrorContains(s, err, fmt.Sprintf("2 of 3 User rows were modified or deleted by somebody else, 0 were written: "+
		"ID %d (expected version 6, the row has 7) ID %d (expected version 0, the row has 7)", a.ID, b.ID))
	var typed *ent.UserModifiedError
	require.ErrorAs(s, err, &typed)
	now, err := typed.Current(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, a.ID, now.ID)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
}

func bulkIfVersionOfAWrongNumber(s *Scene) {
	a, mailA := s.atVersion7()
	s.Sent.Reset()
	s.refused(s.bulk(s.onMail(mailA, "lost"), s.onMail(s.key(), "lost")).IfVersion(7).Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailA, "lost")).IfVersion(7, 7).Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailA, "lost")).IfVersion().Exec(s.ctx))
	s.refused(s.bulk().IfVersion(7).Exec(s.ctx))
	require.NoError(s, s.bulk().IfVersion().Exec(s.ctx), "nothing to do")
	require.NoError(s, s.bulk().IfNewer().Exec(s.ctx), "nothing to do")
	assert.Empty(s, s.Sent.Sent())
	s.stored(a.ID, "before", 7)
}

func bulkIfVersionRefused(s *Scene) {
	a, mailA := s.atVersion7()
	mailB := s.key()
	both := func() *ent.UserCreateBulk {
		return s.Client.User.CreateBulk(s.onMail(mailB, "lost"), s.onMail(mailA, "lost"))
	}
	s.Sent.Reset()
	s.refused(both().OnConflictColumns(user.FieldEmail).DoNothing().IfVersion(7, 7).Exec(s.ctx))
	if s.db.Dialect == dialect.MySQL {
		s.refused(both().OnConflictColumns(user.FieldEmail).Ignore().IfVersion(7, 7).Exec(s.ctx))
	}
	s.refused(both().OnConflict(sql.ConflictColumns(user.FieldEmail), sql.UpdateWhere(sql.GT("users.age", 0))).
		UpdateNewValues().IfVersion(7, 7).Exec(s.ctx))
	twice := s.onMail(mailA, "lost")
	s.refused(s.bulk(twice, twice).IfVersion(7, 7).Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailA, "lost").SetVersion(9)).IfVersion(7).IfNewer().Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailA, "lost").SetVersion(9)).IfNewer().IfVersion(7).Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailA, "lost")).IfVersion(6).IfVersion(7).Exec(s.ctx))
	assert.Empty(s, s.Sent.Writes())
	s.stored(a.ID, "before", 7)
	s.noUser(mailB)
}

func bulkIfVersionUnderSkipCheck(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.Sent.Reset()
	require.NoError(s, s.bulk(s.onMail(mailA, "forced"), s.onMail(mailB, "forced")).IfVersion(3, 3).Exec(entocc.SkipCheck(s.ctx)))
	assert.Len(s, s.Sent.Writes(), 1, "it is ent's own, as without IfVersion")
	s.stored(a.ID, "forced", 8)
	s.stored(b.ID, "forced", 8)
	s.Client.User.Use(forOne("skipped", entocc.SkipCheck))
	_ = s.listed(s.bulk(s.onMail(mailA, "skipped"), s.onMail(mailB, "lost")).IfVersion(3, 3).Exec(s.ctx), 1)
	require.NoError(s, s.bulk(s.onMail(mailA, "skipped"), s.onMail(mailB, "after")).IfVersion(3, 8).Exec(s.ctx))
	s.stored(a.ID, "skipped", 9)
	s.stored(b.ID, "after", 9)
}

// forOne changes the context of the User with this name.
func forOne(name string, change func(context.Context, ...string) context.Context) ent.Hook {
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if nameOf(m) == name {
				ctx = change(ctx)
			}
			return next.Mutate(ctx, m)
		})
	}
}

func nameOf(m ent.Mutation) string {
	name, _ := m.Field(user.FieldName)
	return name.(string)
}

func bulkIfVersionOfAShadow(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	shadow := entocc.SkipIncrement(s.ctx)
	_ = s.listed(s.bulk(s.onMail(mailA, "lost"), s.onMail(mailB, "lost")).IfVersion(7, 6).Exec(shadow), 1)
	require.NoError(s, s.bulk(s.onMail(mailA, "after"), s.onMail(mailB, "after")).IfVersion(7, 7).Exec(shadow))
	s.stored(a.ID, "after", 7)
	s.stored(b.ID, "after", 7)
}

func bulkIfVersionOfOneRowTwice(s *Scene) {
	a, mail := s.atVersion7()
	err := s.bulk(s.onMail(mail, "first"), s.onMail(mail, "second")).IfVersion(7, 7).Exec(s.ctx)
	conflict := s.listed(err, 1).Conflicts[0]
	assert.EqualValues(s, 8, conflict.Actual, "the first builder's version, which was undone: %v", err)
	s.stored(a.ID, "before", 7)
	require.NoError(s, s.bulk(s.onMail(mail, "first"), s.onMail(mail, "second")).IfVersion(7, 8).Exec(s.ctx))
	s.stored(a.ID, "second", 9)
	fresh := s.key()
	_ = s.listed(s.bulk(s.onMail(fresh, "first"), s.onMail(fresh, "second")).IfVersion(7, 7).Exec(s.ctx), 1)
	s.noUser(fresh)
}

func bulkIfVersionInTx(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	tx := s.Tx()
	upsert := func(versions ...int64) error {
		create := func(mail string) *ent.UserCreate { return tx.User.Create().SetName("after").SetEmail(mail) }
		return tx.User.CreateBulk(create(mailA), create(mailB)).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(versions...).Exec(s.ctx)
	}
	kept, undone := s.key(), s.key()
	require.NoError(s, tx.User.Create().SetName("kept").SetEmail(kept).Exec(s.ctx))
	_ = s.listed(upsert(7, 6), 1)
	require.NoError(s, tx.User.Create().SetName("kept").SetEmail(undone).Exec(s.ctx), "the transaction goes on")
	u, err := tx.User.Get(s.ctx, a.ID)
	require.NoError(s, err)
	assert.Equal(s, "before", u.Name)
	require.NoError(s, upsert(7, 7))
	_ = s.listed(upsert(8, 7), 1)
	require.NoError(s, tx.Commit())
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "after", 8)
	assert.True(s, s.Client.User.Query().Where(user.Email(kept)).ExistX(s.ctx))
}

func bulkIfVersionAndAnotherConstraint(s *Scene) {
	a, mailA := s.atVersion7()
	taken := saved(s, s.Client.Card.Create().SetNumber(s.key()).SetOwnerID(a.ID))
	fresh := s.key()
	upsert := func(c *ent.Client) error {
		return c.User.CreateBulk(
			c.User.Create().SetName("lost").SetEmail(mailA),
			c.User.Create().SetName("lost").SetEmail(fresh).SetCardID(taken.ID),
		).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(7, 1).Exec(s.ctx)
	}
	err := upsert(s.Client)
	require.True(s, ent.IsConstraintError(err), "%v", err)
	s.stored(a.ID, "before", 7)
	s.noUser(fresh)
	tx := s.Tx()
	err = upsert(tx.Client())
	require.True(s, ent.IsConstraintError(err), "%v", err)
	require.NoError(s, tx.User.Create().SetName("kept").Exec(s.ctx), "the transaction goes on, without anything from the upsert")
	require.NoError(s, tx.Commit())
	s.stored(a.ID, "before", 7)
	s.noUser(fresh)
}
