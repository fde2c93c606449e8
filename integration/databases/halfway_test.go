package databases_test

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/suite"
)

// order is a purchase with two lines and a buyer. Its version can't become 2, because another purchase has that version.
type order struct {
	buyer    *ent.Buyer
	purchase *ent.Purchase
	lines    []*ent.PurchaseLine
	// free allows the version to become 2.
	free func()
}

func newOrder(t *testing.T, s session) order {
	t.Helper()
	ctx := t.Context()
	o := order{buyer: s.Buyer.Create().SetID("buyer").SaveX(ctx)}
	bought := s.Purchase.Create().SetState("bought").SetBuyer(o.buyer).SaveX(ctx)
	for range 2 {
		o.lines = append(o.lines, s.PurchaseLine.Create().SetPurchase(bought).SaveX(ctx))
	}
	s.Purchase.Create().SetState("other").SetVersion(2).ExecX(ctx)
	s.exec(t, "UPDATE purchases SET version = 1 WHERE state = 'bought'", "CREATE UNIQUE INDEX taken ON purchases (version)")
	o.buyer, o.purchase = s.Buyer.GetX(ctx, "buyer"), s.Purchase.GetX(ctx, bought.ID)
	o.free = func() { s.exec(t, "UPDATE purchases SET version = 9 WHERE version = 2") }
	return o
}

// halfwayWrites fail after their first statement: at an edge, or at the version of the parent that they touch.
var halfwayWrites = []struct {
	name  string
	write func(ctx context.Context, client *ent.Client, o order) error
}{
	{"touch of a save", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.UpdateOne(o.lines[0]).SetArticle("half").Exec(ctx)
	}},
	{"touch of a create", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.Create().SetArticle("half").SetPurchaseID(o.purchase.ID).Exec(ctx)
	}},
	{"touch of a bulk create", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.CreateBulk(client.PurchaseLine.Create().SetArticle("half").SetPurchaseID(o.purchase.ID),
			client.PurchaseLine.Create().SetArticle("half")).Exec(ctx)
	}},
	{"touch of a delete", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.DeleteOne(o.lines[0]).Exec(ctx)
	}},
	{"touch of a set-based delete", func(ctx context.Context, client *ent.Client, o order) error {
		_, err := client.PurchaseLine.Delete().Exec(ctx)
		return err
	}},
	{"touch of a set-based update", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.Update().SetArticle("half").Exec(ctx)
	}},
	{"touch of UpdateBulk", func(ctx context.Context, client *ent.Client, o order) error {
		_, err := client.PurchaseLine.UpdateBulk(client.PurchaseLine.UpdateOne(o.lines[0]).SetArticle("half"),
			client.PurchaseLine.UpdateOne(o.lines[1]).SetArticle("half")).SkipModified().Save(ctx)
		return err
	}},
	{"touch of DeleteBulk", func(ctx context.Context, client *ent.Client, o order) error {
		_, err := client.PurchaseLine.DeleteBulk(o.lines...).SkipModified().Exec(ctx)
		return err
	}},
	{"edge of a touching save", func(ctx context.Context, client *ent.Client, o order) error {
		return client.Purchase.UpdateOne(o.purchase).SetState("half").AddLineIDs(1 << 30).Exec(ctx)
	}},
	{"edge of a touching create", func(ctx context.Context, client *ent.Client, o order) error {
		return client.Purchase.Create().SetState("half").SetVersion(5).SetBuyerID("buyer").AddLineIDs(1 << 30).Exec(ctx)
	}},
	{"move to no parent", func(ctx context.Context, client *ent.Client, o order) error {
		return client.PurchaseLine.UpdateOne(o.lines[0]).SetArticle("half").SetPurchaseID(uuid.New()).Exec(ctx)
	}},
}

// assertNothing asserts that nothing of a write was kept.
func (o order) assertNothing(t *testing.T, s session) {
	t.Helper()
	ctx := t.Context()
	lines := s.PurchaseLine.Query().AllX(ctx)
	require.Len(t, lines, len(o.lines))
	for _, line := range lines {
		assert.Equal(t, "", line.Article)
		assert.EqualValues(t, 1, line.Version)
		assert.Equal(t, o.purchase.ID, *line.PurchaseID)
	}
	assert.Equal(t, 2, s.Purchase.Query().CountX(ctx))
	now := s.Purchase.GetX(ctx, o.purchase.ID)
	assert.EqualValues(t, 1, now.Version)
	assert.Equal(t, "bought", now.State)
	assert.Equal(t, o.buyer.Version, s.Buyer.GetX(ctx, "buyer").Version, "the buyer was not touched")
}

// Case 13, for touches and deletes: a write that fails halfway leaves nothing behind, even in a transaction that goes
// on, and can be repeated in it.
func TestWrite_ThatFailsHalfwayLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, conn suite.DB) {
		mine := open(t, conn)
		createTables(t, mine.Client)
		o := newOrder(t, mine)
		for _, w := range halfwayWrites {
			err := w.write(t.Context(), mine.Client, o)
			require.True(t, ent.IsConstraintError(err), "%s: %v", w.name, err)
			o.assertNothing(t, mine)
		}
		if conn.Dialect == dialect.Postgres {
			return // The first error aborts a transaction.
		}
		for _, w := range halfwayWrites {
			tx := mine.tx(t)
			err := w.write(t.Context(), tx.Client(), o)
			require.True(t, ent.IsConstraintError(err), "%s: %v", w.name, err)
			require.NoError(t, tx.Group.Create().SetName("kept").Exec(t.Context()))
			require.NoError(t, tx.Commit(), w.name)
			o.assertNothing(t, mine)
		}
		assert.Equal(t, len(halfwayWrites), mine.Group.Query().CountX(t.Context()))
		o.free()
		o.repeated(t, mine)
	})
}

// repeated makes writes fail in a transaction, and succeed when they are repeated in it.
func (o order) repeated(t *testing.T, s session) {
	t.Helper()
	ctx := t.Context()
	tx := s.tx(t)
	exec := func(query string) {
		_, err := tx.ExecContext(ctx, query)
		require.NoError(t, err)
	}
	first, second := tx.PurchaseLine.UpdateOne(o.lines[0]).SetArticle("after"), tx.PurchaseLine.DeleteOne(o.lines[1])
	exec("UPDATE purchases SET version = 2 WHERE version = 9")
	for _, err := range []error{tx.PurchaseLine.UpdateOne(o.lines[0]).SetArticle("half").Exec(ctx), tx.PurchaseLine.DeleteOne(o.lines[1]).Exec(ctx)} {
		require.True(t, ent.IsConstraintError(err), "%v", err)
	}
	exec("UPDATE purchases SET version = 9 WHERE version = 2")
	require.NoError(t, first.Exec(ctx))
	require.NoError(t, second.Exec(ctx))
	require.NoError(t, tx.Commit())
	line := s.PurchaseLine.Query().Where(purchaseline.Article("after")).OnlyX(ctx)
	assert.EqualValues(t, 2, line.Version)
	assert.Equal(t, 1, s.PurchaseLine.Query().CountX(ctx))
	assert.EqualValues(t, 3, s.Purchase.GetX(ctx, o.purchase.ID).Version, "one touch each")
}
