package write_test

import (
	"context"
	"testing"

	genent "entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/setting"
	"github.com/entocc/entocc/internal/ent/user"
)

// A handler that forgot the condition has none that a row could meet.
func TestIfMatch_WithoutAConditionIsRefused(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	u := client.User.Create().SetName("before").SaveX(ctx)
	for name, err := range map[string]error{
		"update":       client.User.UpdateOneID(u.ID).IfMatch(nil).SetName("lost").Exec(ctx),
		"of an entity": client.User.UpdateOne(u).IfMatch(nil).SetName("lost").Exec(ctx),
		"delete":       client.User.DeleteOneID(u.ID).IfMatch(nil).Exec(ctx),
		"set-based":    client.User.Update().Where(user.ID(u.ID)).IfMatch(nil).SetName("lost").Exec(ctx),
		"by its name":  second(client.User.Delete().Where(user.Name("before")).IfMatch(nil).Exec(ctx)),
	} {
		require.True(t, ent.IsVersionError(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "the condition is nil", name)
	}
	assert.Equal(t, "before", client.User.GetX(ctx, u.ID).Name)
}

// A condition that replaces an earlier version is the one that holds.
func TestIfMatch_ReplacesTheVersionStatedBefore(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	u := client.User.Create().SetName("before").SaveX(ctx)
	require.True(t, ent.IsRecordModified(client.User.Update().Where(user.Name("before")).IfVersion(u.Version).IfMatch(exactly(7)).SetName("lost").Exec(ctx)))
	require.NoError(t, client.User.Update().Where(user.Name("before")).IfVersion(7).IfMatch(exactly(1)).SetName("after").Exec(ctx))
	require.True(t, ent.IsRecordModified(second(client.User.Delete().Where(user.Name("after")).IfVersion(2).IfMatch(exactly(1)).Exec(ctx))))
	assert.Equal(t, "after", client.User.GetX(ctx, u.ID).Name)
}

// A save proves that the row had the version that guarded it, and nothing if none did.
func TestSave_ProvesTheVersionThatGuardedIt(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	for name, s := range map[string]struct {
		save   func(tx *ent.Tx, u *ent.User) error
		proves bool
	}{
		"entity": {func(tx *ent.Tx, u *ent.User) error { return second(tx.User.UpdateOne(u).SetName("own").Save(ctx)) }, true},
		"stated": {func(tx *ent.Tx, u *ent.User) error {
			return second(tx.User.UpdateOneID(u.ID).IfVersion(u.Version).SetName("own").Save(ctx))
		}, true},
		"unchecked": {func(tx *ent.Tx, u *ent.User) error {
			return second(tx.User.UpdateOne(u).SetName("own").Save(entocc.SkipCheck(ctx)))
		}, false},
		"ignored": {func(tx *ent.Tx, u *ent.User) error {
			return second(tx.User.UpdateOneID(u.ID).IgnoreVersion().SetName("own").Save(ctx))
		}, false},
		"several": {func(tx *ent.Tx, u *ent.User) error {
			return second(tx.User.UpdateOneID(u.ID).IfVersionIn(u.Version, u.Version+7).SetName("own").Save(ctx))
		}, false},
	} {
		u := client.User.Create().SetName("read").SaveX(ctx)
		tx, err := client.Tx(ctx)
		require.NoError(t, err)
		require.NoError(t, s.save(tx, u))
		require.NoError(t, tx.User.VerifyOnCommit(u))
		err = tx.Commit()
		assert.Equal(t, !s.proves, ent.IsRecordModified(err), "%s: %v", name, err)
		assert.Equal(t, s.proves, err == nil, name)
	}
}

// Each receiver gets the report of a write, and gets it once.
func TestReport_EachReceiverGetsIt(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	var got [2]int
	for i := range got {
		client.User.Use(hook.Report(func(context.Context, hook.Event) { got[i]++ }))
	}
	u := client.User.Create().SetName("before").SaveX(ctx)
	b := client.User.UpdateOneID(u.ID).SetName("after")
	for i := range 2 {
		require.NoError(t, b.Exec(ctx))
		assert.Equal(t, [2]int{i + 1, i + 1}, got)
	}
	require.NoError(t, b.Exec(entocc.SkipCheck(ctx)))
	assert.Equal(t, [2]int{2, 2}, got, "a run with nothing to report does not report an earlier one")
}

// What would be refused without versions, too, is refused and not reported.
func TestReport_IsOfVersionsAlone(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	reported := 0
	client.User.Use(hook.Report(func(context.Context, hook.Event) { reported++ }))
	u := client.User.Create().SetName("before").SetAge(3).SaveX(ctx)
	require.Error(t, client.User.UpdateOne(u).IfField(user.Age(4)).SetName("lost").Exec(ctx))
	require.Error(t, client.User.UpdateOneID(99).SetName("lost").Exec(ctx))
	reported = 0
	gone := client.User.Create().SetName("gone").SaveX(ctx)
	client.User.DeleteOneID(gone.ID).IgnoreVersion().ExecX(ctx)
	require.Error(t, client.User.UpdateOne(gone).SetName("lost").Exec(ctx))
	require.Error(t, client.User.UpdateOne(u).IfField(user.Age(4)).SetName("lost").Exec(ctx))
	_, err := db.ExecContext(ctx, "CREATE TRIGGER reject BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'not today'); END")
	require.NoError(t, err)
	require.ErrorContains(t, client.User.UpdateOne(u).SetName("lost").Exec(ctx), "not today")
	assert.Zero(t, reported)
	assert.Equal(t, "before", client.User.GetX(ctx, u.ID).Name)
}

// A conflict that a resolver has decided is none to report, and neither is one that it leaves.
func TestReport_ResolverDecides(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	reported := 0
	client.User.Use(hook.Report(func(context.Context, hook.Event) { reported++ }))
	decides := true
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		resolving := hook.OnModified(hook.StoreWins())(next)
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			if decides {
				return resolving.Mutate(ctx, m)
			}
			return next.Mutate(ctx, m)
		})
	})
	u := client.User.Create().SetName("before").SaveX(ctx)
	client.User.UpdateOne(u).SetName("theirs").ExecX(ctx)
	b := client.User.UpdateOne(u).SetName("mine")
	_, err := b.Save(ctx)
	require.NoError(t, err)
	assert.Equal(t, "theirs", client.User.GetX(ctx, u.ID).Name)
	assert.Zero(t, reported)
	decides = false
	require.NoError(t, b.Exec(ctx))
	assert.Equal(t, 1, reported, "nobody decides anymore")
	assert.Equal(t, "mine", client.User.GetX(ctx, u.ID).Name)
}

// The guard would replace a condition that the upsert has of its own, whatever else its options say.
func TestUpsert_WithAConditionOfItsOwnIsRefused(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	client.User.Create().SetName("before").SetEmail("a").SetAge(3).ExecX(ctx)
	where := sql.UpdateWhere(sql.GT("age", 1))
	target := sql.ConflictColumns(user.FieldEmail)
	for name, opts := range map[string][]sql.ConflictOption{
		"alone": {target, where}, "last": {target, sql.ResolveWithNewValues(), where}, "first": {where, target, sql.ResolveWithNewValues()},
	} {
		err := client.User.Create().SetName("lost").SetEmail("a").OnConflict(opts...).IfVersion(1).Exec(ctx)
		require.True(t, ent.IsVersionError(err), "%s: %v", name, err)
		require.ErrorContains(t, err, "its own condition", name)
	}
	assert.Equal(t, "before", client.User.Query().OnlyX(ctx).Name)
}

// An upsert whose check is switched off is ent's own, and its errors are ent's.
func TestUpsert_ThatIsNotCheckedOverwrites(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	client.Setting.Create().SetID("a").SetValue("before").ExecX(ctx)
	upsert := func(ctx context.Context) error {
		return client.Setting.Create().SetID("a").SetValue("after").OnConflictColumns(setting.FieldID).UpdateNewValues().IfVersion(7).Exec(ctx)
	}
	require.True(t, ent.IsRecordModified(upsert(ctx)))
	require.NoError(t, upsert(entocc.SkipCheck(ctx)))
	assert.Equal(t, "after", client.Setting.GetX(ctx, "a").Value)
}

// A condition that is met by several rows, or by none, says which.
func TestOneRow_ByAConditionIsThatOfOneRow(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	client.User.CreateBulk(client.User.Create().SetName("twin"), client.User.Create().SetName("twin"), client.User.Create().SetName("alone")).ExecX(ctx)
	write := func(name string, v exactly) error {
		return client.User.Update().Where(user.Name(name)).IfMatch(v).SetAge(7).Exec(ctx)
	}
	require.ErrorContains(t, write("twin", 1), "match several rows")
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, write("nobody", 1), &modified)
	assert.True(t, modified.Deleted)
	require.ErrorAs(t, write("alone", 7), &modified)
	assert.False(t, modified.Deleted)
	assert.Equal(t, int64(1), modified.Actual)
	assert.Equal(t, client.User.Query().Where(user.Name("alone")).OnlyIDX(ctx), modified.ID)
	require.NoError(t, write("alone", 1))
	assert.Equal(t, 1, client.User.Query().Where(user.Age(7)).CountX(ctx))
}
