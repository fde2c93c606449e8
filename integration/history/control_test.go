package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/entocc/entocc/integration/history"
	"github.com/entocc/entocc/integration/servers"
)

// What these checkers do not find in the guards that programs write by hand, they would not find in entocc.
func TestControl_GuardsWrittenByHandAreCaught(t *testing.T) {
	for _, db := range shared[1:] {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := db.make(t, db.name)
			for _, g := range []Guard{Naive(), Documented()} {
				caught(t, w, g)
			}
			sound(t, w, Control(Entocc()), control(t))
		})
	}
}

func TestControl_UpdateOneWhereIsCaughtOnMariaDB(t *testing.T) {
	w := MariaDB(t, "MariaDB, REPEATABLE READ", servers.MariaDBDatabase(t), false)
	caught(t, w, UpdateOneWhere())
}

func control(t *testing.T) Config {
	t.Helper()
	return Config{Seed: seed(t), Processes: 8, Steps: 40, Limit: 5 * time.Second}
}

// caught requires that the checkers find a lost update without any fault, within a few rounds, because the scheduler
// decides when two writers meet. It returns the round that shows it, and how many operations it took.
func caught(t *testing.T, w *World, g Guard) (r *Round, operations int) {
	t.Helper()
	for range 20 {
		r, err := Run(t.Context(), w, Control(g), control(t))
		require.NoError(t, err)
		operations += Count(r).Operations
		if len(r.Violations) > 0 {
			t.Logf("%s: %s\n%v", w.Name, Summary(r), r.Violations[0])
			return r, operations
		}
	}
	assert.Fail(t, "not caught", "%s on %s: its lost updates were not found, so the checkers' results for others prove nothing", g.Name, w.Name)
	return nil, operations
}
