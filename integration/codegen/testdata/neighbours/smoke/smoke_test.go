package smoke_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"

	ent "fixtures/clients/CLIENT"
	_ "fixtures/clients/CLIENT/runtime"
)

func Test_CLIENT(t *testing.T) {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "smoke.db")+"?_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db)))
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	ctx := t.Context()
	require.NoError(t, client.Schema.Create(ctx))

	task := client.Task.Create().SetTitle("first").SaveX(ctx)
	stale := client.Task.GetX(ctx, task.ID)
	task = task.Update().SetTitle("second").SaveX(ctx)
	require.True(t, ent.IsRecordModified(stale.Update().SetTitle("third").Exec(ctx)))
	require.EqualValues(t, 2, task.Version)
	INPUT
}
