package suite

import (
	"context"
	"net/http"
	"time"

	entbase "entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What resolvers may not do: override the version that a client stated, or replace a retry.
func statedScenarios() []scenario {
	return []scenario{
		{name: "Stated/IfMatchIsNotForResolvers", run: ifMatchIsNotForResolvers},
		{name: "Stated/IfVersionIsKeptBackByOption", run: ifVersionIsKeptBackByOption},
		{name: "Stated/StaleIfMatchIs412WhateverTheResolver", run: staleIfMatchIs412},
		{name: "Stated/MergeForIfMatchAnswersWithTheNewTag", run: mergeForIfMatchAnswers},
		{name: "Stated/IfVersionSentGuardsIfSomethingWasSent", run: ifVersionSent},
		{name: "Stated/RetriesReachTheSameEndWithAResolver", run: retriesReachTheSameEnd},
		{name: "Stated/EntitiesOfARetryAreResolvedAfterIt", run: entitiesOfARetryAreResolvedAfterIt},
		{name: "Resolve/WrongResultIsAnError", run: wrongResultIsAnError},
		{name: "Resolve/OwnSaveOfTheRowIsNotResolvedAgain", run: ownSaveIsNotResolvedAgain},
		{name: "Resolve/BuilderIsAsItWasAfterAFailedMerge", run: builderIsAsItWas},
	}
}

var anyResolver = map[string]func() hook.Resolver{
	"ClientWins": hook.ClientWins, "StoreWins": hook.StoreWins, "Merge": func() hook.Resolver { return hook.Merge() },
}

// with returns another client, with these hooks.
func (s *Scene) with(hooks ...ent.Hook) *ent.Client {
	client := ent.NewClient(ent.Driver(s.Sent))
	client.Use(hooks...)
	return client
}

func ifMatchIsNotForResolvers(s *Scene) {
	for name, resolver := range anyResolver {
		for _, opts := range [][]hook.ResolveOption{nil, {hook.WithIfMatch()}} {
			client := s.with(hook.OnModified(resolver(), opts...))
			_, u := s.twoUsers()
			s.bumpUser(u.ID)
			saved(s, s.Other.User.UpdateOneID(u.ID).IgnoreVersion().SetName("theirs"))
			s.catchUp()
			stale := accepts{int64(1)}
			s.conflict(client.User.UpdateOne(u).IfMatch(stale).SetName("mine").Exec(s.ctx))
			s.conflict(client.User.UpdateOneID(u.ID).IfMatch(stale).SetName("mine").Exec(s.ctx))
			s.conflict(client.User.DeleteOne(u).IfMatch(stale).Exec(s.ctx))
			s.conflict(client.User.DeleteOneID(u.ID).IfMatch(accepts{}).Exec(s.ctx))
			assert.Equal(s, "theirs", s.load(u.ID).Name, name)
		}
	}
}

func ifVersionIsKeptBackByOption(s *Scene) {
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	kept := s.with(hook.OnModified(hook.ClientWins(), hook.WithoutIfVersion()))
	s.conflict(kept.User.UpdateOneID(u.ID).IfVersion(1).SetName("mine").Exec(s.ctx))
	s.conflict(kept.User.DeleteOneID(u.ID).IfVersionIn(1, 7).Exec(s.ctx))
	s.conflict(s.with(hook.OnModified(hook.StoreWins())).User.UpdateOneID(u.ID).IfVersion(1).SetName("mine").Exec(s.ctx))
	assert.Equal(s, "before", s.load(u.ID).Name)

	saved(s, kept.User.UpdateOne(u).SetName("mine"))
	got := saved(s, s.with(hook.OnModified(hook.ClientWins())).User.UpdateOneID(u.ID).IfVersion(1).SetName("mine too"))
	assert.EqualValues(s, 4, got.Version)
}

func staleIfMatchIs412(s *Scene) {
	for _, resolver := range anyResolver {
		l := s.listen()
		l.Client = s.with(hook.OnModified(resolver()))
		s.bumpUser(l.user.ID)
		l.requireRefused(http.StatusPreconditionFailed, http.MethodPut, l.tag(1))
		l.requireRefused(http.StatusPreconditionFailed, http.MethodDelete, l.tag(1))
		l.between = func() { s.bumpUser(l.user.ID) }
		l.requireRefused(http.StatusPreconditionFailed, http.MethodPut, l.tag(2))
		l.requireRefused(http.StatusPreconditionFailed, http.MethodDelete, l.tag(3))
	}
}

func mergeForIfMatchAnswers(s *Scene) {
	l := s.listen()
	l.Client = s.with(hook.OnModified(hook.Merge(), hook.WithIfMatch()))
	l.between = func() { s.bumpUser(l.user.ID) } // The age, while the request sets the name.
	status, tag := l.do(http.MethodPut, l.tag(1))
	assert.Equal(s, http.StatusOK, status)
	assert.Equal(s, l.tag(3), tag)
	got := s.load(l.user.ID)
	assert.Equal(s, []any{"mine", 1}, []any{got.Name, got.Age})

	l.between = func() {}
	saved(s, s.Other.User.UpdateOneID(l.user.ID).IgnoreVersion().SetName("theirs"))
	s.catchUp()
	status, _ = l.do(http.MethodPut, l.tag(3))
	assert.Equal(s, http.StatusPreconditionFailed, status, "the handler has loaded version 4, which the client has never seen")
	assert.Equal(s, "theirs", s.load(l.user.ID).Name)
}

func ifVersionSent(s *Scene) {
	u := s.user("before")
	one, none := int64(1), int64(0)
	s.bumpUser(u.ID)
	s.conflict(s.Client.User.UpdateOneID(u.ID).IfVersionSent(&one).SetName("mine").Exec(s.ctx))
	s.conflict(s.Client.User.UpdateOne(u).IfVersionSent(&one).SetName("mine").Exec(s.ctx))
	s.conflict(s.Client.User.DeleteOneID(u.ID).IfVersionSent(&one).Exec(s.ctx))
	assert.EqualValues(s, 3, saved(s, s.Client.User.UpdateOneID(u.ID).IfVersionSent(nil).SetName("a")).Version)
	assert.EqualValues(s, 4, saved(s, s.Client.User.UpdateOne(u).IfVersionSent(&none).SetName("b")).Version)
	four := int64(4)
	assert.EqualValues(s, 5, saved(s, s.Client.User.UpdateOneID(u.ID).IfVersionSent(&four).SetName("c")).Version)
	done(s, s.Client.User.DeleteOneID(u.ID).IfVersionSent(nil))
}

// Another writer adds 100 to 19 before the first attempt writes. Adding 1 gives 120, whatever resolver the client has.
func retriesReachTheSameEnd(s *Scene) {
	for name, resolver := range anyResolver {
		client := s.with(hook.OnModified(resolver(), hook.WithIfMatch()))
		u := saved(s, s.Client.User.Create().SetName("u").SetAge(19))
		attempts := 0
		add := func() {
			if attempts++; attempts == 1 {
				saved(s, s.Other.User.UpdateOneID(u.ID).IgnoreVersion().AddAge(100))
				s.catchUp()
			}
		}
		quick := entocc.Backoff(time.Microsecond, time.Millisecond)
		reset := func(want int) {
			s.Helper()
			assert.Equal(s, want, s.load(u.ID).Age, name)
			assert.Equal(s, 2, attempts, name)
			attempts = 0
			saved(s, s.Client.User.UpdateOneID(u.ID).IgnoreVersion().SetAge(19))
		}
		_, err := client.User.Modify(s.ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
			add()
			up.SetAge(u.Age + 1)
			return nil
		}, quick)
		require.NoError(s, err)
		reset(120)
		require.NoError(s, entocc.Retry(s.ctx, func(ctx context.Context) error {
			u, err := client.User.Get(ctx, u.ID)
			require.NoError(s, err)
			add()
			return u.Update().SetAge(u.Age + 1).Exec(ctx)
		}, quick))
		reset(120)
		if s.db.Traits.ReadsLock || s.db.Traits.OneWriter {
			continue // Nobody can write what a transaction has read.
		}
		require.NoError(s, client.RetryTx(s.ctx, func(tx *ent.Tx) error {
			u, err := tx.User.Get(s.ctx, u.ID)
			if err != nil {
				return err
			}
			add()
			return tx.Client().Debug().User.UpdateOne(u).SetAge(u.Age + 1).Exec(s.ctx)
		}, quick))
		reset(120)
	}
}

// On every database: the transaction writes from an entity that was stale before it began.
func entitiesOfARetryAreResolvedAfterIt(s *Scene) {
	client := s.with(hook.OnModified(hook.ClientWins()))
	stale, inside := s.user("stale"), s.user("inside")
	s.bumpUser(stale.ID)
	s.catchUp()
	var u *ent.User
	err := client.RetryTx(s.ctx, func(tx *ent.Tx) (err error) {
		if u, err = tx.User.Get(s.ctx, inside.ID); err != nil {
			return err
		}
		if err = tx.User.UpdateOne(stale).SetName("mine").Exec(s.ctx); err != nil {
			s.conflict(err)
		}
		return nil
	})
	if err == nil {
		assert.Equal(s, "stale", s.load(stale.ID).Name)
	}
	u = u.Unwrap()
	s.bumpUser(u.ID)
	s.catchUp()
	assert.Equal(s, "mine", saved(s, u.Update().SetName("mine")).Name, "after the transaction it is an entity like any other")
}

func wrongResultIsAnError(s *Scene) {
	for _, result := range []entbase.Value{nil, (*ent.User)(nil), 1, "saved", &ent.Pet{}, ent.User{}} {
		client := s.with(hook.OnModified(func(context.Context, *hook.Conflict) (entbase.Value, error) { return result, nil }))
		_, u := s.twoUsers()
		s.bumpUser(u.ID)
		err := client.User.UpdateOne(u).SetName("mine").Exec(s.ctx)
		assert.ErrorContains(s, err, "entocc: the resolver of a conflict returned")
		s.conflict(err)
		if result != 1 {
			err = client.User.DeleteOne(u).Exec(s.ctx)
			assert.ErrorContains(s, err, "the number of rows")
			s.conflict(err)
		}
		assert.Equal(s, "before", s.load(u.ID).Name)
	}
	client := s.with(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		_, err := c.Save(ctx)
		return nil, err
	}))
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	err := client.User.UpdateOne(u).SetName("mine").Exec(s.ctx)
	assert.ErrorContains(s, err, "was saved, but its resolver returned nil")
	assert.False(s, ent.IsRecordModified(err), "it was written")
	assert.Equal(s, "mine", s.load(u.ID).Name)
}

func ownSaveIsNotResolvedAgain(s *Scene) {
	asked := 0
	client := s.with()
	client.User.Use(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		asked++
		current, err := c.Current(ctx)
		if err != nil {
			return nil, err
		}
		s.bumpUser(c.Modified.ID.(int)) // A third writer, each time.
		s.catchUp()
		return current.(*ent.User).Update().SetName("mine").Save(ctx)
	}))
	_, u := s.twoUsers()
	s.bumpUser(u.ID)
	s.conflict(client.User.UpdateOne(u).SetName("mine").Exec(s.ctx))
	assert.Equal(s, 1, asked)
	assert.Equal(s, "before", s.load(u.ID).Name)
}

// A merge that fails leaves the builder as its caller made it: guarded by the version that the caller saw, and with every field.
func builderIsAsItWas(s *Scene) {
	client := s.with(hook.OnModified(func(ctx context.Context, c *hook.Conflict) (entbase.Value, error) {
		if _, err := c.Current(ctx); err != nil {
			return nil, err
		}
		saved(s, s.Other.User.UpdateOneID(c.Modified.ID.(int)).IgnoreVersion().SetName("third"))
		s.catchUp()
		return hook.Merge()(ctx, c)
	}, hook.Rounds(1)))
	_, u := s.twoUsers()
	saved(s, s.Other.User.UpdateOneID(u.ID).IgnoreVersion().SetName("theirs"))
	s.catchUp()
	up := client.User.UpdateOne(u).SetName("before").SetAge(3)
	err := up.Exec(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 3, modified.Actual)
	name, ok := up.Mutation().Name()
	assert.True(s, ok && name == "before")
	err = up.Exec(s.ctx)
	assert.EqualValues(s, 3, s.conflict(err).Expected, "asked again: the row had version 3, then 4")
	got := saved(s, up.IfVersion(4))
	assert.Equal(s, "before", got.Name)
}
