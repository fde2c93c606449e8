package smoke_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
)

// The table of Words is in another schema, which SQLite calls an attached database.
func Test_CLIENT_GuardedUpsertsOfAnotherSchema(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "other.db")+"?_fk=1")
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE first (id integer PRIMARY KEY AUTOINCREMENT); DROP TABLE first")
	require.NoError(t, err)
	require.NoError(t, ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db))).Schema.Create(ctx))
	require.NoError(t, db.Close())
	db, err = sql.Open("sqlite3", "file:"+filepath.Join(dir, "main.db")+"?_fk=1")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec("ATTACH ? AS other", filepath.Join(dir, "other.db"))
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db)), ent.AlternateSchema(ent.SchemaConfig{Word: "other"}))

	words := func(versions ...int64) error {
		return client.Word.CreateBulk(client.Word.Create().SetID("a").SetName("upsert"), client.Word.Create().SetID("b")).
			OnConflictColumns("id").UpdateNewValues().IfVersion(versions...).Exec(ctx)
	}
	require.NoError(t, words(1, 1))
	err = words(1, 2)
	var modified *entocc.RecordModifiedError
	require.ErrorAs(t, err, &modified)
	require.Equal(t, "b", modified.ID)
	require.EqualValues(t, 1, modified.Actual)
	require.NoError(t, words(1, 1))
	require.EqualValues(t, 2, client.Word.GetX(ctx, "a").Version)
	err = client.Word.Create().SetID("a").SetVersion(2).OnConflictColumns("id").UpdateNewValues().IfNewer(2).Exec(ctx)
	var late *entocc.NotNewerError
	require.ErrorAs(t, err, &late)
	require.Equal(t, "a", late.ID)
	require.EqualValues(t, 2, late.Actual)
}
