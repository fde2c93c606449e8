package write_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchaseline"
)

// A write that bumps parents locks the children first, because it reads their parents: nobody can move them in between.
func TestTouch_ChildrenAreLockedAsTheyAreRead(t *testing.T) {
	line := &ent.PurchaseLine{ID: 5, Version: 4}
	for name, write := range map[string]func(context.Context, *ent.Client) error{
		"moved": func(ctx context.Context, c *ent.Client) error {
			return c.PurchaseLine.UpdateOne(line).SetPurchaseID(uuid.MustParse("ffffffff-ffff-ffff-ffff-ffffffffffff")).Exec(ctx)
		},
		"set-based": func(ctx context.Context, c *ent.Client) error {
			return c.PurchaseLine.Update().Where(purchaseline.Article("x")).SetAmount(2).Exec(ctx)
		},
		"deleted": func(ctx context.Context, c *ent.Client) error { return c.PurchaseLine.DeleteOne(line).Exec(ctx) },
		"set-based delete": func(ctx context.Context, c *ent.Client) error {
			return second(c.PurchaseLine.Delete().Where(purchaseline.Article("x")).Exec(ctx))
		},
	} {
		for d, lock := range map[string]string{dialect.Postgres: " FOR ", dialect.MySQL: " FOR UPDATE"} {
			sent := first(t, d, write)
			assert.True(t, strings.HasPrefix(sent, "SELECT "), sent)
			assert.Contains(t, sent, lock, "%s on %s", name, d)
			assert.NotContains(t, sent, "SHARE")
		}
	}
}

// A line that keeps its parent needs no lock before it is written.
func TestTouch_ChildThatIsNotMovedIsWrittenFirst(t *testing.T) {
	sent := first(t, dialect.Postgres, func(ctx context.Context, c *ent.Client) error {
		return c.PurchaseLine.UpdateOne(&ent.PurchaseLine{ID: 5, Version: 4}).SetAmount(2).Exec(ctx)
	})
	assert.True(t, strings.HasPrefix(sent, "UPDATE "), sent)
}

// All transactions lock parents in the same order. Other databases lock them when they bump them.
func TestTouch_ParentsAreLockedInOneOrder(t *testing.T) {
	low, high := uuid.MustParse("00000000-0000-4000-8000-000000000001"), uuid.MustParse("ffffffff-0000-4000-8000-000000000001")
	for _, ids := range [][2]uuid.UUID{{low, high}, {high, low}} {
		sent := first(t, dialect.MySQL, func(ctx context.Context, c *ent.Client) error {
			return second(c.PurchaseLine.CreateBulk(c.PurchaseLine.Create().SetPurchaseID(ids[0]), c.PurchaseLine.Create().SetPurchaseID(ids[1])).Save(ctx))
		})
		assert.True(t, strings.HasPrefix(sent, "SELECT `id` FROM `purchases` WHERE `id` = ? FOR UPDATE "), sent)
		assert.Contains(t, sent, "uuid.UUID{0x0, ")
	}
}

// What a modifier does can't be known, so the parents are read again after it: the old parents and the new ones.
func TestTouch_ModifierThatMovesRowsBumpsTheParentTheyComeTo(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	left, come, alone := client.Purchase.Create().SaveX(ctx), client.Purchase.Create().SaveX(ctx), client.Purchase.Create().SaveX(ctx)
	versions := func() (all [3]int64) {
		for i, p := range []*ent.Purchase{left, come, alone} {
			all[i] = client.Purchase.GetX(ctx, p.ID).Version
		}
		return all
	}
	line := client.PurchaseLine.Create().SetPurchase(left).SaveX(ctx)
	require.Equal(t, [3]int64{2, 1, 1}, versions())
	move := func(to *ent.Purchase) func(*sql.UpdateBuilder) {
		return func(u *sql.UpdateBuilder) { u.Set(purchaseline.FieldPurchaseID, to.ID) }
	}
	client.PurchaseLine.Update().Modify(move(come)).ExecX(ctx)
	assert.Equal(t, [3]int64{3, 2, 1}, versions(), "set-based")
	client.PurchaseLine.UpdateOneID(line.ID).IgnoreVersion().Modify(move(left)).ExecX(ctx)
	assert.Equal(t, [3]int64{4, 3, 1}, versions(), "one row")
	client.PurchaseLine.Update().Where(purchaseline.Amount(1)).IfVersion(3).Modify(move(come)).ExecX(ctx)
	assert.Equal(t, [3]int64{5, 4, 1}, versions(), "one row, found by its predicates")
}

// An upsert that changes nothing in the existing row has inserted another one, or none: the parents that it names are
// bumped.
func TestTouch_UpsertThatIgnoresBumpsTheParentOfTheNewRow(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	p := client.Purchase.Create().SaveX(ctx)
	require.NoError(t, client.PurchaseLine.Create().SetPurchase(p).SetCode("a").OnConflictColumns(purchaseline.FieldCode).Ignore().Exec(ctx))
	assert.Equal(t, p.Version+1, client.Purchase.GetX(ctx, p.ID).Version)
}

// A creation with children of its own bumps each parent once, however many ways lead to it.
func TestTouch_ParentOfARowAndOfItsChildrenIsBumpedOnce(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	buyer := client.Buyer.Create().SetID("b").SaveX(ctx)
	line := client.PurchaseLine.Create().SaveX(ctx)
	p := client.Purchase.Create().SetBuyer(buyer).AddLines(line).SaveX(ctx)
	assert.Equal(t, int64(1), client.Purchase.GetX(ctx, p.ID).Version)
	assert.Equal(t, line.Version+1, client.PurchaseLine.GetX(ctx, line.ID).Version)
	assert.NotEqual(t, buyer.Version, client.Buyer.GetX(ctx, buyer.ID).Version)

	before := client.Purchase.GetX(ctx, p.ID).Version
	shelf := client.Shelf.Create().AddLines(line).SaveX(ctx)
	assert.Equal(t, before+1, client.Purchase.GetX(ctx, p.ID).Version, "the line has changed")
	client.Shelf.UpdateOne(shelf).RemoveLines(line).ExecX(ctx)
	assert.Equal(t, before+2, client.Purchase.GetX(ctx, p.ID).Version)
}

// SQLite refuses a time in another notation, such as a program without versions would have written earlier.
func TestReport_TimeInAnotherNotationIsWrittenOver(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	var events []hook.Event
	client.Reading.Use(hook.Report(func(_ context.Context, e hook.Event) { events = append(events, e) }))
	r := client.Reading.Create().SetValue(1).SaveX(ctx)
	_, err := db.ExecContext(ctx, "UPDATE readings SET updated_at = CURRENT_TIMESTAMP")
	require.NoError(t, err)
	b := client.Reading.GetX(ctx, r.ID).Update().SetValue(2)
	require.NoError(t, b.Exec(ctx))
	require.Len(t, events, 1)
	assert.Equal(t, hook.Stale, events[0].Kind)
	require.NoError(t, client.Reading.GetX(ctx, r.ID).Update().SetValue(3).Exec(ctx))
	assert.Len(t, events, 1, "there was nothing to report")
}

// A NULL version was never compared, and is overwritten.
func TestReport_NULLIsWrittenOver(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	var events []hook.Event
	client.Order.Use(hook.Report(func(_ context.Context, e hook.Event) { events = append(events, e) }))
	o := client.Order.Create().SaveX(ctx)
	o = client.Order.UpdateOne(o).SetState("open").SaveX(ctx)
	_, err := db.ExecContext(ctx, "UPDATE orders SET cm_version_id = NULL")
	require.NoError(t, err)
	require.NoError(t, client.Order.UpdateOne(o).SetState("paid").Exec(ctx))
	require.Len(t, events, 1)
	assert.Equal(t, hook.Stale, events[0].Kind)
	assert.Equal(t, "paid", client.Order.GetX(ctx, o.ID).State)
}

// Work that is retried writes by ID like any other. It must not write what an earlier attempt left behind.
func TestReport_WriteByIDGoesThroughInARetry(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	var kinds []hook.ReportKind
	client.User.Use(hook.Report(func(_ context.Context, e hook.Event) { kinds = append(kinds, e.Kind) }))
	u := client.User.Create().SetName("before").SaveX(ctx)
	partial := client.User.Query().Select("name").OnlyX(ctx)
	require.NoError(t, client.RetryTx(ctx, func(tx *ent.Tx) error {
		return errors.Join(tx.User.UpdateOneID(u.ID).SetName("by ID").Exec(ctx), tx.User.UpdateOne(partial).SetName("partial").Exec(ctx))
	}))
	assert.Equal(t, []hook.ReportKind{hook.Unguarded, hook.NotLoaded}, kinds)
}

// A builder that saves twice reports the result of each save.
func TestReport_EachRunIsReportedByItself(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	reported := 0
	client.User.Use(hook.Report(func(context.Context, hook.Event) { reported++ }))
	u := client.User.Create().SetName("before").SaveX(ctx)
	b := client.User.UpdateOneID(u.ID).SetName("after")
	for i := range 3 {
		require.NoError(t, b.Exec(ctx))
		assert.Equal(t, i+1, reported)
	}
}

// An attempt that is retried must not continue from what the previous one left behind, although nothing else is
// enforced yet.
func TestReport_WhatAnEarlierAttemptHasLeftIsRefused(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	var events []hook.Event
	client.User.Use(hook.Report(func(_ context.Context, e hook.Event) { events = append(events, e) }))
	u := client.User.Create().SetName("before").SaveX(ctx)
	var left *ent.User
	err := client.RetryTx(ctx, func(tx *ent.Tx) (err error) {
		if left == nil {
			left = tx.User.UpdateOne(u).SetName("first").SaveX(ctx)
			return &entocc.RecordModifiedError{Type: ent.TypeUser, ID: u.ID}
		}
		return tx.User.UpdateOne(left).SetName("lost").Exec(ctx)
	})
	require.True(t, ent.IsVersionError(err), "%v", err)
	assert.Empty(t, events)
	assert.Equal(t, "before", client.User.GetX(ctx, u.ID).Name)
}
