package suite

import (
	"context"
	stdsql "database/sql"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchTxScenarios() []scenario {
	return []scenario{
		{name: "Batch/JoinsTheTransaction", run: batchJoinsTheTransaction},
		{name: "Batch/TransactionOfItsOwnIsAllOrNothing", run: batchInATransactionOfItsOwn},
		{name: "Batch/ConflictInATransactionLeavesNothingOfIt", run: batchConflictInATransaction},
		{name: "Batch/ConflictWithTheSnapshotIsReported", run: batchConflictWithTheSnapshot, left: func(db DB) string {
			if db.Traits.ReadsLock {
				return "nobody else can change what a transaction has read until it ends"
			}
			return ""
		}},
	}
}

func batchJoinsTheTransaction(s *Scene) {
	users := s.users(3)
	tx := s.Tx()
	saved := saved(s, tx.User.UpdateBulk(renamed("batch", users...)...))
	assert.Len(s, saved, 3)
	require.NoError(s, tx.Rollback())
	s.named("user 0", users[0])
	tx = s.Tx()
	assert.Equal(s, 3, tx.User.UpdateBulk(renamed("batch", users...)...).ExecX(s.ctx))
	require.NoError(s, tx.Commit())
	s.named("batch", users...)
}

// The recorder of the scene's client might be a running transaction, which a batch must leave usable. The driver of the
// other client surely begins a new one.
func batchInATransactionOfItsOwn(s *Scene) {
	users := s.users(4)
	s.bumpUser(users[2].ID)
	for _, u := range users { // The other client's node must have the rows first.
		require.Eventually(s, func() bool { return s.Other.User.Query().Where(user.ID(u.ID)).ExistX(s.ctx) }, patience, time.Millisecond)
	}
	batch := func() *ent.UserUpdateBulk {
		of := s.Other.User.UpdateOne
		return s.Other.User.UpdateBulk(of(users[0]).SetName("batch"), of(users[1]).AddAge(5), of(users[2]).SetName("batch"), of(users[3]).SetName("batch"))
	}
	_, err := batch().Save(s.ctx)
	s.conflicts(err, users[2].ID)
	s.named("user 0", users[0])
	assert.EqualValues(s, 1, s.load(users[1].ID).Version)
	assert.Panics(s, func() { batch().SkipModified().OnProgress(func(int, int) { panic("no") }).ExecX(s.ctx) })
	s.named("user 0", users[0])
	saved, err := batch().SkipModified().Save(s.ctx)
	s.conflicts(err, users[2].ID)
	assert.Len(s, saved, 3)
	s.catchUp()
	s.named("batch", users[0], users[3])
}

// The rows of the batch that did match must not stay written in a transaction that goes on.
func batchConflictInATransaction(s *Scene) {
	users, before := s.users(3), s.user("before")
	s.bumpUser(users[1].ID)
	tx := s.Tx()
	tx.User.UpdateOne(before).SetName("earlier in the transaction").ExecX(s.ctx)
	_, err := tx.User.UpdateBulk(append(renamed("batch", users...), users[0].Update().SetAge(1))[:3]...).Save(s.ctx)
	s.conflicts(err, users[1].ID)
	tx.User.UpdateOne(users[2]).SetName("later in the transaction").ExecX(s.ctx)
	require.NoError(s, tx.Commit())
	s.named("user 0", users[0])
	s.named("earlier in the transaction", before)
	s.named("later in the transaction", users[2])
}

// F1, F3, F4: the transaction has read the rows before somebody else changes one. batchConflictWithTheSnapshot tries
// again when PostgreSQL at SERIALIZABLE reports a false positive: with many transactions on the server it no longer
// tracks each one's reads.
func batchConflictWithTheSnapshot(s *Scene) {
	var (
		users []*ent.User
		tx    *ent.Tx
		saved []*ent.User
		err   error
	)
	for range 5 {
		users = s.users(4)
		tx = s.Tx()
		tx.User.GetX(s.ctx, users[1].ID)
		s.bumpUser(users[1].ID)
		ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
		saved, err = tx.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(ctx)
		cancel()
		if s.db.Isolation != stdsql.LevelSerializable || entocc.Classify(err).Kind != entocc.KindSerialization {
			break
		}
		require.NoError(s, tx.Rollback())
	}
	if s.db.Traits.ConflictEndsTx && s.db.Dialect != dialect.Postgres {
		s.conflicts(err, nil)
		assert.Empty(s, saved)
		assert.True(s, strings.Contains(err.Error(), "row"), err.Error())
		return
	}
	s.conflicts(err, users[1].ID)
	assert.Len(s, saved, 3)
	require.NoError(s, tx.Commit())
	s.named("batch", users[0], users[2], users[3])
	s.named("user 1", users[1])
}
