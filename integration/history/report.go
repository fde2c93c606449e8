package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Report collects what a long run has shown.
type Report struct {
	mu       sync.Mutex
	started  time.Time
	order    []string
	worlds   map[string]*Counts
	loads    map[string]*Counts
	faults   map[string]int
	controls []string
	found    []string
	// Versions are the servers' versions, and Duration is how long the run took.
	Versions []string
	Duration time.Duration
}

// NewReport returns an empty report that starts now.
func NewReport() *Report {
	return &Report{started: time.Now(), worlds: make(map[string]*Counts), loads: make(map[string]*Counts), faults: make(map[string]int)}
}

// Add adds a round.
func (r *Report) Add(round *Round) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := Count(round)
	world, load := round.World.Name, round.Workload.Name
	if r.worlds[world] == nil {
		r.worlds[world] = &Counts{}
		r.order = append(r.order, world)
	}
	if r.loads[load] == nil {
		r.loads[load] = &Counts{}
	}
	r.worlds[world].Add(n)
	r.loads[load].Add(n)
	for _, f := range round.Faults {
		r.faults[f.Name]++
	}
	for _, v := range round.Violations {
		r.found = append(r.found, fmt.Sprintf("%s, %s, seed %d: %s", world, load, round.Config.Seed, v.What))
	}
}

// Caught records that the checkers have found a guard's lost update on a world, and after how many operations.
func (r *Report) Caught(guard, world string, operations, violations int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.controls = append(r.controls, fmt.Sprintf("| %s | %s | %d | %d |", guard, world, operations, violations))
}

// Total sums up all rounds.
func (r *Report) Total() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	var sum Counts
	for _, n := range r.worlds {
		sum.Add(*n)
	}
	return sum
}

// Markdown returns the part of docs/proof.md that a run writes.
func (r *Report) Markdown() string {
	sum := r.Total()
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %v, two cores that others used too: %s operations in %s rounds under %s faults. ",
		r.started.Format("2 January 2006"), r.Duration.Round(time.Second), thousands(sum.Operations), thousands(sum.Rounds), thousands(sum.Faults))
	if len(r.found) == 0 {
		b.WriteString("The checkers found nothing in entocc.\n")
	} else {
		fmt.Fprintf(&b, "**Violations that the checkers found: %d.**\n\n- %s\n", len(r.found), strings.Join(r.found, "\n- "))
	}
	fmt.Fprintf(&b, "\nVersions: %s.\n\n", strings.Join(r.Versions, "; "))
	b.WriteString("| database | rounds | operations | done | refused | unknown | faults |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, name := range slices.Sorted(slices.Values(r.order)) {
		line(&b, name, *r.worlds[name])
	}
	line(&b, "**all**", sum)
	b.WriteString("\n| workload | rounds | operations | done | refused | unknown | faults |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(r.loads)) {
		line(&b, name, *r.loads[name])
	}
	b.WriteString("\n| fault | injected |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(r.faults)) {
		fmt.Fprintf(&b, "| %s | %s |\n", name, thousands(r.faults[name]))
	}
	b.WriteString("\n| control: a guard written by hand | database | operations until it was caught | rows that no order explains |\n| --- | --- | --- | --- |\n")
	b.WriteString(strings.Join(r.controls, "\n") + "\n")
	return b.String()
}

func line(b *strings.Builder, name string, n Counts) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s |\n", name, thousands(n.Rounds), thousands(n.Operations),
		thousands(n.Done), thousands(n.Refused), thousands(n.Unknown), thousands(n.Faults))
}

// thousands writes a number with commas.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
