package suite

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/schema"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchKindScenarios() []scenario {
	return []scenario{
		{name: "Batch/ValuesOfEveryKindAreStored", run: batchStoresValuesOfEveryKind},
		{name: "Batch/ShapesAndFallbacksAreWrittenTogether", run: batchOfShapesAndFallbacks, left: forgets},
		{name: "Batch/LegacyRowsAreGuarded", run: batchOfLegacyRows, left: keepsNull},
		{name: "Batch/TokensTimesAndOddNamesAreGuarded", run: batchOfTokensTimesAndOddNames},
		{name: "Batch/TokensOfUnguardedRowsAreNew", run: batchTokensOfUnguardedRowsAreNew},
		{name: "Batch/CompositeIDsAreGuarded", run: batchOfCompositeIDs},
		{name: "Batch/ChildrenAreBumped", run: batchBumpsChildren},
		{name: "Batch/SwitchesHold", run: batchSwitchesHold, left: forgets},
		{name: "Batch/IgnoredFieldsBumpNothing", run: batchOfIgnoredFieldsBumpsNothing},
		{name: "Batch/SelectReturnsTheVersion", run: batchSelectReturnsTheVersion},
		{name: "Batch/RowsOfOthersAreOutOfSight", run: batchRowsOfOthersAreOutOfSight},
	}
}

func batchStoresValuesOfEveryKind(s *Scene) {
	users := s.users(4)
	at := time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC)
	change := func(u *ent.User, i int) *ent.UserUpdateOne {
		return u.Update().SetName(fmt.Sprint("batch ", i)).SetEmail(s.key()).SetAvatar([]byte{0xff, 0xfe, 0, byte(i)}).
			SetLastLogin(at.Add(time.Duration(i) * time.Hour)).SetLabels([]string{"ä", fmt.Sprint(i)}).
			SetSettings(map[string]string{"quote": `'"\`}).SetPassword("secret").SetParent(users[0])
	}
	s.Sent.Reset()
	saved := saved(s, s.Client.User.UpdateBulk(change(users[1], 1), change(users[2], 2), change(users[3], 3)))
	require.Len(s, s.Sent.Writes(), 1)
	for i, u := range saved {
		now := s.load(u.ID)
		assert.Equal(s, now.String(), u.String())
		assert.Equal(s, []byte{0xff, 0xfe, 0, byte(i + 1)}, now.Avatar)
		assert.True(s, at.Add(time.Duration(i+1)*time.Hour).Equal(*now.LastLogin), "%v", now.LastLogin)
		assert.Equal(s, []string{"ä", fmt.Sprint(i + 1)}, now.Labels)
		assert.Equal(s, map[string]string{"quote": `'"\`}, now.Settings)
		assert.Equal(s, users[0].ID, now.QueryParent().OnlyIDX(s.ctx))
	}
	cleared := saved[:2]
	_, err := s.Client.User.UpdateBulk(
		cleared[0].Update().ClearEmail().ClearAvatar().ClearLabels().ClearParent(),
		cleared[1].Update().ClearEmail().ClearAvatar().ClearLabels().ClearParent(),
	).Save(s.ctx)
	require.NoError(s, err)
	for _, u := range cleared {
		now := s.load(u.ID)
		assert.Nil(s, now.Email)
		assert.Nil(s, now.Avatar)
		assert.False(s, now.QueryParent().ExistX(s.ctx))
	}
}

// manyShapes returns builders of many shapes, most of which a joined statement can't take.
func (s *Scene) manyShapes(users []*ent.User, pet *ent.Pet) []*ent.UserUpdateOne {
	return []*ent.UserUpdateOne{
		users[0].Update().SetName("set"),
		users[1].Update().AddAge(5),
		users[2].Update().AppendLabels([]string{"more"}),
		users[3].Update().Modify(func(u *sql.UpdateBuilder) { u.Set("age", 7) }),
		users[4].Update().AddPets(pet),
		users[5].Update().SetName("where").Where(sql.FieldEQ("born_in", "here")),
		users[6].Update().ForceIncrement(),
		users[7].Update(),
		s.Client.User.UpdateOneID(users[8].ID).IfVersion(users[8].Version),
		users[9].Update().SetName("set"),
		users[10].Update().SetName("where").Where(sql.FieldEQ("born_in", "here")),
		users[11].Update().SetAge(1).ClearPassword(),
	}
}

// What a joined statement can't take is written row by row, and guarded too.
func batchOfShapesAndFallbacks(s *Scene) {
	pet := saved(s, s.Client.Pet.Create().SetName("pet"))
	bumped := []int64{2, 2, 2, 2, 2, 2, 2, 1, 1, 2, 2, 2}
	users := s.users(12)
	for _, i := range []int{5, 10} {
		s.setColumn("users", "born_in", "here", users[i].ID)
	}
	nodes := saved(s, s.Client.User.UpdateBulk(s.manyShapes(users, pet)...))
	require.Len(s, nodes, 12)
	for i, u := range nodes {
		assert.Equal(s, users[i].ID, u.ID)
		assert.Equal(s, bumped[i], u.Version, "builder %d", i)
		assert.Equal(s, bumped[i], s.version("users", u.ID), "builder %d", i)
		assert.Equal(s, s.load(u.ID).String(), u.String())
	}
	assert.Equal(s, 5, nodes[1].Age)
	assert.Equal(s, 7, nodes[3].Age)
	assert.EqualValues(s, 2, s.version("pets", pet.ID))

	var ids []any
	for i, u := range users {
		s.bumpUser(u.ID)
		if i != 7 { // Nothing to write, and nobody asked for a check.
			ids = append(ids, u.ID)
		}
	}
	_, err := s.Client.User.UpdateBulk(s.manyShapes(users, pet)...).Save(s.ctx)
	s.conflicts(err, ids...)
	saved, err := s.Client.User.UpdateBulk(s.manyShapes(users, pet)...).SkipModified().Save(s.ctx)
	s.conflicts(err, ids...)
	assert.Len(s, saved, 1)
	assert.EqualValues(s, 2, s.version("pets", pet.ID))
}

func batchOfLegacyRows(s *Scene) {
	var orders []*ent.Order
	for i := range 4 {
		o := saved(s, s.Client.Order.Create())
		if i < 2 {
			s.setColumn("orders", "cm_version_id", nil, o.ID)
		}
		orders = append(orders, s.Client.Order.GetX(s.ctx, o.ID))
	}
	builders := func() (all []*ent.OrderUpdateOne) {
		for _, o := range orders {
			all = append(all, o.Update().SetState("paid"))
		}
		return all
	}
	before := s.column("orders", "cm_version_id", orders[2].ID).Int64
	require.Len(s, saved(s, s.Client.Order.UpdateBulk(builders()...)), 4)
	assert.EqualValues(s, 1, s.column("orders", "cm_version_id", orders[0].ID).Int64)
	assert.Equal(s, before+1, s.column("orders", "cm_version_id", orders[2].ID).Int64)
	_, err := s.Client.Order.UpdateBulk(builders()...).Save(s.ctx)
	s.conflicts(err, orders[0].ID, orders[1].ID, orders[2].ID, orders[3].ID)
}

func batchOfTokensTimesAndOddNames(s *Scene) {
	var documents []*ent.DocumentUpdateOne
	var accounts []*ent.AccountUpdateOne
	var readings []*ent.ReadingUpdateOne
	var events []*ent.EventUpdateOne
	for range 3 {
		documents = append(documents, saved(s, s.Client.Document.Create().SetTitle("before")).Update().SetTitle("batch"))
		accounts = append(accounts, saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("before")).Update().SetOwner("batch"))
		readings = append(readings, s.Client.Reading.GetX(s.ctx, saved(s, s.Client.Reading.Create().SetValue(1)).ID).Update().SetValue(2.5))
		events = append(events, saved(s, s.Client.Event.Create().SetName("before")).Update().SetName("batch"))
	}
	titles := saved(s, s.Client.Document.UpdateBulk(documents...))
	require.Len(s, titles, 3)
	assert.NotEqual(s, titles[0].Version, titles[1].Version)
	_, err := s.Client.Document.UpdateBulk(documents...).SkipModified().Save(s.ctx)
	s.conflicts(err, titles[0].ID, titles[1].ID, titles[2].ID)
	done(s, titles[2].Update().SetTitle("after"))

	owners := saved(s, s.Client.Account.UpdateBulk(accounts...))
	_, err = s.Client.Account.UpdateBulk(accounts...).Save(s.ctx)
	bulk := s.conflicts(err, owners[0].ID, owners[1].ID, owners[2].ID)
	assert.EqualValues(s, 2, bulk.Conflicts[0].Actual)

	values := saved(s, s.Client.Reading.UpdateBulk(readings...))
	_, err = s.Client.Reading.UpdateBulk(readings...).Save(s.ctx)
	s.conflicts(err, values[0].ID, values[1].ID, values[2].ID)
	done(s, values[2].Update().SetValue(3))

	names := saved(s, s.Client.Event.UpdateBulk(events...))
	_, err = s.Client.Event.UpdateBulk(events...).Save(s.ctx)
	s.conflicts(err, names[0].ID, names[1].ID, names[2].ID)
}

func batchTokensOfUnguardedRowsAreNew(s *Scene) {
	a, b := saved(s, s.Client.Document.Create().SetTitle("before")), saved(s, s.Client.Document.Create().SetTitle("before"))
	byID := func() []*ent.DocumentUpdateOne {
		return []*ent.DocumentUpdateOne{
			s.Client.Document.UpdateOneID(a.ID).IgnoreVersion().SetTitle("batch"),
			s.Client.Document.UpdateOneID(b.ID).IgnoreVersion().SetTitle("batch"),
		}
	}
	nodes := saved(s, s.Client.Document.UpdateBulk(byID()...))
	assert.NotContains(s, []uuid.UUID{a.Version, b.Version, nodes[1].Version}, nodes[0].Version)
	_, err := s.Client.Document.UpdateBulk(a.Update().SetTitle("stale"), b.Update().SetTitle("stale")).Save(s.ctx)
	s.conflicts(err, a.ID, b.ID)
	again, err := s.Client.Document.UpdateBulk(a.Update().SetTitle("unchecked"), b.Update().SetTitle("unchecked")).Save(entocc.SkipCheck(s.ctx))
	require.NoError(s, err)
	assert.NotEqual(s, nodes[0].Version, again[0].Version)
}

func batchOfCompositeIDs(s *Scene) {
	likes := []*ent.Like{s.like(), s.like(), s.like()}
	s.Sent.Reset()
	moods := saved(s, s.Client.Like.UpdateBulk(likes[0].Update().SetMood("glad"), likes[1].Update().SetMood("sad"), likes[2].Update().SetMood("calm")))
	require.Len(s, s.Sent.Writes(), 1)
	assert.Equal(s, "sad", moods[1].Mood)
	assert.EqualValues(s, 2, moods[2].Version)
	_, err := s.Client.Like.UpdateBulk(moods[0].Update().SetMood("x"), likes[1].Update().SetMood("x"), moods[2].Update().SetMood("x")).Save(s.ctx)
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(s, err, &bulk)
	require.Len(s, bulk.Conflicts, 1)
	assert.Equal(s, []any{likes[1].UserID, likes[1].TweetID}, bulk.Conflicts[0].ID)

	_, err = s.Client.Like.DeleteBulk(moods[0], likes[1]).Exec(s.ctx)
	require.ErrorAs(s, err, &bulk)
	s.Sent.Reset()
	n, err := s.Client.Like.DeleteBulk(moods...).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 3, n)
	assert.Len(s, s.Sent.Writes(), 1)
}

func batchBumpsChildren(s *Scene) {
	users := s.users(2)
	a, b := saved(s, s.Client.Pet.Create().SetName("a")), saved(s, s.Client.Pet.Create().SetName("b"))
	done2(s, s.Client.User.UpdateBulk(users[0].Update().AddPets(a), users[1].Update().AddPets(b).SetName("batch")))
	assert.EqualValues(s, 2, s.version("pets", a.ID))
	assert.EqualValues(s, 2, s.version("pets", b.ID))
	_, err := s.Client.User.UpdateBulk(users[0].Update().ClearPets(), users[1].Update().ClearPets()).Save(s.ctx)
	s.conflicts(err, users[0].ID, users[1].ID)
	assert.EqualValues(s, 2, s.version("pets", a.ID))

	pets := []*ent.Pet{s.Client.Pet.GetX(s.ctx, a.ID), s.Client.Pet.GetX(s.ctx, b.ID)}
	s.Sent.Reset()
	done2(s, s.Client.Pet.UpdateBulk(pets[0].Update().SetOwner(users[1]), pets[1].Update().SetOwner(users[0])))
	assert.Len(s, s.Sent.Writes(), 1)
	assert.Equal(s, users[1].ID, s.Client.Pet.GetX(s.ctx, a.ID).OwnerID)
}

// done2 executes a batch and requires success.
func done2(s *Scene, b interface {
	Exec(ctx context.Context) (int, error)
},
) {
	s.Helper()
	n, err := b.Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

func batchSwitchesHold(s *Scene) {
	users := s.users(2)
	s.bumpUser(users[0].ID)
	nodes, err := s.Client.User.UpdateBulk(renamed("unchecked", users...)...).Save(entocc.SkipCheck(s.ctx, ent.TypeUser))
	require.NoError(s, err)
	assert.EqualValues(s, 3, nodes[0].Version)
	assert.EqualValues(s, 2, nodes[1].Version)
	_, err = s.Client.User.UpdateBulk(renamed("shadow", users...)...).Save(entocc.SkipIncrement(s.ctx))
	s.conflicts(err, users[0].ID, users[1].ID)
	nodes, err = s.Client.User.UpdateBulk(renamed("shadow", nodes...)...).Save(entocc.SkipIncrement(s.ctx))
	require.NoError(s, err)
	assert.EqualValues(s, 3, nodes[0].Version)
	s.named("shadow", users...)
	n, err := s.Client.User.DeleteBulk(users...).Exec(entocc.SkipCheck(s.ctx))
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

func batchOfIgnoredFieldsBumpsNothing(s *Scene) {
	users := s.users(3)
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	nodes := saved(s, s.Client.User.UpdateBulk(users[0].Update().SetLastLogin(at), users[1].Update().SetLastLogin(at), users[2].Update().SetName("batch")))
	assert.EqualValues(s, 1, nodes[0].Version)
	assert.EqualValues(s, 1, nodes[1].Version)
	assert.EqualValues(s, 2, nodes[2].Version)
	s.bumpUser(users[1].ID)
	_, err := s.Client.User.UpdateBulk(users[0].Update().SetLastLogin(at), users[1].Update().SetLastLogin(at)).Save(s.ctx)
	s.conflicts(err, users[1].ID)
}

func batchSelectReturnsTheVersion(s *Scene) {
	users := s.users(2)
	nodes := saved(s, s.Client.User.UpdateBulk(users[0].Update().SetAge(1).Select("name"), users[1].Update().SetAge(2).Select("name")))
	assert.EqualValues(s, 2, nodes[1].Version)
	assert.Equal(s, "user 1", nodes[1].Name)
	done(s, nodes[1].Update().SetAge(3))

	l, m := s.like(), s.like()
	moods := saved(s, s.Client.Like.UpdateBulk(l.Update().SetMood("glad").Select("mood"), m.Update().SetMood("sad").Select("mood")))
	assert.Equal(s, "sad", moods[1].Mood)
	assert.EqualValues(s, 2, moods[1].Version)
}

func batchRowsOfOthersAreOutOfSight(s *Scene) {
	ours, theirs := context.WithValue(s.ctx, schema.TenantKey{}, "ours"), context.WithValue(s.ctx, schema.TenantKey{}, "theirs")
	var tickets []*ent.Ticket
	for _, ctx := range []context.Context{ours, ours, theirs} {
		tenant, _ := ctx.Value(schema.TenantKey{}).(string)
		tickets = append(tickets, s.Client.Ticket.Create().SetTenant(tenant).SetText("before").SaveX(ctx))
	}
	builders := func(tickets ...*ent.Ticket) (all []*ent.TicketUpdateOne) {
		for _, t := range tickets {
			all = append(all, t.Update().SetText("batch"))
		}
		return all
	}
	_, err := s.Client.Ticket.UpdateBulk(builders(tickets...)...).SkipModified().Save(ours)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, entocc.IsRecordModified(err), "an error about another tenant's row says nothing: %v", err)
	_, err = s.Client.Ticket.DeleteBulk(tickets...).Exec(ours)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	_, err = s.Client.Ticket.UpdateBulk(builders(tickets...)...).Save(s.ctx)
	require.ErrorContains(s, err, "no tenant")
	assert.EqualValues(s, 1, s.version("tickets", tickets[0].ID))

	s.Sent.Reset()
	saved, err := s.Client.Ticket.UpdateBulk(builders(tickets[:2]...)...).Save(ours)
	require.NoError(s, err)
	assert.Len(s, saved, 2)
	assert.Len(s, s.Sent.Writes(), 1, "the rows have their predicate in common")
	n, err := s.Client.Ticket.DeleteBulk(saved...).Exec(ours)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	if s.db.Dialect == dialect.MySQL {
		return
	}
	assert.EqualValues(s, 1, s.version("tickets", tickets[2].ID))
}
