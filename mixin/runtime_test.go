package mixin_test

import (
	stdsql "database/sql"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
)

// This test program does not import internal/ent/runtime, which has the schemas' hooks: F18.
func TestForgottenRuntime_WritesAreRefused(t *testing.T) {
	db, err := stdsql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "a.db")+"?_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, db)))
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))

	_, err = client.Pet.Create().SetName("rex").Save(t.Context())
	require.ErrorContains(t, err, "ent/runtime")
	_, err = client.Pet.Update().SetName("rex").Save(t.Context())
	require.ErrorContains(t, err, "ent/runtime")
	_, err = client.Pet.UpdateOneID(1).SetName("rex").Save(t.Context())
	require.ErrorContains(t, err, "ent/runtime")
	err = client.Pet.DeleteOneID(1).Exec(t.Context())
	require.Error(t, err)
}
