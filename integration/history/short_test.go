package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	. "github.com/entocc/entocc/integration/history"
	"github.com/entocc/entocc/integration/servers"
)

// worlds are the databases of the short form. Each is made when its test runs.
var worlds = []struct {
	name string
	make func(t *testing.T, name string) *World
}{
	{"SQLite, deferred", func(t *testing.T, name string) *World { return SQLite(t, name, "deferred") }},
	{"SQLite, immediate", func(t *testing.T, name string) *World { return SQLite(t, name, "immediate") }},
	{"PostgreSQL, pgx, READ COMMITTED", func(t *testing.T, name string) *World {
		return Postgres(t, name, "pgx", servers.PostgresDatabase(t), "read committed")
	}},
	{"PostgreSQL 18, lib/pq, REPEATABLE READ", func(t *testing.T, name string) *World {
		return Postgres(t, name, "postgres", servers.Postgres18Database(t), "repeatable read")
	}},
	{"MariaDB, REPEATABLE READ", func(t *testing.T, name string) *World {
		return MariaDB(t, name, servers.MariaDBDatabase(t), false)
	}},
	{"MariaDB, innodb_snapshot_isolation", func(t *testing.T, name string) *World {
		return MariaDB(t, name, servers.MariaDBDatabase(t), true)
	}},
	{"Galera, three nodes", func(t *testing.T, name string) *World {
		return Galera(t, name, servers.GaleraDatabase(t))
	}},
}

// seed is the seed of this run. It is printed, and ENTOCC_SEED takes it again.
func TestShort(t *testing.T) {
	for _, db := range worlds {
		t.Run(db.name, func(t *testing.T) {
			w := db.make(t, db.name)
			for _, load := range Workloads() {
				t.Run(load.Name, func(t *testing.T) {
					sound(t, w, load, Config{Seed: seed(t), Processes: 6, Steps: 60, Limit: 2 * time.Second, Faults: true, Impatient: true})
				})
			}
		})
	}
}

// sound runs a round and requires that nothing contradicts.
func sound(t *testing.T, w *World, load Workload, c Config) *Round {
	t.Helper()
	r, err := Run(t.Context(), w, load, c)
	require.NoError(t, err)
	t.Logf("%s: %s", w.Name, Summary(r))
	if len(r.Violations) > 0 {
		t.Errorf("%s, %s, seed %d: %v\nthe history is in %s", w.Name, load.Name, c.Seed, r.Violations, keep(t, r))
	}
	return r
}

// keep writes the history to a file that outlives the test.
func keep(t *testing.T, r *Round) string {
	t.Helper()
	file := filepath.Join(os.TempDir(), fmt.Sprintf("entocc-history-%d.jsonl", time.Now().UnixNano()))
	f, err := os.Create(file)
	require.NoError(t, err)
	_, err = r.WriteTo(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return file
}
