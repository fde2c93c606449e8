package suite

import (
	"context"
	stdsql "database/sql"
	"errors"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func txScenarios() []scenario {
	locking := func(db DB) string {
		if db.Traits.ReadsLock {
			return "nobody else can change what a transaction has read until it ends"
		}
		return ""
	}
	ends := func(db DB) string {
		if db.Traits.ConflictEndsTx {
			return "a conflict with what the transaction has read ends it here"
		}
		return locking(db)
	}
	rows := func(db DB) string {
		if db.Traits.OneWriter {
			return "the database has one writer at a time, and waiting for it can't be interrupted"
		}
		return ""
	}
	begun := func(db DB) string {
		if db.Traits.BeginLocks {
			return "nobody else can write once a transaction has begun"
		}
		return ""
	}
	nodes := func(db DB) string {
		if db.Traits.Nodes {
			return "writers do not wait for those of another node: the second to commit gets a deadlock"
		}
		return rows(db)
	}
	return []scenario{
		{name: "Tx/RollbackLeavesTheStructUsable", run: rollbackLeavesTheStructUsable},
		{name: "Tx/SavepointRollbackLeavesTheStructUsable", run: savepointRollbackLeavesTheStructUsable},
		{name: "Tx/TwoSavesOfTheReturnedStruct", run: twoSavesInATx},
		{name: "Tx/OldStructConflictsWithinTheTx", run: oldStructConflictsWithinTheTx},
		{name: "Tx/DeletedRowIsGoneWithinTheTx", run: deletedRowIsGoneWithinTheTx},
		{name: "Tx/EdgesJoinTheTx", run: edgesJoinTheTx},
		{name: "Tx/SaveOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().SetName("lost").Exec(ctx)
		}), left: locking},
		{name: "Tx/SaveByIDOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, tx *ent.Tx, u *ent.User) error {
			return tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("lost").Exec(ctx)
		}), left: locking},
		{name: "Tx/IfVersionInOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().IfVersionIn(1, 7).SetName("lost").Exec(ctx)
		}), left: locking},
		{name: "Tx/IgnoredFieldOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().SetLastLogin(time.Now()).Exec(ctx)
		}), left: locking},
		{name: "Tx/SelectOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().SetName("lost").Select("name").Exec(ctx)
		}), left: locking},
		{name: "Tx/EdgesOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().ClearGroups().Exec(ctx)
		}), left: locking},
		{name: "Tx/ShadowSaveOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Update().SetName("before").Exec(entocc.SkipIncrement(ctx))
		}), left: locking},
		{name: "Tx/DeleteOfAReadRowThatOthersChanged", run: readThenChanged(func(ctx context.Context, _ *ent.Tx, u *ent.User) error {
			return u.Delete().Exec(ctx)
		}), left: locking},
		{name: "Tx/CompositeIDOfAReadRowThatOthersChanged", run: readCompositeThenChanged, left: locking},
		{name: "Tx/CheckOfAReadRowThatOthersChanged", run: checkOfAReadRowThatOthersChanged, left: locking},
		{name: "Tx/ReadRowThatOthersDeletedIsNotSaved", run: readThenDeleted, left: locking},
		{name: "Tx/RowNotReadBeforeConflicts", run: rowNotReadBeforeConflicts, left: begun},
		{name: "Tx/GoesOnAfterAConflict", run: goesOnAfterAConflict, left: ends},
		{name: "Tx/CurrentOfAConflictIsTheLatestRow", run: currentIsTheLatestRow, left: ends},
		{name: "Tx/WaiterConflictsWhenTheFirstCommits", run: waiterConflictsWhenTheFirstCommits, left: func(db DB) string {
			if db.Traits.Nodes {
				return nodes(db)
			}
			return ""
		}},
		{name: "Tx/WaiterSavesWhenTheFirstRollsBack", run: waiterSavesWhenTheFirstRollsBack},
		{name: "Tx/CancelledContextIsNoConflict", run: cancelledContextIsNoConflict},
		{name: "Tx/CancelledWaitIsNoConflict", run: cancelledWaitIsNoConflict, left: nodes},
		{name: "Tx/ClosedTransactionIsNoConflict", run: closedTransactionIsNoConflict},
	}
}

func rollbackLeavesTheStructUsable(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	inTx, err := tx.User.UpdateOne(u).SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, inTx.Version)
	require.NoError(s, tx.Rollback())
	assert.EqualValues(s, 1, u.Version)
	saved(s, u.Update().SetName("after"))
	s.refused(s.Client.User.UpdateOne(inTx).SetName("lost").Exec(s.ctx))
	s.stored(u.ID, "after", 2)
}

// ent has no savepoints, so SQL sets them on the same transaction.
func savepointRollbackLeavesTheStructUsable(s *Scene) {
	u := s.user("before")
	drv, ok := s.Sent.Driver.(interface {
		BeginTx(context.Context, *stdsql.TxOptions) (dialect.Tx, error)
	})
	require.True(s, ok)
	tx, err := drv.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
	require.NoError(s, err)
	defer func() { _ = tx.Rollback() }()
	client := ent.NewClient(ent.Driver(inTx{tx, s.db.Dialect}))

	require.NoError(s, tx.Exec(s.ctx, "SAVEPOINT one", []any{}, nil))
	_, err = client.User.UpdateOne(u).SetName("undone").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.Exec(s.ctx, "ROLLBACK TO SAVEPOINT one", []any{}, nil))
	got, err := client.User.UpdateOne(u).SetName("after").Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "after", 2)
}

// inTx is a driver that sends its statements in a running transaction.
type inTx struct {
	dialect.ExecQuerier
	name string
}

func (t inTx) Dialect() string                        { return t.name }
func (t inTx) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(t), nil }
func (inTx) Close() error                             { return nil }

func twoSavesInATx(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	for range 2 {
		var err error
		u, err = tx.User.UpdateOne(u).AddAge(1).Save(s.ctx)
		require.NoError(s, err)
	}
	require.NoError(s, tx.Commit())
	assert.EqualValues(s, 3, u.Version)
	s.stored(u.ID, "before", 3)
}

func oldStructConflictsWithinTheTx(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	require.NoError(s, tx.User.UpdateOne(u).SetName("after").Exec(s.ctx))
	err := tx.User.UpdateOne(u).SetName("lost").Exec(s.ctx)
	modified := s.conflict(err)
	assert.EqualValues(s, 2, modified.Actual)
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "after", 2)
}

func deletedRowIsGoneWithinTheTx(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	require.NoError(s, tx.User.DeleteOne(u).Exec(s.ctx))
	s.gone(tx.User.UpdateOne(u).SetName("risen").Exec(s.ctx))
	s.gone(tx.User.DeleteOne(u).Exec(s.ctx))
	require.NoError(s, tx.Rollback())
	saved(s, u.Update().SetName("after"))
}

func edgesJoinTheTx(s *Scene) {
	u, p := s.user("before"), s.pet("rex")
	tx := s.Tx()
	require.NoError(s, tx.User.UpdateOne(u).AddPets(p).SetName("undone").Exec(s.ctx))
	require.NoError(s, tx.Rollback())
	s.stored(u.ID, "before", 1)
	assert.EqualValues(s, 1, s.version("pets", p.ID))
}

// read loads a User in a transaction, so that its snapshot is older than what others commit later.
func (s *Scene) read(tx *ent.Tx, id int) *ent.User {
	s.Helper()
	u, err := tx.User.Get(s.ctx, id)
	require.NoError(s, err)
	return u
}

// readThenChanged makes a write meet a row that its transaction has read and another one has changed since. On MySQL at
// REPEATABLE READ most libraries lose the update without an error (F1).
func readThenChanged(write func(context.Context, *ent.Tx, *ent.User) error) func(*Scene) {
	return func(s *Scene) {
		id := s.user("before").ID
		tx := s.Tx()
		u := s.read(tx, id)
		s.bumpUser(id)

		err := write(s.ctx, tx, u)
		require.Error(s, err, "the update is lost silently")
		s.conflict(err)
		assert.True(s, entocc.IsRetryable(err))
		_ = tx.Rollback()
		s.stored(id, "before", 2)
	}
}

func readCompositeThenChanged(s *Scene) {
	l := s.like()
	tx := s.Tx()
	u := s.read(tx, l.UserID)
	mine, err := tx.User.QueryLikes(u).Only(s.ctx)
	require.NoError(s, err)
	require.NoError(s, s.Other.Like.UpdateOne(l).SetMood("theirs").Exec(s.ctx))
	s.catchUp()
	s.conflict(mine.Update().SetMood("lost").Exec(s.ctx))
}

// There is nothing to write here, so a database with snapshots might answer from the snapshot. Servers must not: the
// check locks the row there.
func checkOfAReadRowThatOthersChanged(s *Scene) {
	id := s.user("before").ID
	tx := s.Tx()
	u := s.read(tx, id)
	s.bumpUser(id)
	err := u.Update().IfVersion(1).Exec(s.ctx)
	if s.db.Dialect == dialect.SQLite {
		require.NoError(s, err)
		return
	}
	require.Error(s, err)
	s.conflict(err)
}

func readThenDeleted(s *Scene) {
	id := s.user("before").ID
	tx := s.Tx()
	u := s.read(tx, id)
	require.NoError(s, s.Other.User.DeleteOneID(id).IgnoreVersion().Exec(s.ctx))
	s.catchUp()
	err := u.Update().SetName("risen").Exec(s.ctx)
	require.Error(s, err, "the update is lost silently")
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	if !s.db.Traits.ConflictEndsTx {
		s.gone(err)
	}
}

func rowNotReadBeforeConflicts(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	s.bumpUser(u.ID)
	modified := s.conflict(tx.User.UpdateOne(u).SetName("lost").Exec(s.ctx))
	assert.EqualValues(s, 2, modified.Actual)
	s.conflict(tx.User.DeleteOne(u).Exec(s.ctx))
}

func goesOnAfterAConflict(s *Scene) {
	id := s.user("before").ID
	tx := s.Tx()
	u := s.read(tx, id)
	s.bumpUser(id)
	s.conflict(u.Update().SetName("lost").Exec(s.ctx))
	require.NoError(s, tx.User.UpdateOneID(id).IfVersion(2).SetName("after").Exec(s.ctx))
	require.NoError(s, tx.Commit())
	s.stored(id, "after", 3)
}

func currentIsTheLatestRow(s *Scene) {
	id := s.user("before").ID
	tx := s.Tx()
	u := s.read(tx, id)
	s.bumpUser(id)
	err := u.Update().SetName("lost").Exec(s.ctx)
	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	assert.EqualValues(s, 2, modified.Actual)
	current, err := modified.Current(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, current.Version, "not that of the snapshot")
	require.NoError(s, current.Update().SetName("after").Exec(s.ctx))
	is, err := u.IsModified(s.ctx)
	require.NoError(s, err)
	assert.True(s, is)
	require.NoError(s, tx.Commit())
	s.stored(id, "after", 3)
}

// waiter saves the User with the other client while a transaction holds the row, and returns the outcome.
func (s *Scene) waiter(ctx context.Context, u *ent.User) <-chan error {
	result := make(chan error, 1)
	go func() { result <- s.Other.User.UpdateOne(u).SetName("second").Exec(ctx) }()
	return result
}

func waiterConflictsWhenTheFirstCommits(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	require.NoError(s, tx.User.UpdateOne(u).SetName("first").Exec(s.ctx))
	second := s.waiter(s.ctx, u)
	require.NoError(s, tx.Commit())
	s.conflict(<-second)
	s.stored(u.ID, "first", 2)
}

func waiterSavesWhenTheFirstRollsBack(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	require.NoError(s, tx.User.UpdateOne(u).SetName("first").Exec(s.ctx))
	second := s.waiter(s.ctx, u)
	require.NoError(s, tx.Rollback())
	require.NoError(s, <-second)
	s.stored(u.ID, "second", 2)
}

func cancelledContextIsNoConflict(s *Scene) {
	u := s.user("before")
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, batch := s.Client.User.UpdateBulk(u.Update().SetName("lost"), s.user("other").Update().SetName("lost")).Save(ctx)
	for _, err := range []error{
		u.Update().SetName("lost").Exec(ctx),
		u.Update().AddPets(s.pet("rex")).Exec(ctx),
		u.Delete().Exec(ctx),
		s.Client.User.Update().Where(byID(u.ID)).SetName("lost").Exec(ctx),
		s.Client.User.Update().Where(byID(u.ID)).IfVersion(u.Version).SetName("lost").Exec(ctx),
		s.Client.User.UpdateOneID(u.ID).IfField(user.Name("before")).SetName("lost").Exec(ctx),
		s.Client.User.Create().SetName("lost").Exec(ctx),
		s.Client.User.CreateBulk(s.Client.User.Create().SetName("lost"), s.Client.User.Create().SetName("lost")).Exec(ctx),
		batch,
	} {
		require.ErrorIs(s, err, context.Canceled)
		assert.False(s, ent.IsRecordModified(err), "%v", err)
		assert.False(s, entocc.IsOutcomeUnknown(err), "nothing was sent: %v", err)
		assert.False(s, entocc.IsRetryable(err), "%v", err)
	}
	s.stored(u.ID, "before", 1)
}

func cancelledWaitIsNoConflict(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	require.NoError(s, tx.User.UpdateOne(u).SetName("first").Exec(s.ctx))
	ctx, cancel := context.WithTimeout(s.ctx, 200*time.Millisecond)
	defer cancel()
	err := <-s.waiter(ctx, u)
	require.Error(s, err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
	assert.False(s, ent.IsNotFound(err), "%v", err)
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "first", 2)
}

func closedTransactionIsNoConflict(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	mine := s.read(tx, u.ID)
	require.NoError(s, tx.Commit())
	for _, err := range []error{
		mine.Update().SetName("lost").Exec(s.ctx),
		mine.Update().AddPets(s.pet("rex")).Exec(s.ctx),
		mine.Delete().Exec(s.ctx),
		tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("lost").Exec(s.ctx),
		tx.User.Update().Where(byID(u.ID)).SetName("lost").Exec(s.ctx),
	} {
		require.Error(s, err)
		assert.True(s, errors.Is(err, stdsql.ErrTxDone), "%v", err)
		assert.False(s, ent.IsRecordModified(err), "%v", err)
	}
	s.stored(u.ID, "before", 1)
}
