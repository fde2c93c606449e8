package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/statements/ent"
	"github.com/entocc/entocc/examples/statements/ent/user"
	"github.com/entocc/entocc/hook"
)

// newUser returns a user at version 1, and the client of its database.
func newUser(t *testing.T) (*ent.Client, *ent.User) {
	client, err := open(t.Context(), t.Name(), &journal{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return client, client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
}

func TestUsage_ErrorsAreToldApart(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)
	save := func(u *ent.User) string {
		err := u.Update().SetName("Ada Lovelace").Exec(ctx)
		var modified *ent.UserModifiedError
		switch {
		case err == nil:
			return "saved"
		case errors.As(err, &modified) && modified.Deleted:
			return "gone" // ent.IsNotFound(err) is true as well.
		case errors.As(err, &modified):
			// modified.Expected and modified.Actual are the versions, modified.Loaded is the stale entity.
			current, err := modified.Current(ctx) // What the row holds now.
			if err != nil {
				return "gone since, or not to be seen by this caller"
			}
			return "it is " + current.Name + " by now"
		case ent.IsVersionError(err):
			return "the program has no version to guard this write with: " + err.Error()
		default:
			return "any other error of ent or the database"
		}
	}
	u.Update().SetName("Augusta").ExecX(ctx)
	assert.Equal(t, "it is Augusta by now", save(u))
	u = client.User.GetX(ctx, u.ID)
	assert.Equal(t, "saved", save(u))
	assert.Contains(t, save(client.User.Query().Select(user.FieldName).OnlyX(ctx)), `add "version" to the Select`)
	u = client.User.GetX(ctx, u.ID)
	client.User.DeleteOne(u).ExecX(ctx)
	assert.Equal(t, "gone", save(u))
}

func TestUsage_CodeThatKnowsNoType(t *testing.T) {
	ctx := t.Context()
	_, u := newUser(t)
	u.Update().SetName("Augusta").ExecX(ctx)
	err := u.Update().SetName("Ada Lovelace").Exec(ctx)

	var modified *entocc.RecordModifiedError
	if errors.As(err, &modified) {
		t.Logf("%s %v: read at %v, now at %v", modified.Type, modified.ID, modified.Expected, modified.Actual)
	}

	require.NotNil(t, modified)
	assert.Equal(t, int64(2), modified.Actual)
}

func TestUsage_WritesByIDHaveThreeWaysOut(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)
	id, version := u.ID, u.Version
	refused := client.User.UpdateOneID(id).SetName("Ada").Exec(ctx)
	assert.True(t, ent.IsVersionError(refused), refused)

	client.User.UpdateOne(u).SetName("Ada").ExecX(ctx)                           // 1. From the entity that the caller loaded.
	client.User.UpdateOneID(id).IfVersion(version + 1).SetName("Ada").ExecX(ctx) // 2. From the version that it sent.
	client.User.UpdateOneID(id).IgnoreVersion().SetName("Ada").ExecX(ctx)        // 3. On purpose, whatever is there.

	assert.Equal(t, int64(4), client.User.GetX(ctx, id).Version)
}

func TestUsage_PartialSelectNeedsTheVersion(t *testing.T) {
	ctx := t.Context()
	client, _ := newUser(t)

	u := client.User.Query().Select(user.FieldName).OnlyX(ctx)
	err := u.Update().SetName("Ada").Exec(ctx) // Refused: the entity was loaded without its version.

	require.True(t, ent.IsVersionError(err), err)
	u = client.User.Query().Select(user.FieldName, user.FieldVersion).OnlyX(ctx)
	u.Update().SetName("Ada").ExecX(ctx)
}

func TestUsage_Switches(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)
	id := u.ID

	// Guarded, but the version stays: others do not notice this write, and may overwrite it.
	u.Update().SetName("seen").ExecX(entocc.SkipIncrement(ctx, ent.TypeUser))

	// Not guarded, but the version moves on. No type means every type.
	client.User.UpdateOneID(id).SetName("ops").ExecX(entocc.SkipCheck(ctx))

	// A whole client that is not guarded, for fixtures and imports.
	client.Use(hook.Disable())
	client.User.UpdateOneID(id).SetName("import").ExecX(ctx)

	assert.Equal(t, int64(3), client.User.GetX(ctx, id).Version)
}

func TestUsage_AskingForTheVersion(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)

	changed, err := u.IsModified(ctx)                  // Has the row another version than u, or is it gone?
	same, err2 := client.User.GetVersion(ctx, u.ID, 1) // The row if it has version 1, else a *ent.UserModifiedError.

	require.NoError(t, errors.Join(err, err2))
	assert.False(t, changed)
	assert.Equal(t, u.ID, same.ID)
}

func TestUsage_ConflictsAreShownFieldByField(t *testing.T) {
	ctx := t.Context()
	_, u := newUser(t)
	u.Update().SetName("Augusta").ExecX(ctx)
	err := u.Update().SetName("Ada Lovelace").Exec(ctx)

	var modified *ent.UserModifiedError
	if errors.As(err, &modified) {
		diffs, err := modified.Diff(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range diffs {
			t.Logf("%s: %v when loaded, %v here, %v there; both changed it: %v", d.Name, d.Base, d.Mine, d.Theirs, d.Clashes())
		}
	}

	require.NotNil(t, modified)
}

func TestUsage_ConflictsAreResolved(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)

	client.User.Use(hook.OnModified(hook.Merge()))

	u.Update().SetName("Ada Lovelace").ExecX(ctx)
	u.Update().SetEmail("ada@example.org").ExecX(ctx) // From the same stale entity: different fields.
	u = client.User.GetX(ctx, u.ID)
	assert.Equal(t, []string{"Ada Lovelace", "ada@example.org"}, []string{u.Name, u.Email})
}

func TestUsage_WorkIsRetried(t *testing.T) {
	ctx := t.Context()
	client, u := newUser(t)
	id := u.ID

	// Load, change, save; and again while somebody else is faster.
	u, err := client.User.Modify(ctx, id, func(u *ent.User, up *ent.UserUpdateOne) error {
		up.SetName(u.Name + " Lovelace")
		return nil
	})

	require.NoError(t, err)
	assert.Equal(t, "Ada Lovelace", u.Name)

	// The same for a whole transaction: each attempt is a new one, and reads again.
	err = client.RetryTx(ctx, func(tx *ent.Tx) error {
		u, err := tx.User.Get(ctx, id)
		if err != nil {
			return err
		}
		return u.Update().SetActive(!u.Active).Exec(ctx)
	}, entocc.Attempts(5))

	require.NoError(t, err)
}

func TestUsage_BatchesAreGuardedRowByRow(t *testing.T) {
	ctx := t.Context()
	client, ada := newUser(t)
	bob := client.User.Create().SetName("Bob").SetEmail("bob@example.com").SaveX(ctx)
	client.User.UpdateOne(bob).SetName("Robert").ExecX(ctx) // Somebody else was faster with Bob.

	saved, err := client.User.UpdateBulk(
		ada.Update().SetName("Ada Lovelace"),
		bob.Update().SetName("Bobby"),
	).SkipModified().Save(ctx)
	var conflicts *entocc.BulkModifiedError
	if errors.As(err, &conflicts) {
		for _, c := range conflicts.Conflicts {
			t.Logf("%s %v: read at %v, now at %v", c.Type, c.ID, c.Expected, c.Actual)
		}
	}

	require.NotNil(t, conflicts)
	require.Len(t, conflicts.Conflicts, 1)
	assert.Equal(t, bob.ID, conflicts.Conflicts[0].ID)
	require.Len(t, saved, 1)
	assert.Equal(t, "Ada Lovelace", saved[0].Name)
}

func TestUsage_BulkUpsertThatIsNewer(t *testing.T) {
	ctx := t.Context()
	client, _ := newUser(t)
	client.User.Create().SetName("Bob").SetEmail("bob@example.com").SetVersion(5).ExecX(ctx)

	err := client.User.CreateBulk(
		client.User.Create().SetName("Eve").SetEmail("eve@example.com").SetVersion(7),
		client.User.Create().SetName("Bob").SetEmail("bob@example.com").SetVersion(4),
	).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(ctx)
	var late *entocc.BulkNotNewerError
	if errors.As(err, &late) {
		for i, l := range late.Late {
			t.Logf("delivery %d of %s %v dropped: version %v, the row has %v", late.Indexes[i], l.Type, l.ID, l.Version, l.Actual)
		}
	}

	require.NotNil(t, late)
	assert.Equal(t, []int{1}, late.Indexes)
	assert.Equal(t, 1, late.Written)
}
