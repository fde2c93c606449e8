package suite

import (
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchase"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func bulkCreateTouchesEachParentOnce(s *Scene) {
	p, q := s.purchase(), s.purchase()
	lines := saved(s, s.Client.PurchaseLine.MapCreateBulk(make([]int, 6), func(c *ent.PurchaseLineCreate, i int) {
		switch {
		case i < 3:
			c.SetPurchaseID(p.ID)
		case i < 5:
			c.SetPurchaseID(q.ID)
		}
	}))
	p.touched("bulk create")
	q.touched("bulk create")
	for i, l := range lines {
		stored, err := s.Client.PurchaseLine.Get(s.ctx, l.ID)
		require.NoError(s, err)
		assert.Equal(s, i < 5, stored.PurchaseID != nil)
		assert.EqualValues(s, 1, stored.Version)
	}
}

func setBasedUpdateTouchesEachParentOnce(s *Scene) {
	p, q, other := s.purchase(), s.purchase(), s.purchase()
	article := s.key()
	for _, parent := range []*purchased{p, p, q} {
		done(s, parent.line().Update().SetArticle(article))
	}
	other.line()
	p.look()
	q.look()
	n := saved(s, s.Client.PurchaseLine.Update().Where(purchaseline.Article(article)).AddAmount(1))
	assert.Equal(s, 3, n)
	p.touched("set-based update")
	q.touched("set-based update")
	other.same("not matched")
	assert.Zero(s, saved(s, s.Client.PurchaseLine.Update().Where(purchaseline.Article(s.key())).AddAmount(1)))
	saved(s, s.Client.PurchaseLine.Update().Where(purchaseline.Article(article)).SetRemark("x"))
	p.same("ignored field")
}

func setBasedMoveTouchesAllParents(s *Scene) {
	p, q, to := s.purchase(), s.purchase(), s.purchase()
	ids := []int{p.line().ID, p.line().ID, q.line().ID}
	saved(s, s.Client.PurchaseLine.Update().Where(purchaseline.IDIn(ids...)).SetPurchaseID(to.ID))
	p.touched("moved away")
	q.touched("moved away")
	to.touched("moved here")
	n, err := s.Client.PurchaseLine.Query().Where(purchaseline.HasPurchaseWith(purchase.ID(to.ID))).Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 3, n)
}

func setBasedDeleteTouchesEachParentOnce(s *Scene) {
	p, q, other := s.purchase(), s.purchase(), s.purchase()
	ids := []int{p.line().ID, p.line().ID, q.line().ID}
	kept := other.line()
	n, err := s.Client.PurchaseLine.Delete().Where(purchaseline.Or(purchaseline.IDIn(ids...), purchaseline.ID(-1))).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 3, n)
	p.touched("set-based delete")
	q.touched("set-based delete")
	other.same("not matched")
	_, err = s.Client.PurchaseLine.Get(s.ctx, kept.ID)
	require.NoError(s, err)
}

func manyRowsAreTouchedInParts(s *Scene) {
	p, q := s.purchase(), s.purchase()
	article := s.key()
	lines := saved(s, s.Client.PurchaseLine.MapCreateBulk(make([]int, 1001), func(c *ent.PurchaseLineCreate, i int) {
		c.SetArticle(article).SetPurchaseID(p.ID)
		if i == 1000 {
			c.SetPurchaseID(q.ID)
		}
	}))
	p.touched("bulk create")
	q.touched("bulk create")
	assert.Equal(s, len(lines), saved(s, s.Client.PurchaseLine.Update().Where(purchaseline.Article(article)).AddAmount(1)))
	p.touched("set-based update")
	q.touched("set-based update")
	n, err := s.Client.PurchaseLine.Delete().Where(purchaseline.Article(article)).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, len(lines), n)
	p.touched("set-based delete")
	q.touched("set-based delete")
}

func batchTouchesEachParentOnce(s *Scene) {
	p, q := s.purchase(), s.purchase()
	a, b, c := p.line(), p.line(), q.line()
	seen := p.version
	lines := saved(s, s.Client.PurchaseLine.UpdateBulk(
		a.Update().SetAmount(2).IfPurchaseVersion(seen), b.Update().SetAmount(3).IfPurchaseVersion(seen), c.Update().SetAmount(4)))
	assert.Len(s, lines, 3)
	p.touched("batch of updates")
	q.touched("batch of updates")
	n, err := s.Client.PurchaseLine.DeleteBulk(lines...).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 3, n)
	p.touched("batch of deletes")
	q.touched("batch of deletes")
}

func refusedBatchTouchesNothing(s *Scene) {
	p, q := s.purchase(), s.purchase()
	a, stale := p.line(), q.line()
	done(s, stale.Update().SetAmount(2))
	q.look()
	_, err := s.Client.PurchaseLine.UpdateBulk(a.Update().SetAmount(2), stale.Update().SetAmount(3)).Save(s.ctx)
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	_, err = s.Client.PurchaseLine.DeleteBulk(a, stale).Exec(s.ctx)
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	p.same("refused")
	q.same("refused")
	_, err = s.Client.PurchaseLine.UpdateBulk(a.Update().SetAmount(2), stale.Update().SetAmount(3)).SkipModified().Save(s.ctx)
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	p.touched("the other one is written")
	q.same("refused")
}
