package suite

import (
	"fmt"

	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func batchDeleteScenarios() []scenario {
	return []scenario{
		{name: "BatchDelete/FreshRowsAreOneStatement", run: batchDeleteIsOneStatement},
		{name: "BatchDelete/OneStaleRowDeletesNothing", run: batchDeleteWithOneStaleRowDeletesNothing},
		{name: "BatchDelete/SkipModifiedDeletesTheOthers", run: batchDeleteSkipModifiedDeletesTheOthers},
		{name: "BatchDelete/TenStaleOfAThousandAreReported", run: batchDeleteReportsTenStaleOfAThousand},
		{name: "BatchDelete/RowsThatAreGoneAreReported", run: batchDeleteOfRowsThatAreGone},
		{name: "BatchDelete/SoftDeleteIsGuarded", run: batchDeleteBySoftDelete},
		{name: "BatchDelete/LegacyRowsAreDeletedOnce", run: batchDeleteOfLegacyRows},
		{name: "BatchDelete/ConflictInATransactionLeavesNothingOfIt", run: batchDeleteConflictInATransaction},
		{name: "BatchDelete/EntityWithoutVersionIsRefused", run: batchDeleteWithoutVersionIsRefused},
	}
}

func (s *Scene) count(users ...*ent.User) int {
	s.Helper()
	ids := make([]int, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	n, err := s.Client.User.Query().Where(byID(ids...)).Count(s.ctx)
	require.NoError(s, err)
	return n
}

func batchDeleteIsOneStatement(s *Scene) {
	users := s.users(100)
	s.Sent.Reset()
	n, err := s.Client.User.DeleteBulk(users[1:]...).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 99, n)
	require.Len(s, s.Sent.Writes(), 1)
	assert.Contains(s, s.Sent.Writes()[0], "version")
	assert.Equal(s, 1, s.count(users...))
}

func batchDeleteWithOneStaleRowDeletesNothing(s *Scene) {
	users := s.users(3)
	s.bumpUser(users[1].ID)
	n, err := s.Client.User.DeleteBulk(users...).Exec(s.ctx)
	assert.Zero(s, n)
	bulk := s.conflicts(err, users[1].ID)
	assert.EqualValues(s, 2, bulk.Conflicts[0].Actual)
	assert.Equal(s, 3, s.count(users...))
	var typed *ent.UserModifiedError
	require.ErrorAs(s, err, &typed)
	assert.Same(s, users[1], typed.Loaded)
}

func batchDeleteSkipModifiedDeletesTheOthers(s *Scene) {
	users := s.users(4)
	s.bumpUser(users[1].ID)
	done(s, s.Other.User.DeleteOneID(users[2].ID).IgnoreVersion())
	n, err := s.Client.User.DeleteBulk(users...).SkipModified().Exec(s.ctx)
	assert.Equal(s, 2, n)
	bulk := s.conflicts(err, users[1].ID, users[2].ID)
	assert.False(s, ent.IsNotFound(err), "one of the rows is still there: %v", err)
	assert.True(s, bulk.Conflicts[1].Deleted)
	assert.Equal(s, 1, s.count(users...))
}

func batchDeleteReportsTenStaleOfAThousand(s *Scene) {
	users := s.users(1000)
	var stale []any
	for i := 7; i < 1000; i += 100 {
		s.bumpUser(users[i].ID)
		stale = append(stale, users[i].ID)
	}
	_, err := s.Client.User.DeleteBulk(users...).Exec(s.ctx)
	s.conflicts(err, stale...)
	assert.Equal(s, 1000, s.count(users...))
	n, err := s.Client.User.DeleteBulk(users...).SkipModified().Exec(s.ctx)
	s.conflicts(err, stale...)
	assert.Equal(s, 990, n)
	assert.Equal(s, 10, s.count(users...))
}

func batchDeleteOfRowsThatAreGone(s *Scene) {
	users := s.users(3)
	for _, u := range users[1:] {
		done(s, s.Other.User.DeleteOneID(u.ID).IgnoreVersion())
	}
	_, err := s.Client.User.DeleteBulk(users...).Exec(s.ctx)
	s.conflicts(err, users[1].ID, users[2].ID)
	assert.True(s, ent.IsNotFound(err), "every conflict is a row that is gone: %v", err)
	assert.Equal(s, 1, s.count(users...))
}

func batchDeleteBySoftDelete(s *Scene) {
	var notes []*ent.Note
	var memos []*ent.Memo
	for i := range 3 {
		notes = append(notes, saved(s, s.Client.Note.Create().SetText(fmt.Sprint("note ", i))))
		memos = append(memos, saved(s, s.Client.Memo.Create().SetText(fmt.Sprint("memo ", i))))
	}
	saved(s, s.Other.Note.UpdateOneID(notes[1].ID).IgnoreVersion().SetText("changed"))
	saved(s, s.Other.Memo.UpdateOneID(memos[1].ID).IgnoreVersion().SetText("changed"))
	_, err := s.Client.Note.DeleteBulk(notes...).Exec(s.ctx)
	s.conflicts(err, notes[1].ID)
	_, err = s.Client.Memo.DeleteBulk(memos...).Exec(s.ctx)
	s.conflicts(err, memos[1].ID)
	assert.EqualValues(s, 1, s.version("notes", notes[0].ID))
	assert.EqualValues(s, 1, s.version("memos", memos[2].ID))

	n, err := s.Client.Note.DeleteBulk(notes...).SkipModified().Exec(s.ctx)
	s.conflicts(err, notes[1].ID)
	assert.Equal(s, 2, n)
	n, err = s.Client.Memo.DeleteBulk(memos...).SkipModified().Exec(s.ctx)
	s.conflicts(err, memos[1].ID)
	assert.Equal(s, 2, n)
	assert.EqualValues(s, 2, s.version("notes", notes[0].ID), "soft-deleted, and bumped once")
	assert.EqualValues(s, 2, s.version("memos", memos[2].ID))
	_, err = s.Client.Note.Get(s.ctx, notes[0].ID)
	assert.True(s, ent.IsNotFound(err), "%v", err)
}

func batchDeleteOfLegacyRows(s *Scene) {
	var orders []*ent.Order
	for range 2 {
		o := saved(s, s.Client.Order.Create())
		s.setColumn("orders", "cm_version_id", nil, o.ID)
		orders = append(orders, s.Client.Order.GetX(s.ctx, o.ID))
	}
	saved(s, orders[1].Update().SetState("paid"))
	n, err := s.Client.Order.DeleteBulk(orders...).SkipModified().Exec(s.ctx)
	s.conflicts(err, orders[1].ID)
	assert.Equal(s, 1, n)
}

func batchDeleteConflictInATransaction(s *Scene) {
	users := s.users(3)
	s.bumpUser(users[1].ID)
	tx := s.Tx()
	_, err := tx.User.DeleteBulk(users...).Exec(s.ctx)
	s.conflicts(err, users[1].ID)
	tx.User.UpdateOne(users[2]).SetName("later in the transaction").ExecX(s.ctx)
	require.NoError(s, tx.Commit())
	assert.Equal(s, 3, s.count(users...))
	s.named("later in the transaction", users[2])
}

func batchDeleteWithoutVersionIsRefused(s *Scene) {
	users := s.users(2)
	users[1] = s.Client.User.Query().Where(byID(users[1].ID)).Select("name").OnlyX(s.ctx)
	_, err := s.Client.User.DeleteBulk(users...).SkipModified().Exec(s.ctx)
	s.refused(err)
	assert.Equal(s, 1, s.count(users[0]))
}
