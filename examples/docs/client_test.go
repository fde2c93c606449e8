package docs_test

import (
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/quickstart/ent"
	"github.com/entocc/entocc/examples/quickstart/ent/enttest"
	_ "github.com/entocc/entocc/examples/quickstart/ent/runtime"
)

func open(t *testing.T) *ent.Client {
	t.Helper()
	client := enttest.Open(t, dialect.SQLite, "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func TestDriver_WithoutCompoundStatementsIsGuardedAllTheSame(t *testing.T) {
	drv, err := sql.Open(dialect.SQLite, "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(struct{ *sql.Driver }{drv})) // sql is entgo.io/ent/dialect/sql
	defer client.Close()
	require.NoError(t, client.Schema.Create(t.Context()))
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
	u.Update().SetName("Ada Lovelace").ExecX(t.Context())
	assert.True(t, ent.IsRecordModified(u.Update().SetName("Countess Lovelace").Exec(t.Context())))
}
