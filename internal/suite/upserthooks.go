package suite

import (
	"context"
	"errors"
	"fmt"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func upsertHookScenarios() []scenario {
	return []scenario{
		{name: "Upsert/BulkHooksSeeTheirOwnRow", run: bulkUpsertHooksSeeTheirOwnRow},
		{name: "Upsert/BulkHookThatSkipsABuilder", run: bulkUpsertHookThatSkips},
		{name: "Upsert/BulkHookThatFails", run: bulkUpsertHookThatFails},
		{name: "Upsert/BulkHookThatPanics", run: bulkUpsertHookThatPanics},
		{name: "Upsert/BulkHookThatReplacesABuilder", run: bulkUpsertHookThatReplaces},
		{name: "Upsert/HookThatReplacesTheBuilder", run: upsertHookThatReplaces},
		{name: "Upsert/ConflictIsHandedToAResolver", run: upsertConflictIsHandedToAResolver},
		{name: "Upsert/BulkConflictIsHandedToNoResolver", run: bulkUpsertConflictIsHandedToNoResolver},
		{name: "Upsert/BulkHookThatSendsTwice", run: bulkUpsertHookThatSendsTwice},
		{name: "Upsert/BulkHookThatTakesALateRow", run: bulkUpsertHookThatTakesALateRow},
		{name: "Upsert/BulkThatIsRunAgain", run: bulkUpsertThatIsRunAgain},
		{name: "Upsert/BulkBuilderThatIsSavedAlone", run: bulkUpsertBuilderThatIsSavedAlone},
		{name: "Upsert/BulkWhoseContextEnds", run: bulkUpsertWhoseContextEnds},
	}
}

// onUser calls around for each User that is created, with its name; next saves it.
func (s *Scene) onUser(around func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error)) {
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			return around(ctx, nameOf(m), m, next)
		})
	})
}

func bulkUpsertHooksSeeTheirOwnRow(s *Scene) {
	a, mailA := s.atVersion7()
	_, mailB := s.atVersion7()
	mailC := s.key()
	seen := make(map[string]error)
	ids := make(map[string]int)
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		v, err := next.Mutate(ctx, m)
		seen[name] = err
		if u, ok := v.(*ent.User); ok && u != nil {
			ids[name] = u.ID
		}
		return v, err
	})
	_ = s.listed(s.bulk(s.onMail(mailA, "a"), s.onMail(mailB, "b"), s.onMail(mailC, "c")).IfVersion(7, 6, 1).Exec(s.ctx), 1)
	s.conflict(seen["b"])
	var typed *ent.UserModifiedError
	require.ErrorAs(s, seen["b"], &typed)
	for _, name := range []string{"a", "c"} {
		require.ErrorContains(s, seen[name], "nothing of the batch was written")
		assert.False(s, entocc.IsRecordModified(seen[name]), "the row of %s is as it is expected: %v", name, seen[name])
	}
	assert.Empty(s, ids)

	clear(seen)
	_ = s.late(s.bulk(s.onMail(mailA, "a").SetVersion(9), s.onMail(mailB, "b").SetVersion(5), s.onMail(mailC, "c").SetVersion(2)).IfNewer().Exec(s.ctx), 1)
	require.NoError(s, seen["a"])
	s.notNewer(seen["b"])
	require.NoError(s, seen["c"])
	assert.Equal(s, a.ID, ids["a"])
	assert.Equal(s, s.Client.User.Query().Where(user.Email(mailC)).OnlyIDX(s.ctx), ids["c"])
}

func bulkUpsertHookThatSkips(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		if name == "skipped" {
			return nil, nil //nolint:nilnil // what a hook that skips a write returns
		}
		return next.Mutate(ctx, m)
	})
	for _, names := range [][2]string{{"skipped", "after"}, {"after", "skipped"}} {
		err := s.bulk(s.onMail(mailA, names[0]), s.onMail(mailB, names[1])).IfVersion(7, 7).Exec(s.ctx)
		require.ErrorContains(s, err, "nothing was written: the hooks of the upsert ended before its rows were written")
		err = s.bulk(s.onMail(mailA, names[0]).SetVersion(9), s.onMail(mailB, names[1]).SetVersion(9)).IfNewer().Exec(s.ctx)
		require.ErrorContains(s, err, "nothing was written: the hooks of the upsert ended before its rows were written")
	}
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
}

// errHook is how a hook refuses a write.
var errHook = errors.New("refused by a hook")

func bulkUpsertHookThatFails(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	before := true
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		if name != "failing" {
			return next.Mutate(ctx, m)
		}
		if before {
			return nil, errHook
		}
		if v, err := next.Mutate(ctx, m); err != nil {
			return v, err
		}
		return nil, errHook
	})
	upsert := func(names ...string) error {
		return s.bulk(s.onMail(mailA, names[0]), s.onMail(mailB, names[1])).IfVersion(7, 7).Exec(s.ctx)
	}
	require.ErrorIs(s, upsert("after", "failing"), errHook)
	require.ErrorIs(s, upsert("failing", "after"), errHook)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
	before = false
	require.ErrorIs(s, upsert("after", "failing"), errHook, "the error of what happens after the rows are written, as with CreateBulk")
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "failing", 8)
}

func bulkUpsertHookThatPanics(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	recovers := false
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (v ent.Value, err error) {
		switch name {
		case "panicking":
			panic("at the disco")
		case "recovering":
			defer func() {
				if recovers {
					_ = recover()
				}
			}()
		}
		return next.Mutate(ctx, m)
	})
	upsert := func() error {
		return s.bulk(s.onMail(mailA, "recovering"), s.onMail(s.key(), "between"), s.onMail(mailB, "panicking")).IfVersion(7, 1, 7).Exec(s.ctx)
	}
	require.PanicsWithValue(s, "at the disco", func() { _ = upsert() })
	recovers = true
	require.ErrorContains(s, upsert(), "nothing was written")
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
	done(s, s.bulk(s.onMail(mailA, "after")).IfVersion(7))
}

// replacing creates the User called "replaced" by another mutation.
func (s *Scene) replacing(mail string) {
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		if name == "replaced" {
			m = s.Client.User.Create().SetName("replacing").SetEmail(mail).SetAge(3).SetVersion(8).Mutation()
		}
		return next.Mutate(ctx, m)
	})
}

func bulkUpsertHookThatReplaces(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.replacing(mailB)
	upsert := func(version int64) error {
		return s.bulk(s.onMail(mailA, "after"), s.onMail(s.key(), "replaced")).IfVersion(7, version).Exec(s.ctx)
	}
	_ = s.listed(upsert(6), 1)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "before", 7)
	require.NoError(s, upsert(7))
	s.stored(a.ID, "after", 8)
	s.stored(b.ID, "replacing", 8)
	err := s.bulk(s.onMail(mailA, "newer").SetVersion(20), s.onMail(s.key(), "replaced").SetVersion(20)).IfNewer().Exec(s.ctx)
	_ = s.late(err, 1)
	s.stored(a.ID, "newer", 20)
	s.stored(b.ID, "replacing", 8)
}

func upsertHookThatReplaces(s *Scene) {
	a, mailA := s.atVersion7()
	s.replacing(mailA)
	s.conflict(s.upsert(s.key(), "replaced").UpdateNewValues().IfVersion(6).Exec(s.ctx))
	s.stored(a.ID, "before", 7)
	done(s, s.upsert(s.key(), "replaced").UpdateNewValues().IfVersion(7))
	s.stored(a.ID, "replacing", 8)
	s.notNewer(s.upsert(s.key(), "replaced").UpdateNewValues().IfNewer(20).Exec(s.ctx))
	s.stored(a.ID, "replacing", 8)
}

func upsertConflictIsHandedToAResolver(s *Scene) {
	a, mail := s.atVersion7()
	s.Client.User.Use(hook.OnModified(hook.ClientWins()))
	done(s, s.upsert(mail, "client").UpdateNewValues().IfVersion(6))
	s.stored(a.ID, "client", 8)
	upsert := s.upsert(mail, "again").UpdateNewValues().IfVersion(6)
	s.bumpUser(a.ID)
	done(s, upsert)
	s.stored(a.ID, "again", 10)
	s.notNewer(s.upsert(mail, "late").UpdateNewValues().IfNewer(6).Exec(s.ctx))
	s.Client = ent.NewClient(ent.Driver(s.Sent))
	s.Client.User.Use(hook.OnModified(hook.StoreWins()), hook.OnModified(hook.Merge()))
	s.conflict(s.upsert(mail, "lost").UpdateNewValues().IfVersion(6).Exec(s.ctx))
	s.stored(a.ID, "again", 10)
}

// It is all or nothing, so a resolver could not save one of the builders alone.
func bulkUpsertConflictIsHandedToNoResolver(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.Client.User.Use(hook.OnModified(hook.ClientWins()))
	bulk := s.bulk(s.onMail(mailA, "after"), s.onMail(mailB, "after")).IfVersion(7, 6)
	for range 2 {
		_ = s.listed(bulk.Exec(s.ctx), 1)
		s.stored(a.ID, "before", 7)
		s.stored(b.ID, "before", 7)
	}
}

func bulkUpsertHookThatSendsTwice(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		v, err := next.Mutate(ctx, m)
		if name != "twice" {
			return v, err
		}
		if err := m.SetField(user.FieldAge, 99); err != nil {
			return nil, err
		}
		return next.Mutate(ctx, m)
	})
	upsert := func(version int64) error {
		return s.bulk(s.onMail(mailA, "twice"), s.onMail(mailB, "after")).IfVersion(7, version).Exec(s.ctx)
	}
	_ = s.listed(upsert(6), 1)
	s.stored(a.ID, "before", 7)
	err := upsert(7)
	require.ErrorContains(s, err, "a second time")
	s.stored(a.ID, "twice", 8)
	s.stored(b.ID, "after", 8)
	assert.NotEqual(s, 99, s.load(a.ID).Age)
}

func bulkUpsertHookThatTakesALateRow(s *Scene) {
	a, mailA := s.atVersion7()
	b, mailB := s.atVersion7()
	s.onUser(func(ctx context.Context, name string, m ent.Mutation, next ent.Mutator) (ent.Value, error) {
		v, err := next.Mutate(ctx, m)
		switch {
		case name == "dropped" && entocc.IsNotNewer(err):
			return nil, nil //nolint:nilnil // the hook accepts that it came too late
		case name == "wrapped" && err != nil:
			return v, fmt.Errorf("wrapped: %w", err)
		}
		return v, err
	})
	upsert := func(nameA, nameB string) error {
		return s.bulk(s.onMail(mailA, nameA).SetVersion(5), s.onMail(mailB, nameB).SetVersion(8)).IfNewer().Exec(s.ctx)
	}
	require.NoError(s, upsert("dropped", "after"))
	_ = s.late(upsert("wrapped", "dropped"), 0)
	s.stored(a.ID, "before", 7)
	s.stored(b.ID, "after", 8)
	err := s.bulk(s.onMail(mailA, "dropped"), s.onMail(mailB, "wrapped")).IfVersion(7, 5).Exec(s.ctx)
	require.ErrorContains(s, err, "0 were written")
	s.stored(a.ID, "before", 7)
}

func bulkUpsertThatIsRunAgain(s *Scene) {
	a, mailA := s.atVersion7()
	_, mailB := s.atVersion7()
	bulk := s.bulk(s.onMail(mailA, "after"), s.onMail(mailB, "after")).IfVersion(7, 8)
	_ = s.listed(bulk.Exec(s.ctx), 1)
	done(s, s.upsert(mailB, "between").UpdateNewValues())
	require.NoError(s, bulk.Exec(s.ctx))
	s.stored(a.ID, "after", 8)
	_ = s.listed(bulk.Exec(s.ctx), 0, 1)
	s.stored(a.ID, "after", 8)
}

func bulkUpsertBuilderThatIsSavedAlone(s *Scene) {
	_, mailA := s.atVersion7()
	first, second, third := s.onMail(s.key(), "first"), s.onMail(s.key(), "second"), s.onMail(s.key(), "third")
	_ = s.listed(s.bulk(first, second, third, s.onMail(mailA, "lost")).IfVersion(7, 7, 7, 1).Exec(s.ctx), 3)
	for _, b := range []*ent.UserCreate{second, first, third} {
		u := saved(s, b)
		s.stored(u.ID, u.Name, 1)
		_, err := b.Save(s.ctx)
		assert.True(s, ent.IsConstraintError(err), "%v", err)
	}
}

func bulkUpsertWhoseContextEnds(s *Scene) {
	mails := []string{s.key(), s.key(), s.key()}
	builders := make([]*ent.UserCreate, len(mails))
	for _, inTx := range []bool{false, true} {
		client, tx := s.Client, (*ent.Tx)(nil)
		if inTx {
			tx = s.Tx()
			client = tx.Client()
		}
		for i, mail := range mails {
			builders[i] = client.User.Create().SetName("lost").SetEmail(mail)
		}
		ctx, cancel := context.WithCancel(s.ctx)
		s.Sent.Then("INSERT", 2, cancel)
		err := client.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(1, 2, 3).Exec(ctx)
		require.ErrorIs(s, err, context.Canceled)
		if inTx {
			_ = tx.Rollback()
		}
		for _, mail := range mails {
			s.noUser(mail)
		}
	}
}
