package history

import "fmt"

// Workloads returns all workloads that must be sound.
func Workloads() []Workload {
	return []Workload{Register(), Counter(), Upsert(), Merge(), Transfer(), Batch(), Skew(), Order()}
}

// Summary describes a round in one line.
func Summary(r *Round) string {
	n := Count(r)
	return fmt.Sprintf("%s: %d operations, %d done, %d refused, %d unknown, %d faults",
		r.Workload.Name, n.Operations, n.Done, n.Refused, n.Unknown, n.Faults)
}

// Counts are the figures of rounds.
type Counts struct {
	Rounds, Operations, Done, Refused, Unknown, Faults int
}

// Count returns the figures of a round.
func Count(r *Round) Counts {
	n := Counts{Rounds: 1, Faults: len(r.Faults)}
	for _, o := range r.Ops() {
		n.Operations++
		switch o.Outcome {
		case Done:
			n.Done++
		case Refused:
			n.Refused++
		case Unknown:
			n.Unknown++
		}
	}
	return n
}

// Add adds the figures of other rounds.
func (c *Counts) Add(other Counts) {
	c.Rounds += other.Rounds
	c.Operations += other.Operations
	c.Done += other.Done
	c.Refused += other.Refused
	c.Unknown += other.Unknown
	c.Faults += other.Faults
}
