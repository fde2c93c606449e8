package suite

import (
	"context"
	"errors"
	"strings"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/privacy"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/note"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ecosystemScenarios() []scenario {
	return []scenario{
		{name: "Ecosystem/SoftDeleteIsGuardedAndBumpsOnce", run: softDeleteIsGuardedAndBumpsOnce},
		{name: "Ecosystem/SoftDeleteMixedInFirstIsTheSame", run: softDeleteMixedInFirstIsTheSame},
		{name: "Ecosystem/SoftDeleteByIDTakesIfVersion", run: softDeleteByIDTakesIfVersion},
		{name: "Ecosystem/SecondSoftDeleteFindsNothing", run: secondSoftDeleteFindsNothing},
		{name: "Ecosystem/SetBasedSoftDeleteBumpsOnce", run: setBasedSoftDeleteBumpsOnce},
		{name: "Ecosystem/DenialIsNoConflict", run: denialIsNoConflict},
		{name: "Ecosystem/OthersRowsTellNothingOfTheirVersion", run: othersRowsTellNothingOfTheirVersion},
		{name: "Ecosystem/ConflictWithinATenantIsOne", run: conflictWithinATenantIsOne},
		{name: "Ecosystem/DebugClientIsGuarded", run: debugClientIsGuarded},
		{name: "Ecosystem/WritesGoToTheWriter", run: writesGoToTheWriter},
		{name: "Ecosystem/OuterHookMayReplaceTheError", run: outerHookMayReplaceTheError},
		{name: "Ecosystem/OuterHookThatAsksOldValuesChangesNothing", run: outerHookThatAsksOldVersion},
	}
}

func softDeleteIsGuardedAndBumpsOnce(s *Scene) {
	n := saved(s, s.Client.Note.Create().SetText("before"))
	now := saved(s, n.Update().SetText("after"))
	err := n.Delete().Exec(s.ctx)
	s.conflict(err)
	var modified *ent.NoteModifiedError
	require.ErrorAs(s, err, &modified)
	assert.EqualValues(s, 2, modified.Actual)
	s.conflict(s.Client.Note.DeleteOne(n).Exec(s.ctx))

	s.Sent.Reset()
	done(s, now.Delete())
	assert.EqualValues(s, 3, s.version("notes", n.ID))
	assert.Len(s, s.Sent.Sent(), 1, "%q", s.Sent.Sent())
}

func softDeleteMixedInFirstIsTheSame(s *Scene) {
	m := saved(s, s.Client.Memo.Create().SetText("before"))
	now := saved(s, m.Update().SetText("after"))
	s.conflict(m.Delete().Exec(s.ctx))
	done(s, now.Delete())
	assert.EqualValues(s, 3, s.version("memos", m.ID))
}

func softDeleteByIDTakesIfVersion(s *Scene) {
	n := saved(s, s.Client.Note.Create().SetText("before"))
	s.refused(s.Client.Note.DeleteOneID(n.ID).Exec(s.ctx))
	s.conflict(s.Client.Note.DeleteOneID(n.ID).IfVersion(2).Exec(s.ctx))
	done(s, s.Client.Note.DeleteOneID(n.ID).IfVersion(1))
	assert.EqualValues(s, 2, s.version("notes", n.ID))

	m := saved(s, s.Client.Memo.Create().SetText("before"))
	s.refused(s.Client.Memo.DeleteOneID(m.ID).Exec(s.ctx))
	s.conflict(s.Client.Memo.DeleteOneID(m.ID).IfVersion(2).Exec(s.ctx))
	done(s, s.Client.Memo.DeleteOneID(m.ID).IgnoreVersion())
	assert.EqualValues(s, 2, s.version("memos", m.ID))
}

func secondSoftDeleteFindsNothing(s *Scene) {
	n := saved(s, s.Client.Note.Create().SetText("before"))
	done(s, n.Delete())
	err := n.Delete().Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.EqualValues(s, 2, s.version("notes", n.ID))
}

func setBasedSoftDeleteBumpsOnce(s *Scene) {
	a := saved(s, s.Client.Note.Create().SetText("a"))
	b := saved(s, s.Client.Note.Create().SetText("b"))
	n, err := s.Client.Note.Delete().Where(note.IDIn(a.ID, b.ID)).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
	assert.EqualValues(s, 2, s.version("notes", a.ID))
	assert.EqualValues(s, 2, s.version("notes", b.ID))
}

// ticket creates a Ticket of the tenant "a".
func (s *Scene) ticket() *ent.Ticket {
	s.Helper()
	t, err := s.Client.Ticket.Create().SetTenant("a").SetText("before").Save(tenant(s.ctx, "a"))
	require.NoError(s, err)
	return t
}

func denialIsNoConflict(s *Scene) {
	t := s.ticket()
	_, err := t.Update().SetText("after").Save(tenant(s.ctx, "a"))
	require.NoError(s, err)
	s.Sent.Reset()
	for _, err := range []error{
		t.Update().SetText("lost").Exec(s.ctx),
		s.Client.Ticket.UpdateOneID(t.ID).SetText("lost").Exec(s.ctx),
		s.Client.Ticket.UpdateOneID(t.ID).IfVersion(9).SetText("lost").Exec(s.ctx),
		t.Delete().Exec(s.ctx),
		s.Client.Ticket.DeleteOneID(t.ID).Exec(s.ctx),
	} {
		require.ErrorIs(s, err, privacy.Deny)
		assert.False(s, ent.IsRecordModified(err), "%v", err)
		assert.False(s, ent.IsVersionError(err), "%v", err)
	}
	assert.Empty(s, s.Sent.Sent(), "no query before the policy")
}

func othersRowsTellNothingOfTheirVersion(s *Scene) {
	t := s.ticket()
	b := tenant(s.ctx, "b")
	for _, err := range []error{
		t.Update().SetText("lost").Exec(b),
		s.Client.Ticket.UpdateOneID(t.ID).IfVersion(9).SetText("lost").Exec(b),
		s.Client.Ticket.UpdateOneID(t.ID).IfVersion(9).Exec(b),
		t.Delete().Exec(b),
		s.Client.Ticket.DeleteOneID(t.ID).IfVersion(9).Exec(b),
	} {
		assert.True(s, ent.IsNotFound(err), "%v", err)
		assert.False(s, ent.IsRecordModified(err), "%v", err)
	}
	assert.EqualValues(s, 1, s.version("tickets", t.ID))
}

func conflictWithinATenantIsOne(s *Scene) {
	t, a := s.ticket(), tenant(s.ctx, "a")
	_, err := t.Update().SetText("after").Save(a)
	require.NoError(s, err)
	_, err = t.Update().SetText("lost").Save(a)
	s.conflict(err)
	s.conflict(t.Delete().Exec(a))
}

func debugClientIsGuarded(s *Scene) {
	var log []string
	client := ent.NewClient(ent.Driver(s.Sent), ent.Log(func(v ...any) {
		for _, v := range v {
			log = append(log, v.(string))
		}
	})).Debug()
	u, err := client.User.Create().SetName("before").Save(s.ctx)
	require.NoError(s, err)
	s.bumpUser(u.ID)
	_, err = u.Update().SetName("lost").AddPets(s.pet("rex")).Save(s.ctx)
	s.conflict(err)
	s.conflict(u.Delete().Exec(s.ctx))
	saved(s, client.User.UpdateOneID(u.ID).IfVersion(2).SetName("after"))
	assert.Contains(s, strings.Join(log, "\n"), "UPDATE")
}

// split is the driver from ent's documentation that sends queries to a replica, which is out of reach here.
type split struct{ dialect.Driver }

func (d split) Query(ctx context.Context, query string, args, v any) error {
	if entgo.QueryFromContext(ctx) != nil {
		return errReplica
	}
	return d.Driver.Query(ctx, query, args, v)
}

var errReplica = errors.New("the replica is out of reach")

// F21: a write may get the context of a query, as in an interceptor.
func writesGoToTheWriter(s *Scene) {
	client := ent.NewClient(ent.Driver(split{s.Sent}))
	u := s.user("before")
	_, err := client.User.Get(s.ctx, u.ID)
	require.ErrorIs(s, err, errReplica)

	ctx := entgo.NewQueryContext(s.ctx, &entgo.QueryContext{Type: ent.TypeUser})
	now, err := client.User.UpdateOne(u).SetName("after").Save(ctx)
	require.NoError(s, err)
	_, err = client.User.UpdateOne(u).SetName("lost").Save(ctx)
	s.conflict(err)
	s.conflict(client.User.DeleteOne(u).Exec(ctx))
	_, err = client.User.UpdateOneID(u.ID).IfVersion(1).Save(ctx)
	s.conflict(err)
	require.NoError(s, client.User.DeleteOne(now).Exec(ctx))
	_, err = client.User.UpdateOne(now).SetName("lost").Save(ctx)
	s.gone(err)
}

func outerHookMayReplaceTheError(s *Scene) {
	taken := errors.New("edited meanwhile")
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if ent.IsRecordModified(err) {
				return nil, taken
			}
			return v, err
		})
	})
	u := s.user("before")
	s.bumpUser(u.ID)
	_, err := u.Update().SetName("lost").Save(s.ctx)
	require.ErrorIs(s, err, taken)
}

// F10: when a hook asks for old values by ID, ent reads the row, with its current version.
func outerHookThatAsksOldVersion(s *Scene) {
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if m.Op().Is(ent.OpUpdateOne) {
				_, err := m.OldField(ctx, "version")
				require.NoError(s, err)
				_, err = m.OldField(ctx, "name")
				require.NoError(s, err)
			}
			return next.Mutate(ctx, m)
		})
	})
	u := s.user("before")
	s.bumpUser(u.ID)
	_, err := s.Client.User.UpdateOneID(u.ID).SetName("lost").Save(s.ctx)
	s.refused(err)
	_, err = s.Client.User.UpdateOneID(u.ID).IfVersion(1).SetName("lost").Save(s.ctx)
	s.conflict(err)
	_, err = s.Client.User.UpdateOne(u).SetName("lost").Save(s.ctx)
	s.conflict(err)
	s.stored(u.ID, "before", 2)
}
