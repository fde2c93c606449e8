package suite

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/predicate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func deleteScenarios() []scenario {
	return []scenario{
		{name: "Delete/FreshDeleteRemovesTheRow", run: freshDeleteRemovesTheRow},
		{name: "Delete/StaleDeleteIsRefused", run: staleDeleteIsRefused},
		{name: "Delete/ClientDeleteOneIsGuarded", run: clientDeleteOneIsGuarded},
		{name: "Delete/SecondDeleteIsGone", run: secondDeleteIsGone},
		{name: "Delete/SaveOfADeletedRowIsGone", run: saveOfADeletedRowIsGone},
		{name: "Delete/ByIDTakesIfVersion", run: deleteByIDTakesIfVersion},
		{name: "Delete/ByIDIgnoresTheVersionOnPurpose", run: deleteByIDIgnoresTheVersionOnPurpose},
		{name: "Delete/SetBasedDeleteHasThePredicateOnly", run: setBasedDeleteHasThePredicateOnly},
		{name: "Delete/OtherPredicateStaysNotFound", run: deleteByOtherPredicateStaysNotFound},
		{name: "Delete/ConstraintErrorIsThatOfEnt", run: deleteConstraintErrorIsThatOfEnt},
		{name: "Delete/PredicateOfAHookCounts", run: deletePredicateOfAHookCounts},
		{name: "Delete/IDThatAHookSetsDeletesNoOtherRow", run: deleteIDThatAHookSetsDeletesNoOtherRow},
	}
}

func byID(ids ...int) predicate.User { return sql.FieldIn("id", ids...) }

func freshDeleteRemovesTheRow(s *Scene) {
	u := s.user("fresh")
	s.Sent.Reset()
	done(s, u.Delete())
	require.Len(s, s.Sent.Sent(), 1)
	assert.Contains(s, s.Sent.Sent()[0], "version")
	_, err := s.Client.User.Get(s.ctx, u.ID)
	assert.True(s, ent.IsNotFound(err))
}

func staleDeleteIsRefused(s *Scene) {
	_, b := s.twoUsers()
	s.bumpUser(b.ID)
	modified := s.conflict(b.Delete().Exec(s.ctx))
	assert.Equal(s, ent.OpDeleteOne, modified.Op)
	assert.EqualValues(s, 1, modified.Expected)
	assert.EqualValues(s, 2, modified.Actual)
	s.load(b.ID)
}

// F11: ent's own DeleteOne drops the entity.
func clientDeleteOneIsGuarded(s *Scene) {
	_, b := s.twoUsers()
	s.bumpUser(b.ID)
	err := s.Client.User.DeleteOne(b).Exec(s.ctx)
	s.conflict(err)
	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	assert.Same(s, b, modified.Loaded)
	done(s, s.Client.User.DeleteOne(s.load(b.ID)))
}

func secondDeleteIsGone(s *Scene) {
	a, b := s.twoUsers()
	done(s, a.Delete())
	s.gone(b.Delete().Exec(s.ctx))
	s.gone(s.Client.User.DeleteOne(b).Exec(s.ctx))
}

func saveOfADeletedRowIsGone(s *Scene) {
	a, b := s.twoUsers()
	done(s, a.Delete())
	_, err := b.Update().SetName("risen").Save(s.ctx)
	modified := s.gone(err)
	assert.Nil(s, modified.Actual)
	n, err := s.Client.User.Query().Where(byID(a.ID)).Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)

	var typed *ent.UserModifiedError
	_, err = b.Update().SetName("risen").Save(s.ctx)
	require.ErrorAs(s, err, &typed)
	_, err = typed.Current(s.ctx)
	assert.True(s, ent.IsNotFound(err))
}

func deleteByIDTakesIfVersion(s *Scene) {
	u := s.user("by ID")
	s.conflict(s.Client.User.DeleteOneID(u.ID).IfVersion(2).Exec(s.ctx))
	s.conflict(s.Client.User.DeleteOneID(u.ID).IfVersionIn(3, 2).Exec(s.ctx))
	done(s, s.Client.User.DeleteOneID(u.ID).IfVersionIn(2, 1))
	s.gone(s.Client.User.DeleteOneID(u.ID).IfVersion(1).Exec(s.ctx))
}

func deleteByIDIgnoresTheVersionOnPurpose(s *Scene) {
	u := s.user("by ID")
	s.bumpUser(u.ID)
	done(s, s.Client.User.DeleteOneID(u.ID).IgnoreVersion())
	v := s.user("by entity")
	s.bumpUser(v.ID)
	done(s, v.Delete().IgnoreVersion())
}

func setBasedDeleteHasThePredicateOnly(s *Scene) {
	a, b := s.user("a"), s.user("b")
	s.bumpUser(b.ID)
	n, err := s.Client.User.Delete().Where(byID(a.ID, b.ID)).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 2, n)
}

func deleteByOtherPredicateStaysNotFound(s *Scene) {
	u := s.user("named")
	err := u.Delete().Where(sql.FieldEQ("name", "another")).Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	s.bumpUser(u.ID)
	s.conflict(u.Delete().Where(sql.FieldEQ("name", "named")).Exec(s.ctx))
}

func deleteConstraintErrorIsThatOfEnt(s *Scene) {
	l := s.like()
	err := s.load(l.UserID).Delete().Exec(s.ctx)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	s.load(l.UserID)
}

func deletePredicateOfAHookCounts(s *Scene) {
	u := s.user("named")
	s.Client.User.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			m.(*ent.UserMutation).Where(sql.FieldEQ("name", "another"))
			return next.Mutate(ctx, m)
		})
	})
	err := u.Delete().Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	s.load(u.ID)
}

// ent deletes the row that its builder was made for.
func deleteIDThatAHookSetsDeletesNoOtherRow(s *Scene) {
	a := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("deleted"))
	b := saved(s, s.Client.Account.Create().SetID(s.key()).SetOwner("kept"))
	s.Client.Account.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			m.(*ent.AccountMutation).SetID(b.ID)
			return next.Mutate(ctx, m)
		})
	})
	done(s, a.Delete())
	_, err := s.Client.Account.Get(s.ctx, a.ID)
	assert.True(s, ent.IsNotFound(err), "%v", err)
	_, err = s.Client.Account.Get(s.ctx, b.ID)
	require.NoError(s, err)
}
