package history_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	. "github.com/entocc/entocc/integration/history"
	"github.com/entocc/entocc/integration/servers"
)

// place is a database that a test makes when it runs.
type place struct {
	name string
	make func(t *testing.T, name string) *World
}

// shared are the databases whose servers other tests use too. There only the network fails.
var shared = []place{
	{"SQLite, deferred", func(t *testing.T, name string) *World { return SQLite(t, name, "deferred") }},
	{"SQLite, immediate", func(t *testing.T, name string) *World { return SQLite(t, name, "immediate") }},
	{"PostgreSQL 15, pgx, READ COMMITTED", func(t *testing.T, name string) *World {
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

// private are servers that one test owns, which are killed, paused and replaced.
var private = []place{
	{"PostgreSQL 15, pgx, READ COMMITTED, killed", func(t *testing.T, name string) *World {
		return PrivatePostgres(t, name, "pgx", "read committed")
	}},
	{"PostgreSQL 15, lib/pq, READ COMMITTED, promoted", func(t *testing.T, name string) *World {
		return Promoted(t, name, "postgres", "read committed")
	}},
	{"MariaDB, REPEATABLE READ, killed", func(t *testing.T, name string) *World { return PrivateMariaDB(t, name, false) }},
}

func TestShort(t *testing.T) {
	for _, db := range shared {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			rounds(t, db, Workloads(), 1200*time.Millisecond)
		})
	}
}

func TestShort_ServersAreKilled(t *testing.T) {
	if os.Getenv("CI") == "" {
		t.Skip("CI is not set: private servers are left to .ci/run")
	}
	for _, db := range private {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			rounds(t, db, []Workload{Counter(), Register(), Transfer()}, 4*time.Second)
		})
	}
}

// rounds runs one round of each workload.
func rounds(t *testing.T, db place, loads []Workload, limit time.Duration) {
	t.Helper()
	w := db.make(t, db.name)
	for _, load := range loads {
		sound(t, w, load, Config{Seed: seed(t), Processes: 6, Steps: 60, Limit: limit, Faults: true, Impatient: true})
	}
}

// sound runs a round and requires that the checks find nothing.
func sound(t *testing.T, w *World, load Workload, c Config) *Round {
	t.Helper()
	r, err := Run(t.Context(), w, load, c)
	require.NoError(t, err, w.Name)
	t.Logf("%s: %s", w.Name, Summary(r))
	if len(r.Violations) > 0 {
		t.Errorf("%s, %s, seed %d: %v\nthe history is in %s", w.Name, load.Name, c.Seed, r.Violations, keep(t, r))
	}
	return r
}

// keep writes the history to a file that outlives the test.
func keep(t *testing.T, r *Round) string {
	t.Helper()
	f, err := os.CreateTemp("", "entocc-history-*.jsonl") //nolint:usetesting // it is for whoever reads the failure
	require.NoError(t, err)
	_, err = r.WriteTo(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return f.Name()
}
