package suite

import (
	"context"
	stdsql "database/sql"
	"sync"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Report mode: what would be refused is reported and written anyway.
func reportScenarios() []scenario {
	nodes := func(db DB) string {
		if db.Traits.Nodes {
			return "the other node sees a commit a little later"
		}
		return ""
	}
	ends := func(db DB) string {
		if db.Traits.ConflictEndsTx || db.Traits.ReadsLock {
			return "the database itself refuses to write over what a transaction has read"
		}
		return nodes(db)
	}
	return []scenario{
		{name: "Report/ByIDGoesThroughAndBumps", run: reportByID},
		{name: "Report/StaleSaveIsWrittenOver", run: reportStale},
		{name: "Report/EntityWithoutItsVersionGoesThrough", run: reportNotLoaded},
		{name: "Report/EntityOfARolledBackTransactionGoesThrough", run: reportRolledBack},
		{name: "Report/DeletesGoThrough", run: reportDeletes},
		{name: "Report/EveryKindOfRowIsWrittenOver", run: reportKinds, left: nodes},
		{name: "Report/EdgesAreWrittenOver", run: reportEdges},
		{name: "Report/HappyPathIsTheSame", run: reportHappyPath},
		{name: "Report/OtherTypesAreEnforced", run: reportTypes},
		{name: "Report/WhatStatesAVersionIsEnforced", run: reportStated},
		{name: "Report/BatchesAreEnforced", run: reportBatches},
		{name: "Report/RetriesAreEnforced", run: reportRetries},
		{name: "Report/ResolverDecides", run: reportResolver},
		{name: "Report/GoneIsNotFound", run: reportGone},
		{name: "Report/ConflictInATransactionGoesOn", run: reportInTx, left: ends},
		{name: "Report/OldStructInATransaction", run: reportOldStructInTx},
		{name: "Report/SoftDeleteIsReportedOnce", run: reportSoftDelete},
		{name: "Report/CallSites", run: reportCallSites},
		{name: "Report/IsHeardByAll", run: reportHeard},
		{name: "Report/SwitchedOffIsEnforced", run: reportOff},
	}
}

// reporter collects events.
type reporter struct {
	mu     sync.Mutex
	events []hook.Event
}

func (r *reporter) report(_ context.Context, e hook.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// take returns the events since the last call.
func (r *reporter) take() []hook.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// one requires exactly one event, of this kind, and returns it.
func (r *reporter) one(s *Scene, kind hook.ReportKind) hook.Event {
	s.Helper()
	events := r.take()
	require.Len(s, events, 1)
	assert.Equal(s, kind, events[0].Kind)
	assert.Error(s, events[0].Err)
	assert.Equal(s, kind == hook.Stale, ent.IsRecordModified(events[0].Err))
	return events[0]
}

// reporting returns a client that reports, and its reporter.
func (s *Scene) reporting(opts ...hook.ReportOption) (*ent.Client, *reporter) {
	r := new(reporter)
	return s.with(hook.Report(r.report, opts...)), r
}

func reportByID(s *Scene) {
	client, r := s.reporting()
	u := s.user("before")
	got := saved(s, client.User.UpdateOneID(u.ID).SetName("after"))
	assert.Equal(s, []any{"after", int64(2)}, []any{got.Name, got.Version})
	e := r.one(s, hook.Unguarded)
	assert.Equal(s, []any{ent.TypeUser, u.ID, ent.OpUpdateOne}, []any{e.Type, e.ID, e.Op})
	s.refused(e.Err)
	done(s, client.User.UpdateOneID(u.ID).SetName("exec"))
	done(s, client.User.UpdateOneID(u.ID).AddPets(s.pet("p")))
	assert.Len(s, r.take(), 2)
	assert.EqualValues(s, 4, s.version("users", u.ID))
	saved(s, client.Setting.UpdateOneID(saved(s, client.Setting.Create().SetID(s.key()).SetValue("a")).ID).SetValue("b"))
	saved(s, client.Group.UpdateOneID(saved(s, client.Group.Create().SetName("g")).ID).SetName("h"))
	assert.Empty(s, r.take(), "AllowBlind, and a type without a version: nothing would be refused")
	assert.True(s, ent.IsNotFound(client.User.UpdateOneID(-1).SetName("after").Exec(s.ctx)))
}

func reportStale(s *Scene) {
	client, r := s.reporting()
	_, b := s.twoUsers()
	s.bumpUser(b.ID)
	got := saved(s, client.User.UpdateOne(b).SetName("mine"))
	assert.Equal(s, []any{"mine", 1, int64(3)}, []any{got.Name, got.Age, got.Version}, "written over, and bumped once")
	e := r.one(s, hook.Stale)
	assert.Equal(s, []any{ent.TypeUser, b.ID, ent.OpUpdateOne, int64(1), int64(2)}, []any{e.Type, e.ID, e.Op, e.Expected, e.Actual})
	saved(s, got.Update().SetName("next"))
	assert.Empty(s, r.take(), "what a save returns has the version of the row")
	done(s, client.User.UpdateOne(b).SetName("exec"))
	r.one(s, hook.Stale)
}

func reportNotLoaded(s *Scene) {
	client, r := s.reporting()
	u := s.user("before")
	part := client.User.Query().Where(user.ID(u.ID)).Select("name").OnlyX(s.ctx)
	assert.EqualValues(s, 2, saved(s, part.Update().SetName("after")).Version)
	r.one(s, hook.NotLoaded)
	done(s, client.User.DeleteOne(part))
	r.one(s, hook.NotLoaded)
}

func reportRolledBack(s *Scene) {
	client, r := s.reporting()
	u := s.user("before")
	tx, err := client.Tx(s.ctx)
	require.NoError(s, err)
	never := saved(s, tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("never"))
	require.NoError(s, tx.Rollback())
	got := saved(s, client.User.UpdateOne(never).SetName("after"))
	assert.EqualValues(s, 2, got.Version)
	r.one(s, hook.RolledBack)
}

func reportDeletes(s *Scene) {
	client, r := s.reporting()
	for _, del := range []func(u *ent.User) error{
		func(u *ent.User) error { return client.User.DeleteOne(u).Exec(s.ctx) },
		func(u *ent.User) error { return client.User.DeleteOne(u).Where(user.Name("before")).Exec(s.ctx) },
	} {
		u := s.user("before")
		s.bumpUser(u.ID)
		require.NoError(s, del(u))
		e := r.one(s, hook.Stale)
		assert.Equal(s, []any{u.ID, ent.OpDeleteOne, int64(1), int64(2)}, []any{e.ID, e.Op, e.Expected, e.Actual})
		assert.False(s, client.User.Query().Where(user.ID(u.ID)).ExistX(s.ctx))
	}
	u := s.user("before")
	done(s, client.User.DeleteOneID(u.ID))
	assert.Equal(s, u.ID, r.one(s, hook.Unguarded).ID)
	u = s.user("before")
	s.bumpUser(u.ID)
	assert.True(s, ent.IsNotFound(client.User.DeleteOne(u).Where(user.Name("other")).Exec(s.ctx)))
	assert.EqualValues(s, 2, s.version("users", u.ID), "another predicate hides it")
}

func reportKinds(s *Scene) {
	client, r := s.reporting()
	d := saved(s, client.Document.Create().SetTitle("t"))
	now := saved(s, s.Other.Document.UpdateOneID(d.ID).IgnoreVersion().SetTitle("theirs"))
	got := saved(s, d.Update().SetTitle("mine"))
	assert.NotEqual(s, now.Version, got.Version)
	assert.Equal(s, []any{d.Version, now.Version}, []any{r.one(s, hook.Stale).Expected, now.Version})

	l := s.like()
	mine := saved(s, client.Like.UpdateOne(l).SetMood("glad"))
	assert.EqualValues(s, 3, saved(s, client.Like.UpdateOne(l).SetMood("sad")).Version)
	assert.Equal(s, []any{l.UserID, l.TweetID}, r.one(s, hook.Stale).ID)
	done(s, mine.Delete())
	r.one(s, hook.Stale)

	p := saved(s, client.Purchase.Create())
	line := saved(s, client.PurchaseLine.Create().SetPurchase(p))
	saved(s, s.Other.PurchaseLine.UpdateOneID(line.ID).IgnoreVersion().AddAmount(1))
	before := client.Purchase.GetX(s.ctx, p.ID).Version
	saved(s, line.Update().AddAmount(10))
	r.one(s, hook.Stale)
	assert.Equal(s, before+1, client.Purchase.GetX(s.ctx, p.ID).Version, "the parent is bumped once")
	done(s, line.Delete())
	r.one(s, hook.Stale)
	assert.Equal(s, before+2, client.Purchase.GetX(s.ctx, p.ID).Version)

	e := saved(s, client.Event.Create().SetName("e"))
	later := saved(s, client.Event.UpdateOne(e).SetName("f"))
	assert.Greater(s, saved(s, client.Event.UpdateOne(e).SetName("g")).Version, later.Version)
	r.one(s, hook.Stale)
}

func reportEdges(s *Scene) {
	client, r := s.reporting()
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	p, g := s.pet("p"), saved(s, client.Group.Create().SetName("g"))
	got := saved(s, client.User.UpdateOne(u).AddPets(p).AddGroups(g))
	assert.EqualValues(s, 3, got.Version)
	r.one(s, hook.Stale)
	assert.Equal(s, []int64{3, 2}, []int64{s.version("users", u.ID), s.version("pets", p.ID)}, "one bump of each")
	assert.Equal(s, 1, client.User.QueryGroups(got).CountX(s.ctx))
}

func reportHappyPath(s *Scene) {
	client, r := s.reporting()
	work := func(c *ent.Client) int {
		u := s.user("before")
		p := s.pet("p")
		s.Sent.Reset()
		u = saved(s, c.User.UpdateOne(u).SetName("a"))
		u = saved(s, c.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("b"))
		u = saved(s, c.User.UpdateOne(u).AddPets(p))
		done(s, c.User.Update().Where(user.ID(u.ID)).SetName("c"))
		_, err := c.User.Update().Where(user.ID(u.ID)).IfVersion(u.Version + 1).SetName("d").Save(s.ctx)
		require.NoError(s, err)
		done(s, c.User.DeleteOneID(u.ID).IfVersion(u.Version+2))
		return len(s.Sent.Sent())
	}
	work(s.Client) // The first call may also query the server's features.
	work(client)
	assert.Equal(s, work(s.Client), work(client), "no extra statement")
	assert.Empty(s, r.take())
	u := s.user("before")
	s.Sent.Reset()
	done(s, client.User.UpdateOneID(u.ID).SetName("b"))
	assert.Len(s, s.Sent.Writes(), 1)
}

func reportTypes(s *Scene) {
	client, r := s.reporting(hook.ReportTypes(ent.TypePet))
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	s.conflict(client.User.UpdateOne(u).SetName("lost").Exec(s.ctx))
	s.refused(client.User.UpdateOneID(u.ID).SetName("lost").Exec(s.ctx))
	s.refused(client.User.DeleteOneID(u.ID).Exec(s.ctx))
	assert.Empty(s, r.take())
	done(s, client.Pet.UpdateOneID(s.pet("p").ID).SetName("q"))
	r.one(s, hook.Unguarded)
	assert.Equal(s, "before", s.load(u.ID).Name)
}

func reportStated(s *Scene) {
	client, r := s.reporting()
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	s.conflict(client.User.UpdateOneID(u.ID).IfVersion(1).SetName("lost").Exec(s.ctx))
	s.conflict(client.User.UpdateOne(u).IfVersionIn(1, 7).SetName("lost").Exec(s.ctx))
	s.conflict(client.User.UpdateOne(u).IfMatch(accepts{int64(1)}).SetName("lost").Exec(s.ctx))
	s.conflict(client.User.DeleteOneID(u.ID).IfVersion(1).Exec(s.ctx))
	s.conflict(client.User.DeleteOne(u).IfMatch(accepts{}).Exec(s.ctx))
	_, err := client.User.Update().Where(user.ID(u.ID)).IfVersion(1).SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = client.User.Delete().Where(user.ID(u.ID)).IfVersion(1).Exec(s.ctx)
	s.conflict(err)
	s.refused(client.User.UpdateOneID(u.ID).IfVersionIn().SetName("lost").Exec(s.ctx))
	assert.Empty(s, r.take())
	assert.Equal(s, "before", s.load(u.ID).Name)
}

func reportBatches(s *Scene) {
	client, r := s.reporting()
	a, b := s.user("before"), s.user("before")
	s.bumpUser(b.ID)
	_, err := client.User.UpdateBulk(client.User.UpdateOne(a).SetName("lost"), client.User.UpdateOne(b).SetName("lost")).Save(s.ctx)
	require.Error(s, err)
	_, err = client.User.UpdateBulk(client.User.UpdateOne(a).SetName("lost"), client.User.UpdateOneID(b.ID).SetName("lost")).Save(s.ctx)
	assert.True(s, ent.IsVersionError(err), "%v", err)
	_, err = client.User.DeleteBulk(a, b).Exec(s.ctx)
	require.Error(s, err)
	assert.Empty(s, r.take())
	assert.Equal(s, []string{"before", "before"}, []string{s.load(a.ID).Name, s.load(b.ID).Name})
}

func reportRetries(s *Scene) {
	client, r := s.reporting()
	u := s.user("before")
	attempts := 0
	_, err := client.User.Modify(s.ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
		if attempts++; attempts == 1 {
			s.bumpUser(u.ID)
		}
		up.SetAge(u.Age + 10)
		return nil
	})
	require.NoError(s, err)
	assert.Equal(s, 11, s.load(u.ID).Age, "what the other writer added is not lost")
	s.conflict(entocc.Retry(s.ctx, func(ctx context.Context) error {
		return client.User.UpdateOne(u).SetAge(0).Exec(ctx)
	}, entocc.Attempts(1)))
	assert.Empty(s, r.take())
}

func reportResolver(s *Scene) {
	for _, outside := range []bool{true, false} {
		r := new(reporter)
		hooks := []ent.Hook{hook.Report(r.report), hook.OnModified(hook.Merge())}
		if outside {
			hooks[0], hooks[1] = hooks[1], hooks[0]
		}
		client := s.with(hooks...)
		u := client.User.GetX(s.ctx, s.user("before").ID)
		s.bumpUser(u.ID)
		got := saved(s, client.User.UpdateOne(u).SetName("mine"))
		assert.Equal(s, []any{"mine", 1}, []any{got.Name, got.Age})
		s.conflict(client.User.UpdateOne(u).SetAge(99).Exec(s.ctx))
		assert.Empty(s, r.take(), "the resolver decides")
		assert.Equal(s, 1, s.load(u.ID).Age)
		done(s, client.User.UpdateOneID(u.ID).SetAge(2))
		r.one(s, hook.Unguarded)
	}
}

func reportGone(s *Scene) {
	client, r := s.reporting()
	a, b := s.twoUsers()
	done(s, a.Delete())
	err := client.User.UpdateOne(b).SetName("risen").Exec(s.ctx)
	s.gone(err)
	s.gone(client.User.DeleteOne(b).Exec(s.ctx))
	assert.Empty(s, r.take(), "it is NotFound, as without versions")
}

func reportInTx(s *Scene) {
	client, r := s.reporting()
	id := s.user("before").ID
	tx, err := client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
	require.NoError(s, err)
	defer func() { _ = tx.Rollback() }()
	u := s.read(tx, id)
	s.bumpUser(id)
	got := saved(s, u.Update().SetName("mine"))
	assert.EqualValues(s, 3, got.Version)
	assert.Equal(s, 1, got.Age)
	r.one(s, hook.Stale)
	done(s, tx.User.UpdateOneID(id).AddAge(1))
	require.NoError(s, tx.Commit())
	assert.Equal(s, 2, s.load(id).Age)
}

func reportOldStructInTx(s *Scene) {
	client, r := s.reporting()
	id := s.user("before").ID
	tx, err := client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
	require.NoError(s, err)
	defer func() { _ = tx.Rollback() }()
	u := s.read(tx, id)
	saved(s, u.Update().SetName("first"))
	saved(s, u.Update().SetName("second").AddGroups(saved(s, tx.Group.Create().SetName("g"))))
	r.one(s, hook.Stale)
	done(s, u.Delete())
	r.one(s, hook.Stale)
	require.NoError(s, tx.Rollback())
	assert.Equal(s, "before", s.load(id).Name)
}
