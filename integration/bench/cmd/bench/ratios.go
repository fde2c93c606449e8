package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// comparison is the part of the name that the sides share: "UpdateBulk/db=SQLite/rows=1000".
type comparison string

// samples are the measured nanoseconds of each side of each comparison.
type samples map[comparison]map[string][]float64

// turn is the suffix that go test adds to the names of repeated benchmarks, and to all of them for GOMAXPROCS.
var turn = regexp.MustCompile(`(#\d+)?(-\d+)?$`)

func read(r io.Reader) (samples, error) {
	all := make(samples)
	reader := benchfmt.NewReader(r, "go test")
	for reader.Scan() {
		res, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		name, sideName, ok := strings.Cut(turn.ReplaceAllString(string(res.Name.Full()), ""), "/side=")
		value, measured := res.Value("sec/op")
		if !ok || !measured {
			continue
		}
		c := comparison(name)
		if all[c] == nil {
			all[c] = make(map[string][]float64)
		}
		all[c][sideName] = append(all[c][sideName], value)
	}
	return all, reader.Err()
}

// ratio is entocc's time divided by another side's.
type ratio struct {
	of      comparison
	against string
	// entocc and other are the medians in seconds. value is the median of the rounds' ratios, because the machine has
	// fast and slow spells, which both sides of a round share. goal is the maximum for value, 0 for none.
	entocc, other, value, goal float64
	// p is the p-value of the Mann-Whitney test that both sides are the same. rounds is the number of samples.
	p      float64
	rounds int
}

// met reports whether the ratio meets its goal.
func (r ratio) met() bool { return r.goal == 0 || r.value <= r.goal }

func ratios(all samples) []ratio {
	var rows []ratio
	for _, c := range slices.Sorted(maps.Keys(all)) {
		own := sample(all[c]["entocc"])
		for _, against := range slices.Sorted(maps.Keys(all[c])) {
			if against == "entocc" || len(own.Values) == 0 {
				continue
			}
			other := sample(all[c][against])
			r := ratio{of: c, against: against, entocc: median(own), other: median(other), goal: goal(string(c), against), rounds: len(own.Values)}
			r.value = byRounds(all[c]["entocc"], all[c][against])
			r.p = benchmath.AssumeNothing.Compare(own, other).P
			rows = append(rows, r)
		}
	}
	if guard := sample(all["Guard"]["entocc"]); len(guard.Values) > 0 {
		r := ratio{of: "Guard", against: "1 microsecond", entocc: median(guard), other: 1e-6, goal: 1, rounds: len(guard.Values), p: 1}
		r.value = r.entocc / r.other
		rows = append(rows, r)
	}
	return rows
}

// byRounds returns the median of the rounds' ratios.
func byRounds(own, other []float64) float64 {
	quotients := make([]float64, min(len(own), len(other)))
	for i := range quotients {
		quotients[i] = own[i] / other[i]
	}
	return median(sample(quotients))
}

func sample(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

func median(s *benchmath.Sample) float64 {
	return benchmath.AssumeNothing.Summary(s, 0.95).Center
}

// goals are from DESIGN.md, section 5. The first pattern that matches "comparison against side" counts.
var goals = []struct {
	pattern string
	most    float64
}{
	{`^Exec/db=(PostgreSQL-pgx|MariaDB) ent$`, 0.33},
	{`^Exec/db=SQLite ent$`, 0.55},
	{`^(Exec|Peer)/.* (bun|xorm)$`, 1.05},
	{`^Columns/db=PostgreSQL-pgx/.* ent$`, 0.5},
	{`^Columns/db=SQLite/.* ent$`, 0.75},
	{`^Trigger/db=PostgreSQL-pgx version$`, 1.3},
	{`^UpdateOne/db=PostgreSQL-pgx ent$`, 0.5},
	{`^UpdateOne/db=SQLite ent$`, 0.75},
	{`^UpdateOne/db=MariaDB ent$`, 1.05},
	{`^UpdateOne/db=PostgreSQL-pgx raw$`, 1.25},
	{`^UpdateOne/db=SQLite raw$`, 1.4},
	{`^UpdateOne/.* (handmade|gorm|forupdate)$`, 1},
	{`^DeleteOne/.* ent$`, 1.05},
	{`^UpdateBulk/db=PostgreSQL-pgx/rows=1000 ent$`, 0.1},
	{`^UpdateBulk/db=(SQLite|MariaDB)/rows=1000 ent$`, 0.3},
	{`^UpdateBulk/.*/rows=1000 raw$`, 1.15},
	{`^Contention/.*/rows=1/writers=16 forupdate$`, 1.25},
	{`^Contention/db=MariaDB/rows=1000/writers=16 forupdate$`, 0.9},
	{`^Contention/.*/rows=1000/writers=16 forupdate$`, 0.67},
	{`^Contention/db=SQLite/rows=1000/writers=16 immediate$`, 1},
	{`^SetBased/.* ent$`, 1.05},
	{`^Report/.* enforcing$`, 1.03},
	{`^Codegen/json=(true|false) ent$`, 1.07},
	{`^Build ent$`, 1.12},
	{`^Vet/.* go$`, 1.5},
}

// causes are the known reasons for missed goals. The first pattern that matches counts.
var causes = []struct{ pattern, cause string }{
	{`^Contention/db=MariaDB/`, "the server limits 16 writers. It works as long on a SELECT, the compound statement and its COMMIT " +
		"as on the five statements of the lock, and on one row it does so in vain for each conflict. A single writer is faster"},
	{`^(Exec|Peer|SetBased|DeleteOne|Contention)/db=PostgreSQL-pq`, "under lib/pq database/sql may send a single statement twice, so entocc sends " +
		"BEGIN, the statement and COMMIT, where the other side sends one, or reads the row first"},
	{`^(Exec|Peer)/db=MariaDB`, "entocc reads the new version back while the row stays locked: one more statement and a COMMIT in one packet. The other side " +
		"sends a single UPDATE, or, as ent does, a transaction that is half as long. (A compound statement that autocommits would take six tenths of the time, and " +
		"leave open whether a killed one has been written)"},
	{`^Exec/db=PostgreSQL-pgx`, "one statement instead of ent's three; the server's work on the UPDATE remains, and is the same. The ratio was 0.35 in the " +
		"run of 26 November"},
	{`^(Exec|Peer|Columns|UpdateOne)/db=SQLite`, "SQLite compiles each statement each time it is sent, and RETURNING as a trigger, which takes longer with each " +
		"column (internal/write/width.go has figures). Programs that let the driver cache compiled statements gain more than the difference"},
	{`^Contention/db=SQLite/`, "SQLite has one writer at a time, so a writer that waits for the lock loses nothing, and one that meets a conflict has loaded the row in vain"},
	{`^UpdateBulk/`, "six tenths of entocc's time are the statement. The rest is work that the other side does not do: making a mutation for each row, running " +
		"its hooks and filling an entity (for 1,000 rows on SQLite 2.5 MB in 27,000 allocations, against 0.9 MB in 16,000)"},
	{`^Trigger/`, "the trigger is a function in PL/pgSQL that the server runs for each row; the goal is met to the second digit"},
	{`^DeleteOne/`, "both sides send one statement, which differs only in the comparison of the version; client and server mostly wait for one another"},
}

func cause(of string) string {
	for _, c := range causes {
		if regexp.MustCompile(c.pattern).MatchString(of) {
			return c.cause
		}
	}
	return "not known"
}

func goal(of, against string) float64 {
	for _, g := range goals {
		if regexp.MustCompile(g.pattern).MatchString(of + " " + against) {
			return g.most
		}
	}
	return 0
}

// duration writes seconds in a readable unit.
func duration(s float64) string {
	switch {
	case s < 1e-6:
		return fmt.Sprintf("%.0f ns", s*1e9)
	case s < 1e-3:
		return fmt.Sprintf("%.0f µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.1f ms", s*1e3)
	}
	return fmt.Sprintf("%.2f s", s)
}
