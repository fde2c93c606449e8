package suite

import (
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/like"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/reading"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertKindScenarios() []scenario {
	return []scenario{
		{name: "Upsert/CompositeIDsAreGuarded", run: upsertOfCompositeIDs},
		{name: "Upsert/BulkOfCompositeIDsIsGuarded", run: bulkUpsertOfCompositeIDs},
		{name: "Upsert/BulkIfVersionOfEveryKind", run: bulkIfVersionOfEveryKind},
		{name: "Upsert/BulkIfVersionByIDs", run: bulkIfVersionByIDs},
		{name: "Upsert/BulkIfVersionOfLegacyRows", run: bulkIfVersionOfLegacyRows, left: keepsNull},
		{name: "Upsert/BulkIfVersionWithEdges", run: bulkIfVersionWithEdges},
		{name: "Upsert/BulkIfVersionTouchesParents", run: bulkIfVersionTouchesParents},
		{name: "Upsert/BulkIfNewerOfEveryKind", run: bulkIfNewerOfEveryKind},
	}
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
		assert.Equal(s, a.ID, conflict.ID, "no conflict columns are named, and none are needed")
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
	p.same("its lines are not newer")
	q.touched("its line is newer")

	stale := q.version - 1
	err := s.Client.PurchaseLine.CreateBulk(
		s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).SetCode(s.key()),
		s.Client.PurchaseLine.Create().SetPurchaseID(q.ID).SetCode(s.key()).IfPurchaseVersion(stale),
	).OnConflict(sql.ConflictColumns(purchaseline.FieldCode), sql.ResolveWith(func(u *sql.UpdateSet) { u.SetExcluded(purchaseline.FieldAmount) })).
		IfVersion(1, 1).Exec(s.ctx)
	s.parentConflict(err, q)
	p.same("nothing is written")
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

// rated upserts the mood of a Like.
func (s *Scene) rated(l *ent.Like, mood string) *ent.LikeCreate {
	return s.Client.Like.Create().SetUserID(l.UserID).SetTweetID(l.TweetID).SetMood(mood)
}

// likeIs requires a Like to have a mood and a version.
func (s *Scene) likeIs(l *ent.Like, mood string, version int64) {
	s.Helper()
	now := s.Client.Like.Query().Where(like.UserID(l.UserID), like.TweetID(l.TweetID)).OnlyX(s.ctx)
	assert.Equal(s, mood, now.Mood)
	assert.Equal(s, version, now.Version)
}

func upsertOfCompositeIDs(s *Scene) {
	l := s.like()
	clashing := func(mood string) *ent.LikeUpsertOne {
		return s.rated(l, mood).OnConflictColumns(like.FieldUserID, like.FieldTweetID)
	}
	upsert := func(mood string) *ent.LikeUpsertOne { return clashing(mood).UpdateNewValues() }
	err := upsert("lost").IfVersion(9).Exec(s.ctx)
	conflict := s.conflict(err)
	assert.Equal(s, []any{l.UserID, l.TweetID}, conflict.ID)
	assert.EqualValues(s, 1, conflict.Actual)
	var typed *ent.LikeModifiedError
	require.ErrorAs(s, err, &typed)
	now, err := typed.Current(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, l.UserID, now.UserID)
	s.likeIs(l, "", 1)
	require.NoError(s, upsert("after").IfVersion(1).Exec(s.ctx))
	s.likeIs(l, "after", 2)

	var late *entocc.NotNewerError
	require.ErrorAs(s, upsert("late").IfNewer(2).Exec(s.ctx), &late)
	assert.Equal(s, []any{l.UserID, l.TweetID}, late.ID)
	require.NoError(s, upsert("newer").IfNewer(5).Exec(s.ctx))
	s.likeIs(l, "newer", 5)
	require.NoError(s, upsert("forced").IfVersion(1).Exec(entocc.SkipCheck(s.ctx)))
	if !s.db.Traits.Bumping { // To a trigger it is a write like any other.
		require.NoError(s, clashing("kept").Ignore().Exec(s.ctx), "an upsert without a version may write nothing")
	}
	s.refused(clashing("lost").DoNothing().IfVersion(6).Exec(s.ctx))
	s.likeIs(l, "forced", 6)
	s.Client.Like.Delete().Where(like.UserID(l.UserID)).ExecX(s.ctx)
	require.NoError(s, upsert("created").IfVersion(6).Exec(s.ctx))
	s.likeIs(l, "created", 1)
}

func bulkUpsertOfCompositeIDs(s *Scene) {
	inserts := s.byOwnDriver()
	a, b, c := s.like(), s.like(), s.like()
	s.Client.Like.Delete().Where(like.UserID(c.UserID)).ExecX(s.ctx)
	upsert := func(mood string, versions ...int64) *ent.LikeUpsertBulk {
		builders := []*ent.LikeCreate{s.rated(a, mood), s.rated(b, mood), s.rated(c, mood)}
		for i, v := range versions {
			builders[i].SetVersion(v)
		}
		return s.Client.Like.CreateBulk(builders...).OnConflictColumns(like.FieldUserID, like.FieldTweetID).UpdateNewValues()
	}
	inserts()
	conflicts := s.listed(upsert("lost").IfVersion(1, 2, 1).Exec(s.ctx), 1)
	assert.Equal(s, []any{b.UserID, b.TweetID}, conflicts.Conflicts[0].ID)
	s.likeIs(a, "", 1)
	assert.Equal(s, 3, inserts())
	_ = s.listed(upsert("lost").IfVersion(2, 2, 2).Exec(s.ctx), 0, 1)
	assert.Equal(s, s.joinedOr(1, 4), inserts())
	require.NoError(s, upsert("after").IfVersion(1, 1, 1).Exec(s.ctx))
	assert.Equal(s, 1, inserts())
	for l, version := range map[*ent.Like]int64{a: 2, b: 2, c: 1} {
		s.likeIs(l, "after", version)
	}
	_ = s.late(upsert("newer", 5, 2, 2).IfNewer().Exec(s.ctx), 1)
	s.likeIs(a, "newer", 5)
	s.likeIs(b, "after", 2)
	s.likeIs(c, "newer", 2)
}
