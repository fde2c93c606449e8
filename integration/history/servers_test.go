package history_test

import (
	"testing"
	"time"

	. "github.com/entocc/entocc/integration/history"
)

func TestServers_Killed(t *testing.T) {
	for _, db := range []struct {
		name string
		make func(t *testing.T, name string) *World
	}{
		{"PostgreSQL, pgx, killed", func(t *testing.T, name string) *World { return PrivatePostgres(t, name, "pgx", "read committed") }},
		{"MariaDB, killed", func(t *testing.T, name string) *World { return PrivateMariaDB(t, name, false) }},
		{"promoted, PostgreSQL by lib/pq", func(t *testing.T, name string) *World { return Promoted(t, name, "postgres", "read committed") }},
		{"nodes, Galera", func(t *testing.T, name string) *World { return PrivateGalera(t, name) }},
	} {
		t.Run(db.name, func(t *testing.T) {
			w := db.make(t, db.name)
			for _, load := range Workloads() {
				r := sound(t, w, load, Config{Seed: seed(t), Processes: 6, Steps: 150, Limit: 5 * time.Second, Faults: true, Impatient: true})
				for _, f := range r.Faults {
					t.Log(f)
				}
			}
		})
	}
}
