package history_test

import (
	"flag"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/entocc/entocc/integration/history"
	"github.com/entocc/entocc/integration/servers"
)

var (
	long   = flag.Duration("long", 0, "how long TestLong runs; 0 leaves it out")
	update = flag.Bool("update", false, "write docs/proof.md and its pictures from TestLong")
)

const (
	document = "../../docs/proof.md"
	begin    = "<!-- proof -->\n"
	end      = "<!-- /proof -->"
)

// abreast is how many rounds a world runs at once. One of them injects the faults, which affect all of them.
const abreast = 3

// places are the databases of the long run.
func places() []place {
	return append([]place{
		shared[0], shared[1], shared[3], shared[6],
		{"PostgreSQL 18, pgx, SERIALIZABLE", func(t *testing.T, name string) *World {
			return Postgres(t, name, "pgx", servers.Postgres18Database(t), "serializable")
		}},
		{"MariaDB, innodb_snapshot_isolation, killed", func(t *testing.T, name string) *World { return PrivateMariaDB(t, name, true) }},
		{"Galera, three nodes, killed and cut off", func(t *testing.T, name string) *World { return PrivateGalera(t, name) }},
	}, private...)
}

// TestLong is the run of docs/proof.md:
//
//	go test ./history -run TestLong -long 1h -update -timeout 0 -parallel 20
func TestLong(t *testing.T) {
	if *long == 0 {
		t.Skip("-long is not given: the long form is left out, TestShort is the short one")
	}
	require.GreaterOrEqual(t, parallel(), len(places()), "give go test -parallel 20, or the databases wait for each other")
	report := NewReport()
	report.Versions = versions(t)
	started := time.Now()
	t.Run("worlds", func(t *testing.T) {
		for _, db := range places() {
			t.Run(db.name, func(t *testing.T) {
				t.Parallel()
				for left := *long; left > 0; left = *long - time.Since(started) {
					if strings.HasSuffix(db.name, "promoted") { // it can be promoted only once, so it is made again
						left = min(left, 20*time.Second)
					}
					t.Run("", func(t *testing.T) { endure(t, report, db.make(t, db.name), left) })
				}
			})
		}
	})
	controls(t, report)
	report.Duration = time.Since(started)
	n := report.Total()
	t.Logf("%d operations, %d faults", n.Operations, n.Faults)
	if *update {
		publish(t, report)
	} else {
		t.Log("\n" + report.Markdown())
	}
}

// parallel is how many tests run at once.
func parallel() int { return flag.Lookup("test.parallel").Value.(flag.Getter).Get().(int) }

// endure runs rounds of all workloads for some time.
func endure(t *testing.T, report *Report, w *World, lasts time.Duration) {
	var (
		until = time.Now().Add(lasts)
		first = seed(t)
		next  atomic.Uint64
		all   sync.WaitGroup
		loads = Workloads()
	)
	for i := range abreast {
		all.Go(func() {
			for time.Now().Before(until) && !t.Failed() {
				n := next.Add(1)
				c := Config{Seed: first + n, Processes: 6, Steps: 120, Limit: 20 * time.Second, Impatient: true, Faults: i == 0}
				r, err := Run(t.Context(), w, loads[n%uint64(len(loads))], c)
				if !assert.NoError(t, err, w.Name) {
					return
				}
				report.Add(r)
				t.Logf("%s, after %v", Summary(r), time.Since(r.Started()).Round(time.Millisecond))
				if len(r.Violations) > 0 {
					t.Errorf("%s, seed %d: %v\nthe history is in %s", Summary(r), c.Seed, r.Violations, keep(t, r))
				}
			}
		})
	}
	all.Wait()
}

// controls counts how many operations it takes to find what hand-written guards lose.
func controls(t *testing.T, report *Report) {
	for _, i := range []int{1, 2, 4, 6} {
		t.Run(shared[i].name, func(t *testing.T) {
			w := shared[i].make(t, shared[i].name)
			guards := []Guard{Naive(), Documented()}
			if i == 4 {
				guards = append(guards, UpdateOneWhere())
			}
			for _, g := range guards {
				r, operations := caught(t, w, g)
				if r == nil {
					continue
				}
				report.Caught(g.Name, w.Name, operations, len(r.Violations))
				if i == 2 && g.Name == Naive().Name {
					draw(t, "history-naive.svg", "A guard written by hand: SELECT, compare, UPDATE by ID (PostgreSQL)", r)
				}
			}
			if i == 2 {
				c := Config{Seed: seed(t), Processes: 5, Steps: 40, Limit: 5 * time.Second, Faults: true, Impatient: true}
				draw(t, "history-sound.svg", "entocc, a register while connections are cut (PostgreSQL)", sound(t, w, Register(), c))
			}
		})
	}
}

// draw writes a picture of the row that was found, or of one with operations of unknown outcome.
func draw(t *testing.T, file, title string, r *Round) {
	t.Helper()
	if !*update {
		return
	}
	row, bad := r.Rows[0], make(map[string]bool)
	ops := OnRow(r.Ops(), row)
	if len(r.Violations) > 0 {
		v := r.Violations[0]
		row, ops = v.Row, v.Ops
		bad[ops[len(ops)-1].Mark] = true
	}
	if len(ops) > 30 {
		ops = ops[:30]
	}
	require.NoError(t, os.WriteFile("../../docs/"+file, []byte(Draw(title, row, ops, bad)), 0o644))
}

// publish puts the report between the markers of the page.
func publish(t *testing.T, report *Report) {
	t.Helper()
	page, err := os.ReadFile(document)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ok2 := strings.Cut(rest, end)
	require.True(t, ok && ok2, "%s has no marks", document)
	require.NoError(t, os.WriteFile(document, []byte(before+begin+report.Markdown()+end+after), 0o644))
}
