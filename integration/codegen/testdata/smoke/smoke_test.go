package smoke_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
	_ "fixtures/clients/CLIENT/runtime"
	"fixtures/schema"
)

func Test_CLIENT(t *testing.T) {
	client := openCLIENT(t)
	ctx := t.Context()
	// stale requires the first write to succeed, and those from what was read before it to be refused.
	stale := func(err error, refused ...error) {
		t.Helper()
		require.NoError(t, err)
		for _, err := range refused {
			require.True(t, ent.IsRecordModified(err), "%v", err)
			require.False(t, ent.IsNotFound(err), "%v", err)
		}
	}
	byID := func(err error) {
		t.Helper()
		require.True(t, ent.IsVersionError(err), "%v", err)
	}

	plain := client.Plain.Create().SaveX(ctx)
	stale(plain.Update().SetName("a").Exec(ctx), plain.Update().SetName("b").Exec(ctx), client.Plain.DeleteOne(plain).Exec(ctx),
		client.Plain.UpdateOneID(plain.ID).IfVersion(1).SetName("b").Exec(ctx), client.Plain.DeleteOneID(plain.ID).IfVersion(1).Exec(ctx))
	byID(client.Plain.UpdateOneID(plain.ID).SetName("b").Exec(ctx))

	word := client.Word.Create().SetID("w").SaveX(ctx)
	stale(word.Update().SetName("a").Exec(ctx), word.Update().SetName("b").Exec(ctx), client.Word.DeleteOne(word).Exec(ctx),
		client.Word.UpdateOneID("w").IfVersion(1).SetName("b").Exec(ctx))
	byID(client.Word.UpdateOneID("w").SetName("b").Exec(ctx))
	word = client.Word.GetX(ctx, "w")
	plain = client.Plain.GetX(ctx, plain.ID)
	stale(plain.Update().AddWords(word).Exec(ctx), word.Update().SetName("b").Exec(ctx), plain.Update().ClearWords().Exec(ctx))
	require.Equal(t, 1, client.Word.Update().SetName("all").SaveX(ctx))
	require.EqualValues(t, 4, client.Word.GetX(ctx, "w").Version)

	token := client.Token.Create().SaveX(ctx)
	stale(token.Update().SetName("a").Exec(ctx), token.Update().SetName("b").Exec(ctx), client.Token.DeleteOne(token).Exec(ctx),
		client.Token.UpdateOneID(token.ID).IfVersion(token.Version).SetName("b").Exec(ctx))
	byID(client.Token.DeleteOneID(token.ID).Exec(ctx))

	code := client.Code.Create().SetID("c").SaveX(ctx)
	stale(code.Update().SetName("a").Exec(ctx), code.Update().SetName("b").Exec(ctx), client.Code.DeleteOne(code).Exec(ctx),
		client.Code.UpdateOneID(schema.Serial("c")).IfVersionIn(1, 9).SetName("b").Exec(ctx))
	byID(client.Code.DeleteOneID("c").Exec(ctx))

	wide := client.Wide.Create().SetID(1 << 40).SaveX(ctx)
	stale(wide.Update().SetName("a").Exec(ctx), wide.Update().SetName("b").Exec(ctx), client.Wide.DeleteOne(wide).Exec(ctx))
	byID(client.Wide.DeleteOneID(1 << 40).Exec(ctx))

	link := client.Link.Create().SetPlainID(plain.ID).SetCodeID("c").SaveX(ctx)
	stale(link.Update().SetName("a").Exec(ctx), link.Update().SetName("b").Exec(ctx), client.Link.UpdateOne(link).IfVersion(7).SetName("b").Exec(ctx))

	plain = client.Plain.GetX(ctx, plain.ID)
	require.True(t, ent.IsNotFound(client.Plain.DeleteOneID(plain.ID+1).Exec(entocc.SkipCheck(ctx))))
	require.NoError(t, client.RetryTx(ctx, func(tx *ent.Tx) error { return tx.Plain.UpdateOne(plain).SetName("tx").Exec(ctx) }))
	_, err := client.Plain.Modify(ctx, plain.ID, func(_ *ent.Plain, up *ent.PlainUpdateOne) error {
		up.SetName("modified")
		return nil
	})
	require.NoError(t, err)
}

func openCLIENT(t *testing.T) *ent.Client {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "smoke.db")+"?_fk=1")
	require.NoError(t, err)
	// ent's sql/globalid sets the sequences of all tables. SQLite has no sequence table before the first AUTOINCREMENT.
	_, err = db.Exec("CREATE TABLE first (id integer PRIMARY KEY AUTOINCREMENT); DROP TABLE first")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db)))
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	return client
}
