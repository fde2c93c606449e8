package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/softdelete/ent"
	"github.com/entocc/entocc/examples/softdelete/ent/enttest"
	"github.com/entocc/entocc/examples/softdelete/ent/schema"
	"github.com/entocc/entocc/examples/softdelete/ent/userhistory"
)

func Example() {
	main()
	// Output:
	// Ann renames Ada to Ada Lovelace: version 2
	// Bob deletes the user as he knows it: entocc: User 1 was modified by somebody else: Update expected version 1, the row has 2
	// Bob looks again, and deletes: 0 users to be seen, the row is kept at version 3
	// Ann changes the e-mail as she knows it: entocc: User 1 was modified by somebody else: UpdateOne expected version 2, the row has 3
	// She looks again: ent: user not found
	// History:
	//   version 1: Ada <ada@example.com>, deleted: false
	//   version 2: Ada Lovelace <ada@example.com>, deleted: false
	//   version 3: Ada Lovelace <ada@example.com>, deleted: true
}

// However a row was written, its history has each of its versions once.
func TestHistory_HasEachVersionOnce(t *testing.T) {
	ctx := t.Context()
	client := enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	stale := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)

	client.User.Update().SetName("Augusta").ExecX(ctx)
	client.User.UpdateOneID(stale.ID).IfVersion(2).SetName("Ada").ExecX(ctx)
	assert.True(t, ent.IsRecordModified(stale.Update().SetName("lost").Exec(ctx)))
	assert.True(t, ent.IsRecordModified(client.User.DeleteOne(stale).Exec(ctx)))
	client.User.Delete().ExecX(ctx)
	assert.True(t, ent.IsNotFound(client.User.DeleteOne(stale).Exec(ctx)), "deleted rows are hidden")

	kept := client.User.GetX(schema.WithDeleted(ctx), stale.ID)
	var versions []int64
	err := client.UserHistory.Query().Order(userhistory.ByID()).Select(userhistory.FieldVersion).Scan(ctx, &versions)
	require.NoError(t, err)
	assert.Equal(t, []int64{1, 2, 3, 4}, versions)
	assert.Equal(t, int64(4), kept.Version)
}
