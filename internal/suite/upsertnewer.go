package suite

import (
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertNewerScenarios() []scenario {
	return []scenario{
		{name: "Upsert/BulkIfNewerTakesTheNewerVersions", run: bulkIfNewer},
		{name: "Upsert/BulkIfNewerThatCanNotHoldIsRefused", run: bulkIfNewerRefused},
		{name: "Upsert/BulkIfNewerOfOneRowTwice", run: bulkIfNewerOfOneRowTwice},
		{name: "Upsert/BulkIfNewerLeavesTheTransactionUsable", run: bulkIfNewerInTx},
		{name: "Upsert/BulkIfNewerOfAThousandRows", run: bulkIfNewerOfAThousandRows},
		{name: "Upsert/BulkIfVersionOfAThousandRows", run: bulkIfVersionOfAThousandRows},
	}
}

// late requires err to list the rows at these indexes as not newer.
func (s *Scene) late(err error, indexes ...int) *entocc.BulkNotNewerError {
	s.Helper()
	var bulk *entocc.BulkNotNewerError
	require.ErrorAs(s, err, &bulk)
	assert.Equal(s, indexes, bulk.Indexes)
	require.Len(s, bulk.Late, len(indexes))
	s.notNewer(err)
	return bulk
}

func bulkIfNewer(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	mailC := s.key()
	deliver := func(name string, ofA, ofB, ofC int64) error {
		return s.bulk(
			s.onMail(mailA, name).SetVersion(ofA), s.onMail(mailB, name).SetVersion(ofB), s.onMail(mailC, name).SetVersion(ofC),
		).IfNewer().Exec(s.ctx)
	}
	late := s.late(deliver("first", 7, 9, 3), 0)
	assert.Equal(s, 3, late.Total)
	assert.Equal(s, 2, late.Written)
	assert.Equal(s, a.ID, late.Late[0].ID)
	assert.EqualValues(s, 7, late.Late[0].Version)
	assert.EqualValues(s, 7, late.Late[0].Actual)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "first", 9)
	c := s.Client.User.Query().Where(user.Email(mailC)).OnlyIDX(s.ctx)
	s.stored(c, "first", 3)

	require.NoError(s, deliver("second", 8, 10, 4))
	_ = s.late(deliver("late", 8, 9, 4), 0, 1, 2)
	for id, version := range map[int]int64{a.ID: 8, b.ID: 10, c: 4} {
		s.stored(id, "second", version)
	}
	require.NoError(s, s.bulk(s.onMail(mailA, "forced").SetVersion(2)).IfNewer().Exec(entocc.SkipCheck(s.ctx)))
	s.stored(a.ID, "forced", 9)
}

func bulkIfNewerRefused(s *Scene) {
	a, mailA := s.atVersion7()
	mailB := s.key()
	both := func() *ent.UserCreateBulk {
		return s.Client.User.CreateBulk(s.onMail(mailB, "lost").SetVersion(8), s.onMail(mailA, "lost").SetVersion(8))
	}
	s.Sent.Reset()
	s.refused(both().OnConflictColumns(user.FieldEmail).DoNothing().IfNewer().Exec(s.ctx))
	s.refused(both().OnConflictColumns(user.FieldEmail).Ignore().IfNewer().Exec(s.ctx))
	s.refused(both().OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(entocc.SkipIncrement(s.ctx)))
	s.refused(both().OnConflict(sql.ConflictColumns(user.FieldEmail), sql.UpdateWhere(sql.GT("users.age", 0))).
		UpdateNewValues().IfNewer().Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailB, "lost").SetVersion(8), s.onMail(mailA, "lost")).IfNewer().Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailB, "lost").SetVersion(8), s.onMail(mailA, "lost").SetVersion(0)).IfNewer().Exec(s.ctx))
	s.refused(s.bulk(s.onMail(mailB, "lost").SetVersion(8), s.onMail(mailA, "lost").SetVersion(-8)).IfNewer().Exec(s.ctx))
	assert.Empty(s, s.Sent.Writes())
	s.stored(a.ID, "before", 7)
	s.noUser(mailB)
}

func bulkIfNewerOfOneRowTwice(s *Scene) {
	a, mailA := s.atVersion7()
	fresh := s.key()
	err := s.bulk(
		s.onMail(mailA, "nine").SetVersion(9), s.onMail(fresh, "two").SetVersion(2),
		s.onMail(mailA, "eight").SetVersion(8), s.onMail(fresh, "three").SetVersion(3),
	).IfNewer().Exec(s.ctx)
	_ = s.late(err, 2)
	s.stored(a.ID, "nine", 9)
	s.stored(s.Client.User.Query().Where(user.Email(fresh)).OnlyIDX(s.ctx), "three", 3)
}

func bulkIfNewerInTx(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	tx := s.Tx()
	deliver := func(name string, ofA, ofB int64) error {
		create := func(mail string, version int64) *ent.UserCreate {
			return tx.User.Create().SetName(name).SetEmail(mail).SetVersion(version)
		}
		return tx.User.CreateBulk(create(mailA, ofA), create(mailB, ofB)).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	_ = s.late(deliver("first", 7, 8), 0)
	_ = s.late(deliver("second", 8, 8), 1)
	require.NoError(s, tx.Commit())
	s.stored(a.ID, "second", 8)
	s.stored(b.ID, "first", 8)
	tx = s.Tx()
	require.NoError(s, deliver("undone", 20, 20))
	require.NoError(s, tx.Rollback())
	s.stored(a.ID, "second", 8)
}

// many rows need more parameters than ent and the databases allow in one statement.
const many = 1000

func (s *Scene) manyMails() []string {
	mails := make([]string, many)
	for i := range mails {
		mails[i] = s.key()
	}
	return mails
}

func bulkIfNewerOfAThousandRows(s *Scene) {
	mails := s.manyMails()
	deliver := func(name string, version func(i int) int64) error {
		return s.Client.User.MapCreateBulk(mails, func(c *ent.UserCreate, i int) {
			c.SetName(name).SetEmail(mails[i]).SetVersion(version(i))
		}).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	require.NoError(s, deliver("first", func(i int) int64 { return int64(i%2 + 1) }))
	err := deliver("second", func(int) int64 { return 2 })
	var late *entocc.BulkNotNewerError
	require.ErrorAs(s, err, &late)
	assert.Len(s, late.Late, many/2)
	assert.Equal(s, many/2, late.Written)
	assert.Equal(s, 1, late.Indexes[0])
	n := s.Client.User.Query().Where(user.EmailIn(mails...), user.Name("second"), user.Version(2)).CountX(s.ctx)
	assert.Equal(s, many/2, n)
}

func bulkIfVersionOfAThousandRows(s *Scene) {
	mails := s.manyMails()
	upsert := func(name string, versions []int64) error {
		return s.Client.User.MapCreateBulk(mails, func(c *ent.UserCreate, i int) {
			c.SetName(name).SetEmail(mails[i])
		}).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(versions...).Exec(s.ctx)
	}
	versions := make([]int64, many)
	for i := range versions {
		versions[i] = 1
	}
	require.NoError(s, upsert("first", versions))
	versions[17], versions[18] = 4, 5
	_ = s.listed(upsert("lost", versions), 17, 18)
	assert.Equal(s, many, s.Client.User.Query().Where(user.EmailIn(mails...), user.Name("first"), user.Version(1)).CountX(s.ctx))
	versions[17], versions[18] = 1, 1
	require.NoError(s, upsert("second", versions))
	assert.Equal(s, many, s.Client.User.Query().Where(user.EmailIn(mails...), user.Name("second"), user.Version(2)).CountX(s.ctx))
}
