package suite

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/reading"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertBulkScenarios() []scenario {
	return []scenario{
		{name: "Upsert/BulkIfVersionGuardsEachRow", run: bulkIfVersionGuardsEachRow},
		{name: "Upsert/BulkIfVersionListsEveryConflict", run: bulkIfVersionListsEveryConflict},
		{name: "Upsert/BulkIfVersionOfAWrongNumberIsRefused", run: bulkIfVersionOfAWrongNumber},
		{name: "Upsert/BulkIfVersionThatCanNotHoldIsRefused", run: bulkIfVersionRefused},
		{name: "Upsert/BulkIfVersionOfEveryKind", run: bulkIfVersionOfEveryKind},
		{name: "Upsert/BulkIfVersionIsSkippedUnderSkipCheck", run: bulkIfVersionUnderSkipCheck},
		{name: "Upsert/BulkIfVersionOfAShadow", run: bulkIfVersionOfAShadow, left: forgets},
		{name: "Upsert/BulkIfVersionByIDs", run: bulkIfVersionByIDs},
		{name: "Upsert/BulkIfVersionOfLegacyRows", run: bulkIfVersionOfLegacyRows, left: keepsNull},
		{name: "Upsert/BulkIfVersionOfOneRowTwice", run: bulkIfVersionOfOneRowTwice},
		{name: "Upsert/BulkIfVersionLeavesTheTransactionUsable", run: bulkIfVersionInTx},
		{name: "Upsert/BulkIfVersionAndAnotherConstraint", run: bulkIfVersionAndAnotherConstraint},
		{name: "Upsert/BulkIfVersionWithEdges", run: bulkIfVersionWithEdges},
		{name: "Upsert/BulkIfVersionTouchesParents", run: bulkIfVersionTouchesParents},
		{name: "Upsert/BulkIfNewerTakesTheNewerVersions", run: bulkIfNewer},
		{name: "Upsert/BulkIfNewerThatCanNotHoldIsRefused", run: bulkIfNewerRefused},
		{name: "Upsert/BulkIfNewerOfEveryKind", run: bulkIfNewerOfEveryKind},
		{name: "Upsert/BulkIfNewerOfOneRowTwice", run: bulkIfNewerOfOneRowTwice},
		{name: "Upsert/BulkIfNewerLeavesTheTransactionUsable", run: bulkIfNewerInTx},
		{name: "Upsert/BulkIfNewerOfAThousandRows", run: bulkIfNewerOfAThousandRows},
		{name: "Upsert/BulkIfVersionOfAThousandRows", run: bulkIfVersionOfAThousandRows},
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

func bulkIfVersionOfEveryKind(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle("before"))
	documents := func(token uuid.UUID, title string) error {
		return s.Client.Document.CreateBulk(
			s.Client.Document.Create().SetID(uuid.New()).SetTitle(title), s.Client.Document.Create().SetID(d.ID).SetTitle(title),
		).OnConflictColumns(document.FieldID).UpdateNewValues().IfVersion(uuid.New(), token).Exec(s.ctx)
	}
	conflict := s.listed(documents(uuid.New(), "lost"), 1).Conflicts[0]
	assert.Equal(s, d.ID, conflict.ID)
	assert.Equal(s, d.Version, conflict.Actual)
	require.NoError(s, documents(d.Version, "after"))
	_ = s.listed(documents(d.Version, "lost"), 1)
	assert.Equal(s, "after", s.Client.Document.GetX(s.ctx, d.ID).Title)

	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	accounts := func(revision int64, owner string) error {
		return s.Client.Account.CreateBulk(
			s.Client.Account.Create().SetID(a.ID).SetOwner(owner), s.Client.Account.Create().SetID(s.key()).SetOwner(owner),
		).OnConflictColumns("id").UpdateNewValues().IfVersion(revision, 1).Exec(s.ctx)
	}
	assert.Equal(s, a.ID, s.listed(accounts(9, "lost"), 0).Conflicts[0].ID)
	require.NoError(s, accounts(1, "after"))
	now := s.Client.Account.GetX(s.ctx, a.ID)
	assert.Equal(s, "after", now.Owner)
	assert.EqualValues(s, 2, now.Revision)

	e := saved(s, s.Client.Event.Create().SetName("before").SetSource(s.key()))
	events := func(version int64, name string) error {
		return s.Client.Event.CreateBulk(
			s.Client.Event.Create().SetName(name).SetSource(*e.Source), s.Client.Event.Create().SetName(name).SetSource(s.key()),
		).OnConflictColumns(event.FieldSource).UpdateNewValues().IfVersion(version, 1).Exec(s.ctx)
	}
	assert.Equal(s, e.ID, s.listed(events(e.Version-1, "lost"), 0).Conflicts[0].ID)
	require.NoError(s, events(e.Version, "after"))
	assert.Greater(s, s.version(event.Table, e.ID), e.Version)

	r := saved(s, s.Client.Reading.Create().SetValue(1).SetSensor(s.key()))
	r = s.Client.Reading.GetX(s.ctx, r.ID)
	readings := func(at time.Time, value float64) error {
		return s.Client.Reading.CreateBulk(
			s.Client.Reading.Create().SetValue(value).SetSensor(*r.Sensor), s.Client.Reading.Create().SetValue(value).SetSensor(s.key()),
		).OnConflictColumns(reading.FieldSensor).UpdateNewValues().IfVersion(at, at).Exec(s.ctx)
	}
	assert.Equal(s, r.ID, s.listed(readings(r.UpdatedAt.Add(-time.Microsecond), 3), 0).Conflicts[0].ID)
	require.NoError(s, readings(r.UpdatedAt, 2))
	_ = s.listed(readings(r.UpdatedAt, 3), 0)
	assert.EqualValues(s, 2, s.Client.Reading.GetX(s.ctx, r.ID).Value)
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

// forOne has the context of the User of a name changed.
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

func bulkIfVersionByIDs(s *Scene) {
	a := saved(s, s.Client.Setting.Create().SetID(s.key()).SetValue("before"))
	fresh := s.key()
	upsert := func(version int64, value string, named ...sql.ConflictOption) error {
		return s.Client.Setting.CreateBulk(
			s.Client.Setting.Create().SetID(fresh).SetValue(value), s.Client.Setting.Create().SetID(a.ID).SetValue(value),
		).OnConflict(named...).UpdateNewValues().IfVersion(1, version).Exec(s.ctx)
	}
	byID := sql.ConflictColumns("id")
	conflict := s.listed(upsert(5, "lost", byID), 1).Conflicts[0]
	assert.Equal(s, a.ID, conflict.ID)
	assert.EqualValues(s, 1, conflict.Actual)
	if s.db.Dialect == dialect.MySQL {
		conflict = s.listed(upsert(5, "lost"), 1).Conflicts[0]
		assert.Equal(s, a.ID, conflict.ID, "no columns are named, and none need be")
	}
	_, err := s.Client.Setting.Get(s.ctx, fresh)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	require.NoError(s, upsert(1, "after", byID))
	require.NoError(s, upsert(2, "again", byID))
	assert.Equal(s, "again", s.Client.Setting.GetX(s.ctx, a.ID).Value)
	assert.EqualValues(s, 2, s.Client.Setting.GetX(s.ctx, fresh).Version)
}

func bulkIfVersionOfLegacyRows(s *Scene) {
	a, b := s.numberedLegacyOrder(), s.numberedLegacyOrder()
	create := func(o *ent.Order, state string) *ent.OrderCreate {
		return s.Client.Order.Create().SetState(state).SetNumber(*o.Number)
	}
	upsert := func(state string, ofA, ofB int64) error {
		return s.Client.Order.CreateBulk(create(a, state), create(b, state)).
			OnConflictColumns(order.FieldNumber).UpdateNewValues().IfVersion(ofA, ofB).Exec(s.ctx)
	}
	conflict := s.listed(upsert("lost", 0, 1), 1).Conflicts[0]
	assert.Equal(s, b.ID, conflict.ID)
	assert.Nil(s, conflict.Actual)
	assert.ErrorContains(s, conflict.Err, "NULL")
	assert.Equal(s, "draft", s.Client.Order.GetX(s.ctx, a.ID).State)
	require.NoError(s, upsert("after", 0, 0))
	assert.EqualValues(s, 1, s.column(order.Table, order.FieldRev, a.ID).Int64)
	_ = s.listed(upsert("lost", 0, 1), 0)

	c := s.numberedLegacyOrder()
	deliver := func(version int64) error {
		return s.Client.Order.CreateBulk(create(c, "delivered").SetRev(version), create(a, "delivered").SetRev(version)).
			OnConflictColumns(order.FieldNumber).UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	_ = s.late(deliver(1), 1)
	assert.EqualValues(s, 1, s.column(order.Table, order.FieldRev, c.ID).Int64)
	_ = s.late(deliver(1), 0, 1)
}

// numberedLegacyOrder is a legacyOrder with a number.
func (s *Scene) numberedLegacyOrder() *ent.Order {
	s.Helper()
	o := saved(s, s.Client.Order.Create().SetNumber(s.key()))
	s.setColumn(order.Table, order.FieldRev, nil, o.ID)
	return o
}

func bulkIfVersionOfOneRowTwice(s *Scene) {
	a, mail := s.atVersion7()
	err := s.bulk(s.onMail(mail, "first"), s.onMail(mail, "second")).IfVersion(7, 7).Exec(s.ctx)
	conflict := s.listed(err, 1).Conflicts[0]
	assert.EqualValues(s, 8, conflict.Actual, "that of the first builder, which was undone: %v", err)
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
	require.NoError(s, tx.User.Create().SetName("kept").Exec(s.ctx), "the transaction goes on, as nothing of the upsert is left in it")
	require.NoError(s, tx.Commit())
	s.stored(a.ID, "before", 7)
	s.noUser(fresh)
}

func bulkIfVersionWithEdges(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	g := saved(s, s.Client.Group.Create().SetName("g"))
	p := saved(s, s.Client.Pet.Create().SetName("p"))
	upsert := func(version int64) error {
		return s.bulk(s.onMail(mailA, "after").AddGroups(g).AddPets(p), s.onMail(mailB, "after").AddGroups(g)).
			IfVersion(7, version).Exec(s.ctx)
	}
	_ = s.listed(upsert(6), 1)
	assert.False(s, s.load(a.ID).QueryGroups().ExistX(s.ctx))
	require.NoError(s, upsert(7))
	for _, u := range []*ent.User{a, b} {
		s.stored(u.ID, "after", 8)
		assert.True(s, s.load(u.ID).QueryGroups().ExistX(s.ctx))
	}
	assert.Equal(s, a.ID, s.Client.Pet.GetX(s.ctx, p.ID).QueryOwner().OnlyIDX(s.ctx))
	assert.EqualValues(s, 2, s.version("pets", p.ID), "its owner has changed, once")
}

func bulkIfVersionTouchesParents(s *Scene) {
	p, q := s.purchase(), s.purchase()
	codes := []string{s.key(), s.key(), s.key()}
	upsert := func(of ...*purchased) *ent.PurchaseLineUpsertBulk {
		builders := make([]*ent.PurchaseLineCreate, len(of))
		for i, at := range of {
			builders[i] = s.Client.PurchaseLine.Create().SetPurchaseID(at.ID).SetCode(codes[i]).SetVersion(2)
		}
		return s.Client.PurchaseLine.CreateBulk(builders...).OnConflict(
			sql.ConflictColumns(purchaseline.FieldCode), sql.ResolveWithNewValues(), sql.ResolveWith(func(u *sql.UpdateSet) {
				u.SetIgnore(purchaseline.FieldPurchaseID)
			}))
	}
	if s.db.Dialect == dialect.MySQL {
		s.refused(upsert(p, p, q).IfVersion(1, 1, 1).Exec(s.ctx))
		s.refused(upsert(p, p, q).IfNewer().Exec(s.ctx))
		assert.False(s, s.Client.PurchaseLine.Query().Where(purchaseline.CodeIn(codes...)).ExistX(s.ctx))
		p.same("refused, as MySQL does not say which rows it updates")
		return
	}
	require.NoError(s, upsert(p, p, q).IfVersion(1, 1, 1).Exec(s.ctx))
	p.touched("inserted, two lines")
	q.touched("inserted")
	_ = s.listed(upsert(p, p, q).IfVersion(2, 2, 7).Exec(s.ctx), 2)
	p.same("nothing is written")
	q.same("nothing is written")
	require.NoError(s, upsert(q, q, q).IfVersion(2, 2, 2).Exec(s.ctx))
	p.touched("updated, two lines, where they are")
	q.touched("updated")
	s.setColumn(purchaseline.Table, purchaseline.FieldVersion, 1, s.Client.PurchaseLine.Query().Where(purchaseline.Code(codes[2])).OnlyIDX(s.ctx))
	_ = s.late(upsert(p, p, p).IfNewer().Exec(s.ctx), 0, 1)
	p.same("its lines are not older")
	q.touched("its line is")

	stale := q.version - 1
	err := s.Client.PurchaseLine.CreateBulk(
		s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).SetCode(s.key()),
		s.Client.PurchaseLine.Create().SetPurchaseID(q.ID).SetCode(s.key()).IfPurchaseVersion(stale),
	).OnConflict(sql.ConflictColumns(purchaseline.FieldCode), sql.ResolveWith(func(u *sql.UpdateSet) { u.SetExcluded(purchaseline.FieldAmount) })).
		IfVersion(1, 1).Exec(s.ctx)
	s.parentConflict(err, q)
	p.same("nothing is written")
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

func bulkIfNewerOfEveryKind(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before"))
	deliver := func(revision int64, owner string) error {
		return s.Client.Account.CreateBulk(
			s.Client.Account.Create().SetID(a.ID).SetOwner(owner).SetRevision(revision),
			s.Client.Account.Create().SetID(s.key()).SetOwner(owner).SetRevision(revision),
		).OnConflictColumns("id").UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	_ = s.late(deliver(1, "lost"), 0)
	require.NoError(s, deliver(5, "after"))
	late := s.late(deliver(4, "lost"), 0).Late[0]
	assert.Equal(s, a.ID, late.ID)
	assert.EqualValues(s, 5, late.Actual)
	now := s.Client.Account.GetX(s.ctx, a.ID)
	assert.Equal(s, "after", now.Owner)
	assert.EqualValues(s, 5, now.Revision)
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

// many is more than ent's and the databases' limits of parameters allow in one statement.
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
