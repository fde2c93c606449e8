package suite

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/account"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/like"
	"github.com/entocc/entocc/internal/ent/note"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/pet"
	"github.com/entocc/entocc/internal/ent/predicate"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Set-based writes of one row with every kind of ID, version and edge, and in transactions.
func setBasedKindScenarios() []scenario {
	locking := func(db DB) string {
		if db.Traits.ReadsLock {
			return "nobody else can change what a transaction has read until it ends"
		}
		return ""
	}
	nodes := func(db DB) string {
		if db.Traits.Nodes {
			return "writers do not wait for those of another node: the second to commit gets a deadlock"
		}
		return ""
	}
	all := []scenario{
		{name: "SetBased/StringID", run: setBasedStringID},
		{name: "SetBased/UUIDAndToken", run: setBasedUUID},
		{name: "SetBased/TimeVersion", run: setBasedTime},
		{name: "SetBased/CompositeID", run: setBasedComposite},
		{name: "SetBased/NullVersion", run: setBasedNull, left: keepsNull},
		{name: "SetBased/NumberForATextID", run: setBasedNumberForText},
		{name: "SetBased/EdgesAreGuarded", run: setBasedEdges},
		{name: "SetBased/ParentsAreTouched", run: setBasedTouch},
		{name: "SetBased/SoftDelete", run: setBasedSoftDelete},
		{name: "SetBased/PredicateAddedByAHook", run: setBasedHook},
		{name: "SetBased/FieldOfThePredicateIsSet", run: setBasedOwnPredicate},
		{name: "SetBased/OneOfManyWritersWins", run: setBasedWriters, left: nodes},
		{name: "SetBased/ConditionOfARequest", run: setBasedRequest},
		{name: "SetBased/RowThatTheTransactionVerifies", run: setBasedVerified},
		{name: "SetBased/RowsThatComeAndGo", run: setBasedStorm, left: nodes},
		{name: "SetBased/RolledBackWriteIsKnown", run: setBasedRolledBack},
	}
	for _, by := range []struct {
		way   string
		where func(*ent.User) predicate.User
	}{
		{"ByField", func(u *ent.User) predicate.User { return user.And(user.Name("before"), user.IDIn(u.ID)) }},
		{"ByID", func(u *ent.User) predicate.User { return user.ID(u.ID) }},
	} {
		way, where := by.way, by.where
		all = append(all,
			scenario{name: "SetBased/" + way + "UpdateOfAReadRowThatOthersChanged", left: locking, run: readThenChanged(func(ctx context.Context, tx *ent.Tx, u *ent.User) error {
				return tx.User.Update().Where(where(u)).IfVersion(1).SetName("lost").Exec(ctx)
			})},
			scenario{name: "SetBased/" + way + "EdgesOfAReadRowThatOthersChanged", left: locking, run: readThenChanged(func(ctx context.Context, tx *ent.Tx, u *ent.User) error {
				return tx.User.Update().Where(where(u)).IfVersion(1).SetName("lost").ClearGroups().Exec(ctx)
			})},
			scenario{name: "SetBased/" + way + "ShadowOfAReadRowThatOthersChanged", left: locking, run: readThenChanged(func(ctx context.Context, tx *ent.Tx, u *ent.User) error {
				return tx.User.Update().Where(where(u)).IfVersion(1).SetName("before").Exec(entocc.SkipIncrement(ctx))
			})},
			scenario{name: "SetBased/" + way + "DeleteOfAReadRowThatOthersChanged", left: locking, run: readThenChanged(func(ctx context.Context, tx *ent.Tx, u *ent.User) error {
				_, err := tx.User.Delete().Where(where(u)).IfVersion(1).Exec(ctx)
				return err
			})},
		)
	}
	return all
}

func setBasedStringID(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner(s.key()))
	v := a.Revision
	for _, where := range []predicate.Account{account.ID(a.ID), account.Owner(a.Owner)} {
		assert.Equal(s, 1, saved(s, s.Client.Account.Update().Where(where).IfVersion(v).AddBalance(5)))
		_, err := s.Client.Account.Update().Where(where).IfVersion(v).AddBalance(5).Save(s.ctx)
		modified := s.conflict(err)
		assert.Equal(s, []any{a.ID, v + 1}, []any{modified.ID, modified.Actual})
		v++
	}
}

func setBasedUUID(s *Scene) {
	d := saved(s, s.Client.Document.Create().SetTitle(s.key()))
	for _, where := range []predicate.Document{document.ID(d.ID), document.Title(d.Title)} {
		now := s.Client.Document.GetX(s.ctx, d.ID)
		assert.Equal(s, 1, saved(s, s.Client.Document.Update().Where(where).IfVersion(now.Version).SetBody("b")))
		_, err := s.Client.Document.Update().Where(where).IfVersion(now.Version).SetBody("c").Save(s.ctx)
		modified := s.conflict(err)
		assert.Equal(s, d.ID, modified.ID)
		assert.Equal(s, s.Client.Document.GetX(s.ctx, d.ID).Version, modified.Actual)
		var typed *ent.DocumentModifiedError
		require.ErrorAs(s, err, &typed)
		current, err := typed.Current(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, "b", current.Body)
	}
}

func setBasedTime(s *Scene) {
	e := saved(s, s.Client.Event.Create().SetName(s.key()))
	assert.Equal(s, 1, saved(s, s.Client.Event.Update().Where(event.Name(e.Name)).IfVersion(e.Version).SetName("now")))
	_, err := s.Client.Event.Update().Where(event.ID(e.ID)).IfVersion(e.Version).SetName("lost").Save(s.ctx)
	assert.Greater(s, s.conflict(err).Actual, e.Version)
}

func setBasedComposite(s *Scene) {
	l := s.like()
	v := l.Version
	for way, where := range map[string][]predicate.Like{
		"by the key": {like.UserID(l.UserID), like.TweetID(l.TweetID)}, "by a part of it": {like.TweetID(l.TweetID)},
	} {
		assert.Equal(s, 1, saved(s, s.Client.Like.Update().Where(where...).IfVersion(v).SetMood("glad")), way)
		_, err := s.Client.Like.Update().Where(where...).IfVersion(v).SetMood("lost").Save(s.ctx)
		modified := s.conflict(err)
		assert.Equal(s, []any{l.UserID, l.TweetID}, modified.ID, way)
		var typed *ent.LikeModifiedError
		require.ErrorAs(s, err, &typed)
		current, err := typed.Current(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, "glad", current.Mood)
		_, err = s.Client.Like.Delete().Where(where...).IfVersion(v).Exec(s.ctx)
		s.conflict(err)
		v++
	}
	n, err := s.Client.Like.Delete().Where(like.UserID(l.UserID), like.TweetID(l.TweetID)).IfVersion(v).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}

func setBasedNull(s *Scene) {
	o := saved(s, s.Client.Order.Create().SetState(s.key()))
	s.setColumn("orders", "cm_version_id", nil, o.ID)
	_, err := s.Client.Order.Update().Where(order.State(o.State)).IfVersion(4).SetState("lost").Save(s.ctx)
	assert.ErrorContains(s, err, "NULL")
	s.conflict(err)
	assert.Equal(s, 1, saved(s, s.Client.Order.Update().Where(order.State(o.State)).IfVersion(0).SetState("ready")))
	assert.EqualValues(s, 1, s.column("orders", "cm_version_id", o.ID).Int64)
}

// MySQL compares a text with a number as numbers, so several keys can equal one value.
func setBasedNumberForText(s *Scene) {
	digits := fmt.Sprint(time.Now().UnixNano())
	a := saved(s, s.Client.Account.Create().SetID(digits+"a"+s.key()).SetOwner("a"))
	b := saved(s, s.Client.Account.Create().SetID(digits+"b"+s.key()).SetOwner("b"))
	number := predicate.Account(func(sel *sql.Selector) { sel.Where(sql.HasPrefix(sel.C("id"), digits)) })
	_, err := s.Client.Account.Update().Where(number).IfVersion(1).SetOwner("lost").Save(s.ctx)
	s.refused(err)
	if s.db.Dialect == "mysql" {
		equal := predicate.Account(sql.FieldEQ("id", 1111))
		s.exec(sql.Dialect(s.db.Dialect).Update("accounts").Set("id", "1111a").Where(sql.EQ("id", a.ID)))
		s.exec(sql.Dialect(s.db.Dialect).Update("accounts").Set("id", "1111b").Where(sql.EQ("id", b.ID)))
		defer s.exec(sql.Dialect(s.db.Dialect).Delete("accounts").Where(sql.In("id", "1111a", "1111b")))
		_, err = s.Client.Account.Delete().Where(equal).IfVersion(1).Exec(s.ctx)
		s.refused(err)
	}
}

func setBasedEdges(s *Scene) {
	u := s.keyed()
	for way, where := range s.ways(u) {
		p, g := s.pet(way), saved(s, s.Client.Group.Create().SetName("g"))
		v := s.version("users", u.ID)
		add := func(v int64) (int, error) {
			return s.Client.User.Update().Where(where).IfVersion(v).AddPets(p).AddGroups(g).Save(s.ctx)
		}
		s.Sent.Reset()
		_, err := add(v + 5)
		assert.Equal(s, u.ID, s.conflict(err).ID, way)
		assert.Zero(s, s.Client.Pet.Query().Where(pet.ID(p.ID), pet.HasOwner()).CountX(s.ctx), "no edge is written")
		n, err := add(v)
		require.NoError(s, err, way)
		assert.Equal(s, 1, n)
		assert.Equal(s, []int64{v + 1, 2}, []int64{s.version("users", u.ID), s.version("pets", p.ID)}, "%s: one bump of each", way)
		assert.Equal(s, u.ID, s.Client.Pet.QueryOwner(p).OnlyIDX(s.ctx))
		_, err = add(v)
		s.conflict(err)
	}
	assert.Equal(s, 2, s.Client.User.QueryGroups(u).CountX(s.ctx))
}

func setBasedTouch(s *Scene) {
	p := saved(s, s.Client.Purchase.Create())
	l := saved(s, s.Client.PurchaseLine.Create().SetPurchase(p).SetArticle(s.key()))
	parent := func() int64 { return s.Client.Purchase.GetX(s.ctx, p.ID).Version }
	v, before := l.Version, parent()
	for _, where := range []predicate.PurchaseLine{purchaseline.ID(l.ID), purchaseline.Article(l.Article)} {
		assert.Equal(s, 1, saved(s, s.Client.PurchaseLine.Update().Where(where).IfVersion(v).AddAmount(1)))
		assert.Equal(s, before+1, parent())
		_, err := s.Client.PurchaseLine.Update().Where(where).IfVersion(v).AddAmount(1).Save(s.ctx)
		s.conflict(err)
		_, err = s.Client.PurchaseLine.Delete().Where(where).IfVersion(v).Exec(s.ctx)
		s.conflict(err)
		v, before = v+1, before+1
		assert.Equal(s, before, parent(), "a conflict bumps nothing")
	}
	n, err := s.Client.PurchaseLine.Delete().Where(purchaseline.Article(l.Article)).IfVersion(v).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.Equal(s, before+1, parent())
}

func setBasedSoftDelete(s *Scene) {
	a := saved(s, s.Client.Note.Create().SetText(s.key()))
	for _, where := range []predicate.Note{note.ID(a.ID), note.Text(a.Text)} {
		_, err := s.Client.Note.Delete().Where(where).IfVersion(7).Exec(s.ctx)
		s.conflict(err)
	}
	n, err := s.Client.Note.Delete().Where(note.Text(a.Text)).IfVersion(1).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 2, s.version("notes", a.ID), "the row is kept")
}

// The tenant that a hook or a privacy rule adds is one of the predicates.
func setBasedHook(s *Scene) {
	name := s.key()
	a, b := s.user(name), s.user(name)
	done(s, b.Update().SetAge(9))
	client := s.with(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			m.(*ent.UserMutation).Where(user.Age(9))
			return next.Mutate(ctx, m)
		})
	})
	_, err := client.User.Update().Where(user.ID(a.ID)).IfVersion(1).SetLabels([]string{"lost"}).Save(s.ctx)
	s.gone(err)
	assert.Equal(s, 1, saved(s, client.User.Update().Where(named(name)).IfVersion(2).SetLabels([]string{"kept"})))
	assert.EqualValues(s, 3, s.version("users", b.ID))
}

// Once written, the row no longer matches the predicates.
func setBasedOwnPredicate(s *Scene) {
	u := s.keyed()
	for range 2 {
		name := s.load(u.ID).Name
		v := s.version("users", u.ID)
		assert.Equal(s, 1, saved(s, s.Client.User.Update().Where(named(name)).IfVersion(v).SetName(s.key()).AddPets(s.pet("p"))))
		_, err := s.Client.User.Update().Where(named(name)).IfVersion(v).SetName("lost").Save(s.ctx)
		s.gone(err)
	}
}

func setBasedWriters(s *Scene) {
	u := s.keyed()
	for way, where := range s.ways(u) {
		for range 5 {
			v := s.version("users", u.ID)
			var won, lost atomic.Int64
			var writers sync.WaitGroup
			for i := range 8 {
				writers.Go(func() {
					client := []*ent.Client{s.Client, s.Other}[i%2]
					n, err := client.User.Update().Where(where).IfVersion(v).AddAge(1).Save(s.ctx)
					if err == nil {
						won.Add(int64(n))
					} else if assert.Truef(s, ent.IsRecordModified(err) || entocc.IsRetryable(err), "%s: %v", way, err) {
						lost.Add(1)
					}
				})
			}
			writers.Wait()
			assert.Equal(s, []int64{1, 7, v + 1}, []int64{won.Load(), lost.Load(), s.version("users", u.ID)}, way)
		}
	}
	assert.Equal(s, 10, s.load(u.ID).Age)
}

// The request's tag names the row, however the predicates find it.
func setBasedRequest(s *Scene) {
	for way, want := range map[string][]int{"by ID": {200, 412, 400, 412}, "by another field": {200, 412, 400, 412}} {
		l := s.listen()
		where := s.ways(saved(s, l.user.Update().SetName(s.key())))[way]
		del := false
		server := l.serve(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
			if del {
				_, err := s.Client.User.Delete().Where(where).IfMatch(occhttp.IfMatch(r)).Exec(r.Context())
				return err
			}
			return s.Client.User.Update().Where(where).IfMatch(occhttp.IfMatch(r)).AddAge(1).Exec(r.Context())
		}))
		l.url = server.URL
		var got []int
		for _, tag := range []string{l.tag(2), l.tag(2), "no tag"} {
			status, _ := l.do(http.MethodPut, tag)
			got = append(got, status)
		}
		assert.EqualValues(s, 3, s.version("users", l.user.ID))
		del = true
		status, _ := l.do(http.MethodPut, l.tag(3))
		require.Equal(s, 200, status)
		status, _ = l.do(http.MethodPut, l.tag(3))
		assert.Equal(s, want, append(got, status), way)
	}
}

// What a transaction writes itself is no conflict with what it verifies.
func setBasedVerified(s *Scene) {
	u := s.keyed()
	for _, where := range s.ways(u) {
		tx := s.Tx()
		read := s.read(tx, u.ID)
		require.NoError(s, tx.User.VerifyOnCommit(read))
		_, err := tx.User.Update().Where(where).IfVersion(read.Version).AddAge(1).Save(s.ctx)
		require.NoError(s, err)
		require.NoError(s, tx.Commit())
	}
	assert.Equal(s, 2, s.load(u.ID).Age)
}

// An entity that was read after the write has a version that never existed once the transaction is rolled back.
func setBasedRolledBack(s *Scene) {
	u := s.keyed()
	for _, where := range s.ways(u) {
		tx := s.Tx()
		n, err := tx.User.Update().Where(where).IfVersion(1).SetAge(3).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, 1, n)
		read, err := tx.User.Get(s.ctx, u.ID)
		require.NoError(s, err)
		assert.EqualValues(s, 2, read.Version)
		require.NoError(s, tx.Rollback())
		s.refused(s.Client.User.UpdateOne(read).SetName("lost").Exec(s.ctx))
	}
	done(s, u.Update().SetAge(4))
}
