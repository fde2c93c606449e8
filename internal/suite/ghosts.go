package suite

import (
	"context"
	"errors"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ghost is an entity with a version from a transaction that was rolled back. That version never existed, and another
// writer's version may get the same number.
func ghostScenarios() []scenario {
	saves := func(s *Scene, tx *ent.Tx, u *ent.User) (*ent.User, error) {
		return tx.User.UpdateOne(u).SetName("undone").Save(s.ctx)
	}
	reads := func(write func(*Scene, *ent.Tx, *ent.User) error) func(*Scene, *ent.Tx, *ent.User) (*ent.User, error) {
		return func(s *Scene, tx *ent.Tx, u *ent.User) (*ent.User, error) {
			if err := write(s, tx, u); err != nil {
				return nil, err
			}
			return tx.User.Get(s.ctx, u.ID)
		}
	}
	upsert := func(s *Scene, tx *ent.Tx, u *ent.User) error {
		create := tx.User.Create().SetName("undone").SetEmail(*u.Email)
		if s.db.Dialect == dialect.MySQL {
			return create.OnConflict().UpdateNewValues().Exec(s.ctx)
		}
		return create.OnConflictColumns("email").UpdateNewValues().Exec(s.ctx)
	}
	return []scenario{
		{name: "Ghost/OfASaveIsRefused", run: ghostIsRefused(saves)},
		{name: "Ghost/OfASaveWithEdgesIsRefused", run: ghostIsRefused(func(s *Scene, tx *ent.Tx, u *ent.User) (*ent.User, error) {
			return tx.User.UpdateOne(u).AddPets(saved(s, tx.Pet.Create().SetName("rex"))).Save(s.ctx)
		})},
		{name: "Ghost/ReadAfterASaveIsRefused", run: ghostIsRefused(reads(func(s *Scene, tx *ent.Tx, u *ent.User) error {
			return tx.User.UpdateOne(u).SetName("undone").Exec(s.ctx)
		}))},
		{name: "Ghost/ReadAfterASetBasedUpdateIsRefused", run: ghostIsRefused(reads(func(s *Scene, tx *ent.Tx, u *ent.User) error {
			return tx.User.Update().Where(byID(u.ID)).SetName("undone").Exec(s.ctx)
		}))},
		{name: "Ghost/ReadAfterAWriteByIDIsRefused", run: ghostIsRefused(reads(func(s *Scene, tx *ent.Tx, u *ent.User) error {
			return tx.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("undone").Exec(s.ctx)
		}))},
		{name: "Ghost/ReadAfterABatchIsRefused", run: ghostIsRefused(reads(func(s *Scene, tx *ent.Tx, u *ent.User) error {
			_, err := tx.User.UpdateBulk(u.Update().SetName("undone"), saved(s, tx.User.Create().SetName("b")).Update().SetName("undone")).Save(s.ctx)
			return err
		}))},
		{name: "Ghost/OfABatchIsRefused", run: ghostIsRefused(func(s *Scene, tx *ent.Tx, u *ent.User) (*ent.User, error) {
			saved, err := tx.User.UpdateBulk(u.Update().SetName("undone"), saved(s, tx.User.Create().SetName("b")).Update().SetName("undone")).Save(s.ctx)
			if err != nil {
				return nil, err
			}
			return saved[0], nil
		})},
		{name: "Ghost/ReadAfterAnUpsertIsRefused", run: ghostIsRefused(reads(upsert))},
		{name: "Ghost/OfADebuggingClientIsRefused", run: func(s *Scene) {
			_, ghost := s.rolledBack(func(s *Scene, tx *ent.Tx, u *ent.User) (*ent.User, error) {
				return tx.Client().Debug().User.UpdateOne(u).SetName("undone").Save(s.ctx)
			})
			s.nothingFrom(ghost) // ent's Unwrap panics.
		}},
		{name: "Ghost/OfACreateIsRefused", run: ghostOfACreateIsRefused},
		{name: "Ghost/OfARowThatWasOnlyReadIsNone", run: onlyReadIsNoGhost},
		{name: "Ghost/CommitMakesItOrdinary", run: commitMakesItOrdinary},
		{name: "Ghost/OpenTransactionKeepsItsVersions", run: openTransactionKeepsItsVersions},
		{name: "Ghost/OfARolledBackSavepointIsRefused", run: ghostOfASavepointIsRefused},
		{name: "Ghost/OfACancelledTransactionIsRefused", run: ghostOfACancelledTxIsRefused},
		{name: "Ghost/OfRetryTxIsRefused", run: ghostOfRetryTxIsRefused},
		{name: "Ghost/OfACommitHookThatFailsIsRefused", run: ghostOfAFailedCommitIsRefused},
	}
}

// rolledBack has a transaction write a user and roll back. Then somebody else brings the row to the same version.
func (s *Scene) rolledBack(write func(*Scene, *ent.Tx, *ent.User) (*ent.User, error)) (before, ghost *ent.User) {
	s.Helper()
	before = saved(s, s.Client.User.Create().SetName("before").SetEmail(s.key()))
	tx := s.Tx()
	ghost, err := write(s, tx, before)
	require.NoError(s, err)
	require.EqualValues(s, 2, ghost.Version)
	require.NoError(s, tx.Rollback())
	return before, ghost
}

func ghostIsRefused(write func(*Scene, *ent.Tx, *ent.User) (*ent.User, error)) func(*Scene) {
	return func(s *Scene) {
		before, ghost := s.rolledBack(write)
		theirs := s.bumpUser(before.ID)
		require.Equal(s, ghost.Version, theirs.Version, "the number is the same")
		s.nothingFrom(ghost)
		copied := *ghost
		s.nothingFrom(copied.Unwrap())
		s.stored(before.ID, "before", 2)
		s.conflict(before.Update().SetName("lost").Exec(s.ctx))
	}
}

// nothingFrom requires every kind of write from an entity to be refused.
func (s *Scene) nothingFrom(ghost *ent.User) {
	s.Helper()
	is, err := ghost.IsModified(s.ctx)
	s.refused(err)
	assert.False(s, is)
	_, deleted := s.Client.User.DeleteBulk(ghost).Exec(s.ctx)
	_, updated := s.Client.User.UpdateBulk(s.Client.User.UpdateOne(ghost).SetName("lost"), s.user("b").Update().SetName("b")).Save(s.ctx)
	pet := s.pet("rex")
	tx := s.Tx()
	for _, err := range []error{
		ghost.Update().SetName("lost").Exec(s.ctx),
		ghost.Update().AddPets(pet).Exec(s.ctx),
		s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx),
		ghost.Delete().Exec(s.ctx),
		s.Client.User.DeleteOne(ghost).Exec(s.ctx),
		deleted, updated,
		tx.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx),
		tx.User.VerifyOnCommit(ghost),
	} {
		s.refused(err)
		assert.ErrorContains(s, err, "rolled back")
		assert.ErrorContains(s, err, "Read the entity again")
	}
	require.NoError(s, tx.Rollback())
}

func ghostOfACreateIsRefused(s *Scene) {
	tx := s.Tx()
	created, err := tx.User.Create().SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	read, err := tx.User.Get(s.ctx, created.ID)
	require.NoError(s, err)
	many, err := tx.User.CreateBulk(tx.User.Create().SetName("undone"), tx.User.Create().SetName("undone")).Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.Rollback())
	for _, ghost := range append(many, created, read) {
		s.refused(ghost.Update().SetName("lost").Exec(s.ctx))
		s.refused(s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx))
	}
}

// onlyReadIsNoGhost: rows that a transaction only read keep their versions, whatever else it writes.
func onlyReadIsNoGhost(s *Scene) {
	a, b, c := s.user("before"), s.user("before"), s.user("before")
	tx := s.Tx()
	early, err := tx.User.Get(s.ctx, a.ID)
	require.NoError(s, err)
	require.NoError(s, tx.User.UpdateOne(early).SetName("undone").Exec(s.ctx))
	_, err = tx.User.Create().SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.User.DeleteOne(c).Exec(s.ctx))
	late, err := tx.User.Get(s.ctx, b.ID)
	require.NoError(s, err)
	require.NoError(s, tx.Rollback())
	for _, u := range []*ent.User{early, late} {
		require.NoError(s, s.Client.User.UpdateOne(u).SetName("after").Exec(s.ctx))
		s.stored(u.ID, "after", 2)
	}
}

func commitMakesItOrdinary(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	u, err := tx.User.UpdateOne(u).SetName("first").Save(s.ctx)
	require.NoError(s, err)
	err = s.Client.User.UpdateOne(u).SetName("lost").Exec(s.ctx)
	s.refused(err)
	assert.ErrorContains(s, err, "not been committed")
	require.NoError(s, tx.Commit())
	_ = tx.Rollback() // As a deferred Rollback does.
	require.NoError(s, s.Client.User.UpdateOne(u).SetName("second").Exec(s.ctx))
	s.conflict(u.Unwrap().Update().SetName("lost").Exec(s.ctx))
	s.stored(u.ID, "second", 3)
}

func openTransactionKeepsItsVersions(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	u, err := tx.User.UpdateOne(u).SetName("first").Save(s.ctx)
	require.NoError(s, err)
	u, err = u.Update().SetName("second").Save(s.ctx)
	require.NoError(s, err)
	is, err := u.IsModified(s.ctx)
	require.NoError(s, err)
	assert.False(s, is)
	require.NoError(s, tx.Client().Debug().User.UpdateOne(u).SetName("third").Exec(s.ctx))
	require.NoError(s, tx.User.UpdateOneID(u.ID).IfVersion(4).SetName("fourth").Exec(s.ctx))
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "fourth", 5)
}

func ghostOfASavepointIsRefused(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	first, err := tx.User.UpdateOne(u).SetName("first").Save(s.ctx)
	require.NoError(s, err)
	s.send(tx, "SAVEPOINT one")
	second, err := first.Update().SetName("second").Save(s.ctx)
	require.NoError(s, err)
	s.send(tx, "ROLLBACK TO SAVEPOINT one")
	s.refused(second.Update().SetName("lost").Exec(s.ctx))
	again, err := first.Update().SetName("again").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.Commit())
	s.refused(s.Client.User.UpdateOne(second).SetName("lost").Exec(s.ctx))
	require.NoError(s, s.Client.User.UpdateOne(again).SetName("after").Exec(s.ctx))
	s.stored(u.ID, "after", 4)
}

func ghostOfACancelledTxIsRefused(s *Scene) {
	u := s.user("before")
	ctx, cancel := context.WithCancel(s.ctx)
	tx, err := s.Client.Tx(ctx)
	require.NoError(s, err)
	ghost, err := tx.User.UpdateOne(u).SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	cancel()
	s.refused(ghost.Update().SetName("lost").Exec(s.ctx))
	s.refused(s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx))
	require.Error(s, tx.Commit())
	s.refused(s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx))
	require.Eventually(s, func() bool { return u.Update().SetName("after").Exec(s.ctx) == nil }, patience, patience/1000)
}

func ghostOfRetryTxIsRefused(s *Scene) {
	u := s.user("before")
	stop := errors.New("stop")
	var ghost *ent.User
	err := s.Client.RetryTx(s.ctx, func(tx *ent.Tx) (err error) {
		if ghost, err = tx.User.UpdateOne(u).SetName("undone").Save(s.ctx); err != nil {
			return err
		}
		return stop
	})
	require.ErrorIs(s, err, stop)
	s.refused(s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx))
	require.NoError(s, u.Update().SetName("after").Exec(s.ctx))
}

func ghostOfAFailedCommitIsRefused(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	tx.OnCommit(func(ent.Committer) ent.Committer {
		return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error { return errors.Join(entocc.ErrTxEnded, tx.Rollback()) })
	})
	ghost, err := tx.User.UpdateOne(u).SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	require.Error(s, tx.Commit())
	s.refused(s.Client.User.UpdateOne(ghost).SetName("lost").Exec(s.ctx))
	require.NoError(s, u.Update().SetName("after").Exec(s.ctx))
}

// send sends a hand-written statement in a transaction.
func (s *Scene) send(tx *ent.Tx, query string) {
	s.Helper()
	_, err := tx.ExecContext(s.ctx, query)
	require.NoError(s, err, query)
}
