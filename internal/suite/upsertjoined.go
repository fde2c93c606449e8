package suite

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertJoinedScenarios() []scenario {
	return []scenario{
		{name: "Upsert/BulkRowsGuardedAlikeAreOneStatement", run: bulkUpsertOfAlikeRows},
		{name: "Upsert/BulkRowsOfOtherShapesAreOthers", run: bulkUpsertOfShapes},
		{name: "Upsert/BulkOfKeysThatAreOneToTheDatabase", run: bulkUpsertOfEqualKeys},
		{name: "Upsert/BulkErrorIsThatOfItsRow", run: bulkUpsertErrorIsThatOfItsRow},
	}
}

// byOwnDriver makes the scene's client use ent's own driver, which surely begins transactions. It returns a function
// that counts the INSERTs since its last call.
func (s *Scene) byOwnDriver() (inserts func() int) {
	n := 0
	s.Client = ent.NewClient(ent.Driver(s.Sent.Driver), ent.Debug(), ent.Log(func(said ...any) {
		if strings.Contains(fmt.Sprint(said...), "query=INSERT") {
			n++
		}
	}))
	return func() int {
		defer func() { n = 0 }()
		return n
	}
}

// seenIDs notes the IDs of Users that hooks see, by their names.
func (s *Scene) seenIDs() map[string]int {
	ids := make(map[string]int)
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		v, err := next.Mutate(ctx, m)
		if u, ok := v.(*ent.User); ok && u != nil {
			ids[name] = u.ID
		}
		return v, err
	})
	return ids
}

func (s *Scene) idOf(mail string) int {
	s.Helper()
	return s.Client.User.Query().Where(user.Email(mail)).OnlyIDX(s.ctx)
}

// In the caller's transaction, MySQL and MariaDB need a statement for each row.
func bulkUpsertOfAlikeRows(s *Scene) {
	inserts := s.byOwnDriver()
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	seen := s.seenIDs()
	one, two := s.key(), s.key()
	builders := func(c *ent.Client, versions ...int64) []*ent.UserCreate {
		builders := make([]*ent.UserCreate, 4)
		for i, mail := range []string{one, mailB, two, mailA} {
			builders[i] = c.User.Create().SetName(mail).SetEmail(mail)
			if versions != nil {
				builders[i].SetVersion(versions[i])
			}
		}
		return builders
	}
	deliver := func(c *ent.Client, versions ...int64) error {
		return c.User.CreateBulk(builders(c, versions...)...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	inserts()
	require.NoError(s, deliver(s.Client, 3, 8, 4, 9))
	assert.Equal(s, 1, inserts())
	assert.Equal(s, map[string]int{one: s.idOf(one), mailB: b.ID, two: s.idOf(two), mailA: a.ID}, seen)
	for mail, version := range map[string]int64{one: 3, mailB: 8, two: 4, mailA: 9} {
		s.stored(seen[mail], mail, version)
	}

	clear(seen)
	inserts()
	late := s.late(deliver(s.Client, 4, 8, 4, 10), 1, 2)
	assert.Equal(s, b.ID, late.Late[0].ID)
	assert.EqualValues(s, 8, late.Late[0].Actual)
	assert.Equal(s, map[string]int{one: s.idOf(one), mailA: a.ID}, seen)
	assert.Equal(s, s.joinedOr(1, 5), inserts(), "MySQL and MariaDB say that a row refuses, but not which one")

	upsert := func(c *ent.Client, versions ...int64) error {
		return c.User.CreateBulk(builders(c)[1:]...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(versions...).Exec(s.ctx)
	}
	s.stored(s.idOf(two), two, 4)
	require.NoError(s, deliver(s.Client, 5, 20, 20, 20))
	inserts()
	clear(seen)
	require.NoError(s, upsert(s.Client, 20, 20, 20))
	assert.Equal(s, 1, inserts())
	assert.Equal(s, map[string]int{mailB: b.ID, two: s.idOf(two), mailA: a.ID}, seen)
	tx := s.Tx()
	inserts()
	assert.Equal(s, b.ID, s.listed(upsert(tx.Client(), 20, 21, 21), 0).Conflicts[0].ID)
	require.NoError(s, upsert(tx.Client(), 21, 21, 21))
	_ = s.late(deliver(tx.Client(), 6, 22, 22, 30), 1, 2)
	require.NoError(s, tx.Commit())
	assert.Equal(s, s.joinedOr(4, 10), inserts(), "21 and 21 go together")
	s.stored(a.ID, mailA, 30)
	s.stored(b.ID, mailB, 22)
}

// joinedOr returns joined if the database says which rows of a statement it has written, and apart if not.
func (s *Scene) joinedOr(joined, apart int) int {
	if s.db.Dialect == dialect.MySQL {
		return apart
	}
	return joined
}

func bulkUpsertOfShapes(s *Scene) {
	s.byOwnDriver()
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	c, mailC := s.atVersion7()
	seen := s.seenIDs()
	fresh := s.key()
	err := s.bulk(
		s.onMail(mailA, "a9").SetVersion(9).SetAge(1), s.onMail(fresh, "f2").SetVersion(2).SetAge(2),
		s.onMail(mailB, "b9").SetVersion(9).SetPassword("secret").SetAge(3), s.onMail(mailA, "a8").SetVersion(8).SetPassword("late").SetAge(4),
		s.onMail(mailA, "a10").SetVersion(10).SetAge(5), s.onMail(mailA, "a12").SetVersion(12).SetAge(6), s.onMail(mailA, "a11").SetVersion(11).SetAge(7),
		s.onMail(mailC, "c9").SetVersion(9).SetAge(8).AddGroups(saved(s, s.Client.Group.Create().SetName("g"))),
	).IfNewer().Exec(s.ctx)
	late := s.late(err, 3, 6)
	assert.EqualValues(s, 9, late.Late[0].Actual, "in the order of the builders")
	assert.EqualValues(s, 12, late.Late[1].Actual)
	assert.Equal(s, map[string]int{"a9": a.ID, "f2": s.idOf(fresh), "b9": b.ID, "a10": a.ID, "a12": a.ID, "c9": c.ID}, seen)
	s.stored(a.ID, "a12", 12)
	s.stored(b.ID, "b9", 9)
	assert.Empty(s, s.load(a.ID).Password, "a field that the builder does not set stays")
	assert.Equal(s, "secret", s.load(b.ID).Password)
	assert.True(s, s.load(c.ID).QueryGroups().ExistX(s.ctx))
}

// To MySQL and MariaDB a name with trailing spaces is the same name, which entocc can't know.
func bulkUpsertOfEqualKeys(s *Scene) {
	s.byOwnDriver()
	seen := s.seenIDs()
	short := s.key()
	long := short + " "
	deliver := func(shortAt, longAt int64) error {
		return s.bulk(s.onMail(short, "short").SetVersion(shortAt), s.onMail(s.key(), "other").SetVersion(1), s.onMail(long, "long").SetVersion(longAt)).
			IfNewer().Exec(s.ctx)
	}
	require.NoError(s, deliver(2, 3))
	if s.db.Dialect != dialect.MySQL {
		assert.NotEqual(s, seen["short"], seen["long"])
		_ = s.late(deliver(5, 3), 2)
		return
	}
	assert.Equal(s, seen["short"], seen["long"])
	s.stored(seen["long"], "long", 3)
	_ = s.late(deliver(6, 5), 2)
	s.stored(seen["long"], "short", 6)
	_ = s.listed(s.bulk(s.onMail(short, "lost"), s.onMail(long, "lost")).IfVersion(6, 6).Exec(s.ctx), 1)
	s.stored(seen["long"], "short", 6)
}

func bulkUpsertErrorIsThatOfItsRow(s *Scene) {
	s.byOwnDriver()
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	_, mailC := s.atVersion7()
	upsert := func(c *ent.Client, name string, parent int) error {
		create := func(mail string, parent int) *ent.UserCreate {
			return c.User.Create().SetName(name).SetEmail(mail).SetParentID(parent).SetVersion(8)
		}
		return c.User.CreateBulk(create(mailA, b.ID), create(mailB, parent), create(mailC, a.ID)).
			OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(s.ctx)
	}
	err := upsert(s.Client, "lost", 1<<30)
	require.True(s, ent.IsConstraintError(err), "%v", err)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
	tx := s.Tx()
	err = upsert(tx.Client(), "lost", 1<<30)
	require.True(s, ent.IsConstraintError(err), "%v", err)
	require.NoError(s, upsert(tx.Client(), "after", a.ID))
	require.NoError(s, tx.Commit())
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "after", 8)
	assert.Equal(s, a.ID, s.load(b.ID).QueryParent().OnlyIDX(s.ctx))
}
