package databases_test

import (
	"context"
	"testing"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/databases"
)

// Case 29: a hook of the migration asks for ent's own transaction, as ent's documentation shows.
func TestClient_MigrationsGetEntsOwnDriver(t *testing.T) {
	for _, name := range []string{mariadb, postgres, "PostgreSQL, lib/pq"} {
		t.Run(name, func(t *testing.T) {
			s := open(t, databases.Find(t, name, readCommitted).New(t))
			asked := false
			err := s.Schema.Create(t.Context(), schema.WithApplyHook(func(next schema.Applier) schema.Applier {
				return schema.ApplyFunc(func(ctx context.Context, conn dialect.ExecQuerier, plan *migrate.Plan) error {
					_, asked = conn.(*entsql.Tx)
					return next.Apply(ctx, conn, plan)
				})
			}))
			require.NoError(t, err)
			assert.True(t, asked, "the connection of a migration is ent's transaction")
		})
	}
}
