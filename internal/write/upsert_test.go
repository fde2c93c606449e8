package write_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent/card"
	"github.com/entocc/entocc/internal/ent/user"
)

// The row that refuses an upsert is found by the conflict columns, even if one is a foreign key.
func TestUpsert_RefusedByARowThatAForeignKeyNamesSaysWhichVersionItHas(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	u := client.User.Create().SetName("Ada").SaveX(ctx)
	owned := client.Card.Create().SetNumber("1").SetOwner(u).SaveX(ctx)

	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, client.Card.Create().SetNumber("lost").SetOwner(u).
		OnConflictColumns(card.OwnerColumn).UpdateNewValues().IfVersion(7).Exec(ctx), &modified)
	assert.Equal(t, int64(1), modified.Actual)
	assert.Equal(t, owned.ID, modified.ID)
	assert.Equal(t, "1", client.Card.GetX(ctx, owned.ID).Number)
}

// Ignore writes nothing to the existing row. The version is compared anyway if the database can do it.
func TestUpsert_ThatIgnoresTheRowComparesItsVersion(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	u := client.User.Create().SetName("before").SetEmail("a").SaveX(ctx)
	upsert := func(v int64) error {
		return client.User.Create().SetName("lost").SetEmail("a").OnConflictColumns(user.FieldEmail).Ignore().IfVersion(v).Exec(ctx)
	}
	require.NoError(t, upsert(1))
	require.True(t, entocc.IsRecordModified(upsert(7)))
	now := client.User.GetX(ctx, u.ID)
	assert.Equal(t, "before", now.Name)
	assert.Equal(t, int64(1), now.Version)
}
