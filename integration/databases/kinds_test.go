package databases_test

import (
	stdsql "database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/suite"
)

// TestKinds runs on each database what every kind of version must pass, at one level and without the slowest driver: what
// depends on these is run at all levels by TestScenarios, the core of these scenarios among it. The version of a gauge is that
// of a trigger, by tens.
func TestKinds(t *testing.T) {
	on(t, [][2]string{
		{sqliteWAL, sqliteDeferred},
		{postgres, readCommitted},
		{"PostgreSQL 18, lib/pq", readCommitted},
		{mariadb, repeatableRead},
		{galera, repeatableRead},
	}, func(t *testing.T, db suite.DB) {
		db.Migrated = func(t testing.TB, pool *stdsql.DB) {
			t.Helper()
			for _, statement := range tens[db.Dialect] {
				_, err := pool.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
		}
		suite.RunKinds(t, db)
	})
}
