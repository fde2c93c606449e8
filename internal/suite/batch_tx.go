package suite

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchTxScenarios() []scenario {
	return []scenario{
		{name: "Batch/JoinsTheTransaction", run: batchJoinsTheTransaction},
		{name: "Batch/ConflictInATransactionLeavesNothingOfIt", run: batchConflictInATransaction},
		{name: "Batch/ConflictWithTheSnapshotIsReported", run: batchConflictWithTheSnapshot, left: func(db DB) string {
			if db.Traits.ReadsLock {
				return "what a transaction has read nobody else can change before it ends"
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

// F1, F3, F4: the transaction has read the rows before somebody else changes one.
func batchConflictWithTheSnapshot(s *Scene) {
	users := s.users(4)
	tx := s.Tx()
	tx.User.GetX(s.ctx, users[1].ID)
	s.bumpUser(users[1].ID)
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	saved, err := tx.User.UpdateBulk(renamed("batch", users...)...).SkipModified().Save(ctx)
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
