package suite

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func touchScenarios() []scenario {
	return []scenario{
		{name: "Touch/CreateTouchesTheParent", run: createTouchesTheParent},
		{name: "Touch/CreateWithoutParentIsOneInsert", run: createWithoutParentIsOneInsert},
		{name: "Touch/BulkCreateTouchesEachParentOnce", run: bulkCreateTouchesEachParentOnce, left: scatteredIDs},
		{name: "Touch/UpdateTouchesTheParentOnce", run: updateTouchesTheParentOnce},
		{name: "Touch/MoveTouchesBothParents", run: moveTouchesBothParents},
		{name: "Touch/IgnoredFieldDoesNotTouch", run: ignoredFieldDoesNotTouch},
		{name: "Touch/RefusedSaveDoesNotTouch", run: refusedSaveDoesNotTouch},
		{name: "Touch/SetBasedUpdateTouchesEachParentOnce", run: setBasedUpdateTouchesEachParentOnce},
		{name: "Touch/SetBasedMoveTouchesAllParents", run: setBasedMoveTouchesAllParents},
		{name: "Touch/DeleteTouchesTheParent", run: deleteTouchesTheParent},
		{name: "Touch/SetBasedDeleteTouchesEachParentOnce", run: setBasedDeleteTouchesEachParentOnce},
		{name: "Touch/SkippedIncrementDoesNotTouch", run: skippedIncrementDoesNotTouch},
		{name: "Touch/OneToOneEdgeTouches", run: oneToOneEdgeTouches},
		{name: "Touch/TreeIsTouchedUpToItsRoot", run: treeIsTouchedUpToItsRoot},
		{name: "Touch/RollbackUndoesIt", run: rollbackUndoesTheTouch},
		{name: "Touch/ParentsOwnEdgesBumpItOnce", run: parentsOwnEdgesBumpItOnce},
		{name: "Touch/AnotherOwnersEdgeTouches", run: anotherOwnersEdgeTouches},
		{name: "Touch/UpsertTouchesTheParentOfTheRow", run: upsertTouchesTheParentOfTheRow},
		{name: "Touch/ManyRowsAreTouchedInParts", run: manyRowsAreTouchedInParts},
		{name: "Touch/BatchTouchesEachParentOnce", run: batchTouchesEachParentOnce},
		{name: "Touch/RefusedBatchTouchesNothing", run: refusedBatchTouchesNothing},
	}
}

// purchased is a Purchase with the versions that a test saw last.
type purchased struct {
	*ent.Purchase
	s       *Scene
	buyer   string
	version int64
	token   uuid.UUID
}

// purchase creates a Purchase with a Buyer.
func (s *Scene) purchase() *purchased {
	s.Helper()
	buyer := saved(s, s.Client.Buyer.Create().SetID(s.key()))
	p := saved(s, s.Client.Purchase.Create().SetBuyer(buyer))
	at := &purchased{Purchase: p, s: s, buyer: buyer.ID}
	at.look()
	return at
}

func (p *purchased) look() (version int64, token uuid.UUID) {
	p.s.Helper()
	row, err := p.s.Other.Purchase.Get(p.s.ctx, p.ID)
	require.NoError(p.s, err)
	buyer, err := p.s.Other.Buyer.Get(p.s.ctx, p.buyer)
	require.NoError(p.s, err)
	version, token = p.version, p.token
	p.version, p.token = row.Version, buyer.Version
	return version, token
}

// touched requires that the Purchase and its Buyer were bumped once since the last look.
func (p *purchased) touched(what string) {
	p.s.Helper()
	version, token := p.look()
	assert.Equal(p.s, version+1, p.version, "%s: the purchase is bumped once", what)
	assert.NotEqual(p.s, token, p.token, "%s: the buyer is bumped, too", what)
}

// same requires that nothing was bumped since the last look.
func (p *purchased) same(what string) {
	p.s.Helper()
	version, token := p.look()
	assert.Equal(p.s, version, p.version, "%s: the purchase stays", what)
	assert.Equal(p.s, token, p.token, "%s: the buyer stays", what)
}

// line adds a line to the purchase.
func (p *purchased) line() *ent.PurchaseLine {
	p.s.Helper()
	l := saved(p.s, p.s.Client.PurchaseLine.Create().SetPurchaseID(p.ID))
	p.look()
	return l
}

func createTouchesTheParent(s *Scene) {
	p := s.purchase()
	l := saved(s, s.Client.PurchaseLine.Create().SetPurchase(p.Purchase))
	p.touched("create")
	assert.EqualValues(s, 1, l.Version)
	assert.EqualValues(s, 1, s.version("purchase_lines", l.ID))
}

func createWithoutParentIsOneInsert(s *Scene) {
	s.acquaint()
	s.Sent.Reset()
	saved(s, s.Client.PurchaseLine.Create())
	assert.Len(s, s.Sent.Sent(), 1)
}

func updateTouchesTheParentOnce(s *Scene) {
	p := s.purchase()
	l := p.line()
	l = saved(s, l.Update().SetAmount(2))
	p.touched("update")
	assert.EqualValues(s, 2, l.Version)
	assert.Equal(s, 2, l.Amount)
	done(s, s.Client.PurchaseLine.UpdateOneID(l.ID).IgnoreVersion().AddAmount(1))
	p.touched("update by ID")
	done(s, s.Client.PurchaseLine.UpdateOneID(l.ID).IgnoreVersion().Modify(func(u *sql.UpdateBuilder) { u.Set(purchaseline.FieldAmount, 9) }))
	p.touched("update by modifier")
	done(s, s.Client.PurchaseLine.UpdateOneID(l.ID).IgnoreVersion().ForceIncrement())
	p.touched("forced increment")
}

func moveTouchesBothParents(s *Scene) {
	p, q := s.purchase(), s.purchase()
	l := p.line()
	l = saved(s, l.Update().SetPurchaseID(q.ID))
	assert.Equal(s, q.ID, *l.PurchaseID)
	p.touched("moved away")
	q.touched("moved here")

	l = saved(s, l.Update().SetPurchaseID(q.ID))
	p.same("stayed")
	q.touched("set to what it is")

	l = saved(s, l.Update().ClearPurchase())
	q.touched("cleared")
	l = saved(s, l.Update().SetPurchaseID(p.ID))
	p.touched("set")
	q.same("left before")
	done(s, l.Update().Modify(func(u *sql.UpdateBuilder) { u.Set(purchaseline.FieldPurchaseID, q.ID) }))
	p.touched("moved away by a modifier")
	q.touched("moved here by a modifier")
}

func ignoredFieldDoesNotTouch(s *Scene) {
	p := s.purchase()
	l := saved(s, p.line().Update().SetRemark("gift"))
	assert.EqualValues(s, 1, l.Version)
	p.same("ignored field")
	done(s, l.Update())
	p.same("nothing changed")
}

func refusedSaveDoesNotTouch(s *Scene) {
	p, q := s.purchase(), s.purchase()
	l := p.line()
	saved(s, l.Update().SetAmount(2))
	p.look()
	s.conflict(l.Update().SetAmount(3).Exec(s.ctx))
	s.conflict(l.Update().SetPurchaseID(q.ID).Exec(s.ctx))
	s.conflict(s.Client.PurchaseLine.DeleteOne(l).Exec(s.ctx))
	p.same("refused")
	q.same("refused")
	if s.db.Traits.ConflictEndsTx {
		return
	}
	tx := s.Tx() // A transaction that goes on after the refusal.
	s.conflict(tx.PurchaseLine.UpdateOne(l).SetPurchaseID(q.ID).Exec(s.ctx))
	s.conflict(tx.PurchaseLine.DeleteOne(l).Exec(s.ctx))
	require.NoError(s, tx.Commit())
	p.same("refused in a transaction")
	q.same("refused in a transaction")
}

func deleteTouchesTheParent(s *Scene) {
	p := s.purchase()
	done(s, s.Client.PurchaseLine.DeleteOne(p.line()))
	p.touched("delete")
	done(s, s.Client.PurchaseLine.DeleteOneID(p.line().ID).IgnoreVersion())
	p.touched("delete by ID")
	err := s.Client.PurchaseLine.DeleteOneID(-1).IgnoreVersion().Exec(s.ctx)
	assert.True(s, ent.IsNotFound(err), "%v", err)
}

func skippedIncrementDoesNotTouch(s *Scene) {
	p := s.purchase()
	l := p.line()
	require.NoError(s, l.Update().SetAmount(2).Exec(entocc.SkipIncrement(s.ctx, ent.TypePurchase)))
	p.same("the parent's type is skipped")
	require.NoError(s, s.Client.PurchaseLine.UpdateOneID(l.ID).IgnoreVersion().SetAmount(2).Exec(entocc.SkipIncrement(s.ctx, ent.TypePurchaseLine)))
	p.same("the child's type is skipped")
	require.NoError(s, s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).Exec(entocc.SkipIncrement(s.ctx, ent.TypePurchaseLine)))
	p.same("the child's type is skipped, of a create")
	skip, last := entocc.SkipIncrement(s.ctx, ent.TypePurchaseLine), p.line()
	s.conflict(s.Client.PurchaseLine.DeleteOne(last).IfPurchaseVersion(p.version - 1).Exec(skip))
	require.NoError(s, s.Client.PurchaseLine.DeleteOne(last).IfPurchaseVersion(p.version).Exec(skip))
	p.same("the child's type is skipped, but the parent is stated")
	require.NoError(s, s.Client.PurchaseLine.DeleteOneID(l.ID).IgnoreVersion().Exec(entocc.SkipIncrement(s.ctx)))
	p.same("all types are skipped")
}

func oneToOneEdgeTouches(s *Scene) {
	p := s.purchase()
	inv := saved(s, s.Client.Invoice.Create().SetPurchaseID(p.ID))
	p.touched("create")
	inv = saved(s, inv.Update().SetTotal(5))
	p.touched("update")
	inv = saved(s, inv.Update().ClearPurchase())
	p.touched("clear")
	inv = saved(s, inv.Update().SetPurchaseID(p.ID))
	p.touched("set")
	done(s, s.Client.Invoice.DeleteOne(inv))
	p.touched("delete")
}

func treeIsTouchedUpToItsRoot(s *Scene) {
	root := saved(s, s.Client.Folder.Create().SetName("root"))
	mid := saved(s, s.Client.Folder.Create().SetName("mid").SetAbove(root))
	leaf := saved(s, s.Client.Folder.Create().SetName("leaf").SetAbove(mid))
	versions := func() []int64 {
		return []int64{s.version("folders", root.ID), s.version("folders", mid.ID), s.version("folders", leaf.ID)}
	}
	assert.Equal(s, []int64{3, 2, 1}, versions())
	leaf = saved(s, leaf.Update().SetName("renamed"))
	assert.Equal(s, []int64{4, 3, 2}, versions())

	// Parents and children in one batch are bumped once, in whatever order they come.
	folder := func(f *ent.Folder) *ent.FolderUpdateOne {
		return s.Client.Folder.UpdateOneID(f.ID).IgnoreVersion().SetName("batch")
	}
	saved(s, s.Client.Folder.UpdateBulk(folder(root), folder(mid), folder(leaf)))
	assert.Equal(s, []int64{5, 4, 3}, versions())
	saved(s, s.Client.Folder.UpdateBulk(folder(leaf), folder(mid), folder(root)))
	assert.Equal(s, []int64{6, 5, 4}, versions())
	leaf = s.Client.Folder.GetX(s.ctx, leaf.ID)

	// A cycle has no root.
	done(s, s.Client.Folder.UpdateOneID(root.ID).IgnoreVersion().SetAbove(leaf))
	assert.Equal(s, []int64{7, 6, 5}, versions())
	done(s, s.Client.Folder.UpdateOneID(mid.ID).IgnoreVersion().SetName("in a cycle"))
	assert.Equal(s, []int64{8, 7, 6}, versions())
	saved(s, s.Client.Folder.Update().SetName("all"))
	assert.Equal(s, []int64{9, 8, 7}, versions())
	done(s, s.Client.Folder.DeleteOneID(leaf.ID).IgnoreVersion())
}

func rollbackUndoesTheTouch(s *Scene) {
	p := s.purchase()
	l := p.line()
	tx := s.Tx()
	require.NoError(s, tx.PurchaseLine.UpdateOne(l).SetAmount(2).Exec(s.ctx))
	require.NoError(s, tx.PurchaseLine.Create().SetPurchaseID(p.ID).Exec(s.ctx))
	require.NoError(s, tx.Rollback())
	p.same("rolled back")

	done(s, s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).SetCode("taken by "+p.ID.String()))
	p.look()
	err := s.Client.PurchaseLine.Create().SetPurchaseID(p.ID).SetCode("taken by " + p.ID.String()).Exec(s.ctx)
	assert.True(s, ent.IsConstraintError(err), "%v", err)
	p.same("refused by a constraint")
}

func parentsOwnEdgesBumpItOnce(s *Scene) {
	p := s.purchase()
	l := saved(s, s.Client.PurchaseLine.Create())
	p.Purchase = saved(s, s.Client.Purchase.UpdateOneID(p.ID).IgnoreVersion().AddLines(l))
	p.touched("added by the parent")
	done(s, s.Client.Purchase.UpdateOneID(p.ID).IgnoreVersion().RemoveLines(l))
	p.touched("removed by the parent")
	assert.EqualValues(s, 3, s.version("purchase_lines", l.ID))
}

func anotherOwnersEdgeTouches(s *Scene) {
	p, q := s.purchase(), s.purchase()
	a, b := p.line(), q.line()
	shelf := saved(s, s.Client.Shelf.Create())
	shelf = saved(s, shelf.Update().AddLines(a, b))
	p.touched("added to a shelf")
	q.touched("added to a shelf")
	done(s, shelf.Update().RemoveLines(a))
	p.touched("removed from a shelf")
	q.same("left on the shelf")
	done(s, shelf.Update().ClearLines())
	q.touched("cleared from a shelf")
	saved(s, s.Client.Shelf.Create().AddLines(a))
	p.touched("added to a new shelf")
	require.NoError(s, shelf.Update().AddLines(b).Exec(entocc.SkipIncrement(s.ctx, ent.TypePurchaseLine)))
	q.same("the child's type is skipped")
}

func upsertTouchesTheParentOfTheRow(s *Scene) {
	p, q := s.purchase(), s.purchase()
	code := s.key()
	upsert := func(at *purchased) *ent.PurchaseLineCreate {
		return s.Client.PurchaseLine.Create().SetPurchaseID(at.ID).SetCode(code).SetAmount(3)
	}
	if s.db.Dialect == dialect.MySQL {
		s.refused(upsert(p).OnConflict().UpdateNewValues().Exec(s.ctx))
		p.same("refused")
		return
	}
	onCode := sql.ConflictColumns(purchaseline.FieldCode)
	s.refused(upsert(p).OnConflict(onCode).UpdateNewValues().Exec(s.ctx))
	p.same("refused, as it might move a row")
	keep := []sql.ConflictOption{onCode, sql.ResolveWithNewValues(), sql.ResolveWith(func(u *sql.UpdateSet) {
		u.SetIgnore(purchaseline.FieldPurchaseID)
		u.SetIgnore(purchaseline.FieldVersion)
	})}
	require.NoError(s, upsert(p).OnConflict(keep...).Exec(s.ctx))
	p.touched("inserted")
	require.NoError(s, upsert(q).OnConflict(keep...).Exec(s.ctx))
	p.touched("updated where it is")
	q.same("not the parent of the row")
	require.NoError(s, s.Client.PurchaseLine.CreateBulk(upsert(q)).OnConflict(keep...).Exec(s.ctx))
	p.touched("updated in bulk")
	q.same("not the parent of the row")
}
