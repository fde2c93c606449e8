package suite

import (
	"context"
	"fmt"
	"sync"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func aggregateScenarios() []scenario {
	return []scenario{
		{name: "Aggregate/EditorsOfTwoLinesCollide", run: editorsOfTwoLinesCollide},
		{name: "Aggregate/StaleParentRefusesEveryWriteOfAChild", run: staleParentRefusesEveryWrite},
		{name: "Aggregate/FreshParentLetsEveryWriteThrough", run: freshParentLetsEveryWriteThrough},
		{name: "Aggregate/ParentIsCheckedThoughNothingChanges", run: parentIsCheckedThoughNothingChanges},
		{name: "Aggregate/RacingEditorsOfOneParentHaveOneWinner", run: racingEditorsOfOneParentHaveOneWinner},
		{name: "Aggregate/RacingCreatesAreAllTouched", run: racingCreatesAreAllTouched},
	}
}

// parentConflict requires err to be a conflict of the Purchase, not of its line.
func (s *Scene) parentConflict(err error, p *purchased) {
	s.Helper()
	modified := s.conflict(err)
	assert.Equal(s, ent.TypePurchase, modified.Type)
	assert.Equal(s, p.ID, modified.ID)
}

func editorsOfTwoLinesCollide(s *Scene) {
	p := s.purchase()
	first, second := p.line(), p.line()
	seen := p.version
	old, err := s.Client.Purchase.Get(s.ctx, p.ID)
	require.NoError(s, err)

	saved(s, first.Update().SetAmount(2).IfPurchaseVersion(seen))
	p.touched("the first editor")
	s.parentConflict(second.Update().SetAmount(2).IfPurchaseVersion(seen).Exec(s.ctx), p)
	s.conflict(old.Update().SetState("paid").Exec(s.ctx))
	p.same("the second editor")
	stored, err := s.Client.PurchaseLine.Get(s.ctx, second.ID)
	require.NoError(s, err)
	assert.Equal(s, 1, stored.Amount)
	saved(s, second.Update().SetAmount(2))
	p.touched("an editor who did not look at the purchase")
}

func staleParentRefusesEveryWrite(s *Scene) {
	p := s.purchase()
	l := p.line()
	stale := p.version - 1
	for name, err := range map[string]error{
		"update": l.Update().SetAmount(2).IfPurchaseVersion(stale).Exec(s.ctx),
		"move":   l.Update().ClearPurchase().IfPurchaseVersion(stale).Exec(s.ctx),
		"delete": s.Client.PurchaseLine.DeleteOne(l).IfPurchaseVersion(stale).Exec(s.ctx),
		"create": s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).IfPurchaseVersion(stale).Exec(s.ctx),
		"bulk": s.Client.PurchaseLine.CreateBulk(
			s.Client.PurchaseLine.Create().SetPurchaseID(p.ID),
			s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).IfPurchaseVersion(stale)).Exec(s.ctx),
	} {
		assert.True(s, ent.IsRecordModified(err), "%s: %v", name, err)
		s.parentConflict(err, p)
	}
	p.same("refused")
	n, err := p.QueryLines().Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	assert.EqualValues(s, 1, s.version("purchase_lines", l.ID))
	s.refused(saved(s, s.Client.PurchaseLine.Create()).Update().SetAmount(2).IfPurchaseVersion(1).Exec(s.ctx))
}

func freshParentLetsEveryWriteThrough(s *Scene) {
	p := s.purchase()
	l := saved(s, s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).IfPurchaseVersion(p.version))
	p.touched("create")
	l = saved(s, l.Update().SetAmount(2).IfPurchaseVersion(p.version))
	p.touched("update")
	l = saved(s, l.Update().SetRemark("ignored").IfPurchaseVersion(p.version))
	p.same("ignored field")
	done(s, s.Client.PurchaseLine.DeleteOne(l).IfPurchaseVersion(p.version))
	p.touched("delete")
}

func parentIsCheckedThoughNothingChanges(s *Scene) {
	p := s.purchase()
	l := p.line()
	s.parentConflict(l.Update().IfPurchaseVersion(p.version-1).Exec(s.ctx), p)
	s.parentConflict(l.Update().SetRemark("ignored").IfPurchaseVersion(p.version-1).Exec(s.ctx), p)
	l = saved(s, l.Update().IfPurchaseVersion(p.version))
	assert.EqualValues(s, 1, l.Version)
	p.same("nothing changed")
}

// racingEditorsOfOneParentHaveOneWinner has several editors change one line each, all from the same version of the purchase.
func racingEditorsOfOneParentHaveOneWinner(s *Scene) {
	p := s.purchase()
	lines := make([]*ent.PurchaseLine, 6)
	for i := range lines {
		lines[i] = p.line()
	}
	seen := p.version
	errs := make([]error, len(lines))
	var all sync.WaitGroup
	for i, l := range lines {
		all.Go(func() { errs[i] = l.Update().SetAmount(2).IfPurchaseVersion(seen).Exec(s.ctx) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			assert.True(s, entocc.IsRetryable(err), "%v", err)
		}
	}
	assert.LessOrEqual(s, won, 1)
	p.look()
	assert.Equal(s, seen+int64(won), p.version)
	n, err := p.QueryLines().All(s.ctx)
	require.NoError(s, err)
	changed := 0
	for _, l := range n {
		changed += l.Amount - 1
	}
	assert.Equal(s, won, changed)
}

func racingCreatesAreAllTouched(s *Scene) {
	const editors = 6
	p := s.purchase()
	errs := make([]error, editors)
	var all sync.WaitGroup
	for i := range editors {
		all.Go(func() {
			errs[i] = entocc.Retry(s.ctx, func(ctx context.Context) error {
				return s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).SetArticle(fmt.Sprint(i)).Exec(ctx)
			}, entocc.Attempts(0))
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(s, err)
	}
	seen := p.version
	p.look()
	assert.Equal(s, seen+editors, p.version)
}
