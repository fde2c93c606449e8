package smoke_test

import (
	"testing"

	"github.com/entocc/entocc"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
	"fixtures/clients/CLIENT/word"
)

func Test_CLIENT_GuardedUpserts(t *testing.T) {
	client, ctx := openCLIENT(t), t.Context()
	// one requires the upsert's conflict to be with the row with this ID, at this version.
	one := func(err error, id, actual any) {
		t.Helper()
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified)
		require.Equal(t, id, modified.ID)
		require.Equal(t, actual, modified.Actual)
	}

	words := func(versions ...int64) error {
		return client.Word.CreateBulk(client.Word.Create().SetID("a").SetName("upsert"), client.Word.Create().SetID("b").SetName("upsert")).
			OnConflictColumns(word.FieldID).UpdateNewValues().IfVersion(versions...).Exec(ctx)
	}
	require.NoError(t, words(1, 1))
	require.NoError(t, words(1, 1))
	one(words(2, 1), "b", int64(2))
	require.EqualValues(t, 2, client.Word.GetX(ctx, "a").Version)
	require.True(t, ent.IsVersionError(words(2)))
	one(client.Word.Create().SetID("a").OnConflictColumns(word.FieldID).UpdateNewValues().IfVersion(9).Exec(ctx), "a", int64(2))
	err := client.Word.CreateBulk(client.Word.Create().SetID("a").SetVersion(2), client.Word.Create().SetID("c").SetVersion(5)).
		OnConflictColumns(word.FieldID).UpdateNewValues().IfNewer().Exec(ctx)
	require.True(t, entocc.IsNotNewer(err), "%v", err)
	require.EqualValues(t, 5, client.Word.GetX(ctx, "c").Version)

	id := uuid.New()
	tokens := func(version uuid.UUID) error {
		return client.Token.CreateBulk(client.Token.Create().SetID(id).SetName("upsert"), client.Token.Create().SetName("other")).
			OnConflictColumns("id").UpdateNewValues().IfVersion(version, version).Exec(ctx)
	}
	require.NoError(t, tokens(uuid.Nil))
	one(tokens(uuid.New()), id, client.Token.GetX(ctx, id).Version)
	require.NoError(t, tokens(client.Token.GetX(ctx, id).Version))

	codes := func(version int64) error {
		return client.Code.CreateBulk(client.Code.Create().SetID("c").SetName("upsert")).
			OnConflictColumns("id").UpdateNewValues().IfVersion(version).Exec(ctx)
	}
	require.NoError(t, codes(1))
	one(codes(2), client.Code.Query().OnlyIDX(ctx), int64(1))
	require.NoError(t, codes(1))

	wides := func(version int64) error {
		return client.Wide.CreateBulk(client.Wide.Create().SetID(1<<40).SetName("upsert"), client.Wide.Create().SetID(1<<41).SetVersion(version)).
			OnConflictColumns("id").UpdateNewValues().IfVersion(version, version).Exec(ctx)
	}
	require.NoError(t, wides(7))
	seen := client.Wide.GetX(ctx, 1<<40)
	one(wides(7), int64(1<<40), seen.Version)
	require.True(t, ent.IsRecordModified(wides(seen.Version)), "the other row is at 7")
	require.EqualValues(t, seen.Version, client.Wide.GetX(ctx, 1<<40).Version)
}
