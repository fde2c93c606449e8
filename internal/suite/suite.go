// Package suite has the behaviours that entocc promises, one function each, to run on every database. The root module
// runs it on SQLite; the integration module on servers, at each of their isolation levels.
//
// Which groups prove which package, beside its unit tests:
//
//	hook              Guard, Resolve, Base, Switches, Report, Ecosystem, SoftDelete, Plain
//	internal/write    Core, Expected, Stated, State, Edges, Values, IDs, Ignored, Defaulted, Delete, SetBased, Upsert, Bulk, Halfway, Statements
//	internal/version  Kinds, Overflow, Legacy
//	internal/session  Tx, Ghost, Concurrency
//	internal/entity   Diff
//	internal/verify   Verify, VerifyAgain
//	internal/touch    Touch, Children, Aggregate
//	internal/batch    Batch, BatchDelete
//	entocc            Modify
//	occhttp           HTTP
package suite

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"testing"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime" // The hooks of the schemas.
	"github.com/stretchr/testify/require"
)

// DB is a database that the scenarios run on.
type DB struct {
	// Name is what reports call it, "PostgreSQL 15, pgx".
	Name string
	// Dialect is ent's name of the dialect.
	Dialect string
	// Open opens a new pool of connections to the database. The suite opens two and closes them. The second plays the
	// other writers; on a cluster it may be connected to another node.
	Open func(testing.TB) *sql.DB
	// Isolation is the level of the transactions that scenarios begin. Open must make it the pool's default, for the
	// transactions that ent begins itself and for single statements.
	Isolation sql.IsolationLevel
	// Traits describe what the database does at this level.
	Traits Traits
	// Migrated, if set, is called once the tables exist.
	Migrated func(testing.TB, *sql.DB)
}

// Traits describe a database at its isolation level, as far as scenarios depend on it.
type Traits struct {
	// UnchangedIsZero: an UPDATE that sets the values that the row already has affects no row (MySQL without clientFoundRows).
	UnchangedIsZero bool
	// ReadsLock: while a transaction that has read a row is open, others can't write it (MariaDB at SERIALIZABLE, SQLite
	// with immediate transactions).
	ReadsLock bool
	// Snapshot: a transaction keeps seeing a row as it was at its first read.
	Snapshot bool
	// ConflictEndsTx: a transaction ends when it writes a row that another one has changed since it began (PostgreSQL
	// at REPEATABLE READ and SERIALIZABLE, MariaDB with innodb_snapshot_isolation, SQLite).
	ConflictEndsTx bool
	// OneWriter: one transaction writes at a time, whatever the rows (SQLite).
	OneWriter bool
	// BeginLocks: a transaction keeps all other writers out from the start (SQLite with immediate transactions).
	BeginLocks bool
	// Nodes: the second pool is connected to another node of a cluster (Galera). Its writers do not wait for those of
	// the first node, its commits arrive there a little later, and IDs grow in steps.
	Nodes bool
	// Repeats: outside of a transaction the driver may send a statement twice, so each write gets a transaction (lib/pq).
	Repeats bool
	// Bumping: each table has a trigger that bumps the version if a write does not.
	Bumping bool
}

// Report is the result of one run of the suite.
type Report struct {
	// Name and Isolation are those of the database.
	Name      string
	Isolation sql.IsolationLevel
	// Passed and Failed are the names of scenarios.
	Passed, Failed []string
	// Left are the scenarios that can't run on the database, each as "name: reason".
	Left []string
}

// scenarioOf is one behaviour, shown in a scene of type S.
type scenarioOf[S any] struct {
	// name is a group and a sentence: "Core/StaleSaveIsRefused".
	name string
	run  func(S)
	// left returns why the scenario can't run on the database, or "".
	left func(DB) string
}

type scenario = scenarioOf[*Scene]

// scenarios are all scenarios of clients that were generated with the extension.
func scenarios() []scenario {
	var all []scenario
	for _, group := range []func() []scenario{
		coreScenarios, deleteScenarios, expectedScenarios, legacyScenarios, idScenarios,
		bulkScenarios, upsertScenarios, upsertBulkScenarios, upsertNewerScenarios,
		upsertKindScenarios, upsertJoinedScenarios, upsertHookScenarios, upsertRaceScenarios, edgeScenarios, childScenarios,
		batchScenarios, batchTxScenarios, batchKindScenarios, batchDeleteScenarios, kindScenarios,
		diffScenarios, baseScenarios, resolveScenarios, statedScenarios, modifyScenarios,
		verifyScenarios, verifyAgainScenarios, touchScenarios, aggregateScenarios,
		setBasedScenarios, setBasedKindScenarios, stateScenarios, comesBackScenarios, reportScenarios,
		ignoredScenarios, defaultedScenarios, switchScenarios, valueScenarios,
		ecosystemScenarios, softDeleteScenarios, txScenarios, ghostScenarios, halfwayScenarios, concurrencyScenarios, statementScenarios, httpScenarios,
	} {
		all = append(all, group()...)
	}
	return all
}

// Run creates the tables of the fixtures and runs every scenario as a subtest. The scenarios share the tables and leave
// their rows behind. One of them breaks the process's source of randomness for a while, so runs must not be parallel.
func Run(t *testing.T, db DB) Report {
	t.Helper()
	pool, other := open(t, db), open(t, db)
	migrate(t, ent.NewClient(ent.Driver(entsql.OpenDB(db.Dialect, pool))).Schema.Create)
	if db.Migrated != nil {
		db.Migrated(t, pool)
	}
	return run(t, db, scenarios(), func(t *testing.T) *Scene { return newScene(t, db, pool, other) })
}

func migrate[O any](t *testing.T, create func(context.Context, ...O) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, create(ctx), "creating the tables of the fixtures")
}

func run[S any](t *testing.T, db DB, all []scenarioOf[S], scene func(*testing.T) S) Report {
	t.Helper()
	report := Report{Name: db.Name, Isolation: db.Isolation}
	for _, sc := range all {
		if sc.left != nil {
			if why := sc.left(db); why != "" {
				report.Left = append(report.Left, sc.name+": "+why)
				continue
			}
		}
		ran := false // t.Run also returns true for a subtest that -run leaves out.
		passed := t.Run(sc.name, func(t *testing.T) {
			ran = true
			sc.run(scene(t))
		})
		switch {
		case ran && passed:
			report.Passed = append(report.Passed, sc.name)
		case ran:
			report.Failed = append(report.Failed, sc.name)
		}
	}
	report.log(t)
	return report
}

// most is the size of a pool. Servers allow a hundred or so connections, and scenarios start more goroutines.
const most = 16

func open(t *testing.T, db DB) *sql.DB {
	t.Helper()
	pool := db.Open(t)
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func (r Report) log(t *testing.T) {
	t.Helper()
	t.Logf("%s, %s: %d scenarios passed, %d failed, %d left out", r.Name, r.Isolation, len(r.Passed), len(r.Failed), len(r.Left))
	for _, left := range r.Left {
		t.Logf("left: %s", left)
	}
}

// Print writes the reports as a table, and below it what each left out and why.
func Print(w io.Writer, reports ...Report) {
	fmt.Fprintf(w, "%-40s %-18s %6s %6s %6s\n", "database", "isolation", "passed", "failed", "left")
	for _, r := range reports {
		fmt.Fprintf(w, "%-40s %-18s %6d %6d %6d\n", r.Name, r.Isolation, len(r.Passed), len(r.Failed), len(r.Left))
	}
	for _, r := range reports {
		for _, left := range r.Left {
			fmt.Fprintf(w, "left by %s at %s: %s\n", r.Name, r.Isolation, left)
		}
	}
}
