package write_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"testing"

	genent "entgo.io/ent"
	"github.com/entocc/entocc/hook"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime"
)

// SQLite compares times as text. CURRENT_TIMESTAMP uses a different notation than the driver.
func TestUpdateOne_ConflictTellsATimeInAnotherNotation(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	r := client.Reading.Create().SetValue(1).SaveX(ctx)
	_, err := db.ExecContext(ctx, "UPDATE readings SET updated_at = CURRENT_TIMESTAMP")
	require.NoError(t, err)

	err = client.Reading.GetX(ctx, r.ID).Update().SetValue(2).Exec(ctx)
	require.True(t, entocc.IsRecordModified(err), err)
	assert.ErrorContains(t, err, "another notation")
	seen := client.Reading.GetX(ctx, r.ID).UpdatedAt
	for name, id := range map[string]func(*sql.Selector){"key": eq("id", r.ID), "value": eq("value", 1)} {
		err = client.Reading.Update().Where(id).IfVersion(seen).SetValue(2).Exec(ctx)
		require.True(t, entocc.IsRecordModified(err), "by %s: %v", name, err)
		assert.ErrorContains(t, err, "another notation", name)
	}

	stale := client.Reading.UpdateOneID(r.ID).IgnoreVersion().SetValue(3).SaveX(ctx)
	stale.Update().SetValue(3.5).ExecX(ctx)
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, stale.Update().SetValue(9).Exec(ctx), &modified)
	require.NoError(t, modified.Err, "it is another time")
	require.ErrorAs(t, client.Reading.DeleteOne(stale).Exec(ctx), &modified)
	require.NoError(t, modified.Err)
	client.Reading.GetX(ctx, r.ID).Update().SetValue(4).ExecX(ctx)
}

// A row that existed before the mixin may hold NULL or zero: its entity saw that, and nobody forgot to send a version.
func TestUpdateOne_StaleEntityOfALegacyRowIsNotToldThatItsVersionWasForgotten(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(ctx)
	_, err := db.ExecContext(ctx, "UPDATE users SET version = 0")
	require.NoError(t, err)
	a, b := client.User.GetX(ctx, u.ID), client.User.GetX(ctx, u.ID)
	a.Update().SetName("Augusta").ExecX(ctx)

	for name, err := range map[string]error{"update": b.Update().SetName("King").Exec(ctx), "delete": b.Delete().Exec(ctx)} {
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified, name)
		assert.NoError(t, modified.Err, name)
	}
	forgotten := client.User.UpdateOneID(u.ID).IfVersion(0).SetName("King").Exec(ctx)
	assert.True(t, ent.IsVersionError(errors.Unwrap(forgotten)), forgotten)
}

// A trigger that sets the version back has hidden the write from everyone who compares the version. The row is read
// even when there are edges to write.
func TestTriggerThatSetsTheVersionBackIsNoSuccess(t *testing.T) {
	ctx := t.Context()
	db, client := open(t)
	u := client.User.Create().SetName("before").SaveX(ctx)
	_, err := db.ExecContext(ctx, "CREATE TRIGGER back AFTER UPDATE ON users WHEN NEW.version <> OLD.version BEGIN "+
		"UPDATE users SET version = OLD.version WHERE id = NEW.id; END")
	require.NoError(t, err)
	_, err = client.User.UpdateOne(u).SetName("after").AddPets(client.Pet.Create().SetName("Tom").SaveX(ctx)).Save(ctx)
	require.ErrorContains(t, err, "left the row at version 1")
	assert.Equal(t, "before", client.User.GetX(ctx, u.ID).Name)
}

// A resolver would loop, and a retry would run until its limit.
func TestTriggerThatRejectsAWriteIsNoConflict(t *testing.T) {
	db, client := open(t)
	users := client.User.CreateBulk(client.User.Create().SetName("a"), client.User.Create().SetName("b")).SaveX(t.Context())
	_, err := db.ExecContext(t.Context(), "CREATE TRIGGER reject BEFORE UPDATE ON users WHEN OLD.id = 1 BEGIN SELECT RAISE(IGNORE); END")
	require.NoError(t, err)
	asked := 0
	client.User.Use(hook.OnModified(func(_ context.Context, c *hook.Conflict) (genent.Value, error) { asked++; return nil, c.Err }))
	single := func() error { return client.User.UpdateOne(users[0]).SetAge(7).Exec(t.Context()) }
	batch := func() error {
		_, err := client.User.UpdateBulk(users[0].Update().SetAge(7), users[1].Update().SetAge(7)).SkipModified().Exec(t.Context())
		return err
	}
	for name, write := range map[string]func() error{"single": single, "batch": batch} {
		err := write()
		assert.ErrorContains(t, err, "still has the expected version 1", name)
		assert.False(t, entocc.IsRecordModified(err), name)
		assert.False(t, entocc.IsRetryable(err), name)
	}
	assert.Zero(t, asked)
	assert.EqualValues(t, 1, client.User.GetX(t.Context(), users[1].ID).Version, "all or nothing")
}

func TestConflict_TellsNULLAsWhatItIs(t *testing.T) {
	db, client := open(t)
	o := client.Order.Create().SaveX(t.Context())
	_, err := db.ExecContext(t.Context(), "UPDATE orders SET cm_version_id = NULL")
	require.NoError(t, err)
	err = o.Update().SetState("paid").Exec(t.Context())
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, err, &modified)
	assert.Nil(t, modified.Actual)
	assert.ErrorContains(t, err, "NULL")
	assert.NotContains(t, err.Error(), "has 0")
	p := client.Order.Create().SaveX(t.Context())
	_, err = client.Order.UpdateBulk(o.Update().SetState("paid"), p.Update().SetState("paid")).Save(t.Context())
	assert.ErrorContains(t, err, "NULL")
}

// open returns a new in-memory database, and a client for it.
func open(t *testing.T) (*stdsql.DB, *ent.Client) {
	db, err := stdsql.Open("sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, db)))
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	return db, client
}
