package write_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/internal/version"
)

// On a cluster the node that is asked may be behind the one that refused the write. On other databases somebody has kept the row.
func TestConflict_OfARowThatHasTheExpectedVersion(t *testing.T) {
	ctx := t.Context()
	for d, modified := range map[string]bool{dialect.MySQL: true, dialect.SQLite: false} {
		client, altered, drv := openAltered(t, d)
		u := client.User.Create().SetName("before").SaveX(ctx)
		drv.Rewrite = func(query string) string {
			if strings.HasPrefix(query, "UPDATE") {
				return query + " AND 1 = 0"
			}
			return query
		}
		err := altered.User.UpdateOne(u).SetName("lost").Exec(ctx)
		require.Error(t, err)
		assert.Equal(t, modified, ent.IsRecordModified(err), "%v", err)
		if !modified {
			require.ErrorContains(t, err, "still has the expected version 1")
		}
	}
}

// What MySQL counts says nothing about a row that is stale, even if the save does not bump its version. The row is read as it is now.
func TestConflict_OnMySQLOfASaveThatDoesNotBump(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, dialect.MySQL)
	u := client.User.Create().SetName("before").SaveX(ctx)
	client.User.UpdateOne(u).SetName("theirs").ExecX(ctx)
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, altered.User.UpdateOne(u).SetLastLogin(time.Unix(0, 0)).Exec(ctx), &modified)
	assert.Equal(t, int64(2), modified.Actual)
	reads := 0
	for _, s := range drv.Sent {
		if strings.HasPrefix(s, "SELECT") {
			reads++
			assert.Contains(t, s, " LOCK IN SHARE MODE")
		}
	}
	assert.Equal(t, 1, reads)
	require.True(t, ent.IsRecordModified(altered.User.UpdateOne(u).SetLastLogin(time.Unix(0, 0)).IfField(user.Name("theirs")).Exec(ctx)))
	require.True(t, ent.IsNotFound(altered.User.UpdateOneID(99).IgnoreVersion().SetLastLogin(time.Unix(0, 0)).Exec(ctx)))
}

// The row that refused an upsert is not always known: its version is then not reported, and is not said to be NULL.
func TestUpsert_RefusedByARowThatIsNotKnown(t *testing.T) {
	ctx := t.Context()
	for name, s := range map[string]struct {
		fails func(client *ent.Client) func(string, []any) error
		opts  []sql.ConflictOption
	}{
		"unreadable": {func(*ent.Client) func(string, []any) error { return failing("SELECT", context.Canceled) }, nil},
		"fits by now": {func(client *ent.Client) func(string, []any) error {
			return func(query string, _ []any) error {
				if strings.HasPrefix(query, "SELECT") {
					_, err := client.ExecContext(ctx, "UPDATE users SET version = 7")
					return err
				}
				return nil
			}
		}, nil},
		"deleted": {func(client *ent.Client) func(string, []any) error {
			return func(query string, _ []any) error {
				if strings.HasPrefix(query, "SELECT") {
					client.User.Delete().ExecX(ctx)
				}
				return nil
			}
		}, nil},
		"no conflict column": {nil, []sql.ConflictOption{sql.ResolveWithNewValues()}},
	} {
		t.Run(name, func(t *testing.T) {
			client, altered, drv := openAltered(t, "")
			client.User.Create().SetName("before").SetEmail("a").ExecX(ctx)
			opts := s.opts
			if opts == nil {
				opts = []sql.ConflictOption{sql.ConflictColumns(user.FieldEmail), sql.ResolveWithNewValues()}
				drv.Fails = s.fails(client)
			}
			err := altered.User.Create().SetName("lost").SetEmail("a").OnConflict(opts...).IfVersion(7).Exec(ctx)
			var modified *entocc.RecordModifiedError
			require.ErrorAs(t, err, &modified)
			assert.Nil(t, modified.Actual)
			assert.Nil(t, modified.ID)
			require.NotErrorIs(t, err, version.ErrNull)
			assert.Zero(t, client.User.Query().Where(user.Name("lost")).CountX(ctx))
		})
	}
}

// The check of a delete is in the DELETE, although its row was locked and read before, for its parents.
func TestTouch_DeleteOfOneRowIsGuarded(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	p := client.Purchase.Create().SaveX(ctx)
	line := client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx)
	deletes := func() (sent []string) {
		for _, s := range drv.Sent {
			if strings.HasPrefix(s, "DELETE") {
				sent = append(sent, s)
			}
		}
		drv.Sent = nil
		return sent
	}
	require.True(t, ent.IsRecordModified(altered.PurchaseLine.DeleteOneID(line.ID).IfVersion(7).Exec(ctx)))
	assert.Empty(t, deletes(), "a row that comes to match would leave its parent as it is")
	require.NoError(t, altered.PurchaseLine.DeleteOne(line).Exec(ctx))
	assert.Contains(t, deletes()[0], "`version` = ?")
	client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx)
	require.NoError(t, second(altered.PurchaseLine.Delete().Where(purchaseline.Amount(1)).Exec(ctx)))
	assert.NotContains(t, deletes()[0], "amount", "by the rows that were locked")
	require.NoError(t, second(altered.PurchaseLine.Delete().Exec(ctx)))
	assert.Empty(t, deletes(), "there was no row")
}

// A set-based update that touches parents reads its rows once, unless a modifier may have moved them.
func TestTouch_RowsAreReadAgainAfterAModifier(t *testing.T) {
	ctx := t.Context()
	for modified, want := range map[bool]int{false: 1, true: 2} {
		client, altered, drv := openAltered(t, "")
		client.PurchaseLine.Create().SetPurchase(client.Purchase.Create().SaveX(ctx)).ExecX(ctx)
		b := altered.PurchaseLine.Update().SetAmount(2)
		if modified {
			b.Modify(func(*sql.UpdateBuilder) {})
		}
		b.ExecX(ctx)
		reads := 0
		for _, s := range drv.Sent {
			if strings.HasPrefix(s, "SELECT") && strings.Contains(s, "FROM `purchase_lines`") {
				reads++
			}
		}
		assert.Equal(t, want, reads, drv.Sent)
	}
}

// A builder that ran before touches nothing where the bump is switched off, and a parent's version is compared even so.
func TestTouch_SwitchedOffLeavesTheParentAlone(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	p := client.Purchase.Create().SaveX(ctx)
	line := client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx)
	parent := func() int64 { return client.Purchase.GetX(ctx, p.ID).Version }
	off := entocc.SkipIncrement(ctx, ent.TypePurchaseLine)
	before := parent()
	b := client.PurchaseLine.Update().SetAmount(2)
	b.ExecX(ctx)
	require.Equal(t, before+1, parent())
	b.ExecX(off)
	assert.Equal(t, before+1, parent())
	line = client.PurchaseLine.GetX(ctx, line.ID)
	require.NoError(t, client.PurchaseLine.UpdateOne(line).IfPurchaseVersion(before+1).SetAmount(3).Exec(off))
	assert.Equal(t, before+1, parent())
	require.Error(t, client.PurchaseLine.UpdateOne(line).IfPurchaseVersion(before).SetAmount(4).Exec(off))
	assert.Equal(t, 3, client.PurchaseLine.GetX(ctx, line.ID).Amount)

	other := client.Purchase.Create().SaveX(ctx)
	line = client.PurchaseLine.GetX(ctx, line.ID)
	require.NoError(t, client.PurchaseLine.UpdateOne(line).IfPurchaseVersion(before+1).SetPurchase(other).Exec(off))
	assert.Equal(t, before+1, parent())
	assert.Equal(t, other.Version, client.Purchase.GetX(ctx, other.ID).Version, "nor does it touch the one it moves to")
}

// If both the row and its parent are stale, the conflict is that of the row.
func TestTouch_StaleChildOfAStaleParentIsTheChildsConflict(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	p := client.Purchase.Create().SaveX(ctx)
	line := client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx)
	client.PurchaseLine.UpdateOne(line).SetAmount(2).ExecX(ctx)
	for name, err := range map[string]error{
		"update": client.PurchaseLine.UpdateOne(line).IfPurchaseVersion(p.Version).SetAmount(3).Exec(ctx),
		"delete": client.PurchaseLine.DeleteOne(line).IfPurchaseVersion(p.Version).Exec(ctx),
	} {
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified, name)
		assert.Equal(t, ent.TypePurchaseLine, modified.Type, name)
	}
}

// MySQL and MariaDB do not say which row an upsert updated, so it is refused if that would touch a parent; the error names the edge.
func TestTouch_UpsertOnMySQLIsRefusedUnlessItKeepsTheRow(t *testing.T) {
	drv := &drivertest.Sent{Name: dialect.MySQL}
	client := ent.NewClient(ent.Driver(drv))
	create := func() *ent.PurchaseLineCreate { return client.PurchaseLine.Create().SetCode("a") }
	err := create().OnConflictColumns(purchaseline.FieldCode).UpdateNewValues().Exec(t.Context())
	require.True(t, ent.IsVersionError(err), "%v", err)
	require.ErrorContains(t, err, "whose parents are to be touched (purchase)")
	assert.Empty(t, drv.Statements)
	require.ErrorIs(t, create().OnConflictColumns(purchaseline.FieldCode).Ignore().Exec(t.Context()), context.Canceled, "it is sent")
}

// One foreign key is cleared, although another one is set.
func TestUpdateOne_ClearsOneForeignKeyAndSetsAnother(t *testing.T) {
	ctx := t.Context()
	_, client := open(t)
	owner := client.User.Create().SetName("owner").SaveX(ctx)
	p := client.Pet.Create().SetName("Tom").SaveX(ctx)
	client.Shelter.Create().SetName("home").AddPets(p).ExecX(ctx)
	require.True(t, client.Pet.QueryShelter(p).ExistX(ctx))
	client.Pet.UpdateOne(client.Pet.GetX(ctx, p.ID)).ClearShelter().SetOwner(owner).ExecX(ctx)
	assert.False(t, client.Pet.QueryShelter(p).ExistX(ctx))
	assert.Equal(t, owner.ID, client.Pet.QueryOwner(p).OnlyIDX(ctx))
}

// The foreign key of a one-to-one edge is in the row of one side, which needs no transaction to set it.
func TestUpdateOne_ForeignKeyOfItsOwnRowIsOneStatement(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	owner := client.User.Create().SetName("owner").SaveX(ctx)
	c := client.Card.Create().SetNumber("1").SaveX(ctx)
	saved := altered.Card.UpdateOne(c).SetOwner(owner).SaveX(ctx)
	assert.Len(t, drv.Sent, 1, drv.Sent)
	assert.Equal(t, owner.ID, client.Card.QueryOwner(saved).OnlyIDX(ctx))
}

// A trigger that sets a token back has hidden the write, like one that sets a counter back.
func TestTriggerThatSetsATokenBackIsNoSuccess(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	u := client.User.Create().SetName("reader").SaveX(ctx)
	d := client.Document.Create().SetTitle("before").SaveX(ctx)
	_, err := db.ExecContext(ctx, "CREATE TRIGGER back AFTER UPDATE ON documents WHEN NEW.version <> OLD.version BEGIN "+
		"UPDATE documents SET version = OLD.version WHERE id = NEW.id; END")
	require.NoError(t, err)
	_, err = client.Document.UpdateOne(d).SetTitle("after").AddReaders(u).Save(ctx)
	require.ErrorContains(t, err, "left the row at version")
	assert.Equal(t, "before", client.Document.GetX(ctx, d.ID).Title)
}

// A conflict that the database reports before the condition's row is known says what the condition was.
func TestOneRow_ConflictBeforeTheRowIsKnownNamesTheCondition(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, dialect.MySQL)
	client.User.Create().SetName("before").ExecX(ctx)
	drv.Fails = failing("SELECT", &MySQLError{1020, "Record has changed since last read in table 'users'"})
	for name, err := range map[string]error{
		"condition": altered.User.Update().Where(user.Name("before")).IfMatch(exactly(1)).SetName("lost").Exec(ctx),
		"delete":    second(altered.User.Delete().Where(user.Name("before")).IfMatch(exactly(1)).Exec(ctx)),
	} {
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified, name)
		assert.Equal(t, "exactly", modified.Expected, name)
	}
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, altered.User.Update().Where(user.Name("before")).IfVersion(1).Exec(ctx), &modified)
	assert.Equal(t, int64(1), modified.Expected)
}
