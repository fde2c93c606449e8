package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/entocc/entocc/internal/ent"
)

// Workload is what the processes of a round do, and what must hold afterwards. It has its own rows, so rounds do not interfere.
type Workload struct {
	Name string
	// Setup creates the rows, by operations of process -1.
	Setup func(context.Context, *Round) error
	// Step does one operation, or a few that belong together.
	Step func(context.Context, *Process)
	// Final reads all rows by one statement.
	Final func(context.Context, *Round, *Op) error
	// Check looks at what was recorded.
	Check func(*Round) []Violation
}

// Config bounds a round.
type Config struct {
	Seed      uint64
	Processes int
	// Steps is how many steps each process does.
	Steps int
	// Limit is when processes stop starting steps.
	Limit time.Duration
	// Faults injects the faults of the world meanwhile.
	Faults bool
	// Impatient makes some callers give up early.
	Impatient bool
}

// Round is one run of a workload on a world.
type Round struct {
	*History
	World    *World
	Workload Workload
	Config   Config
	// Rows are the rows of the round, which Setup has made.
	Rows []string
	// Final is the last operation, which has read all rows.
	Final *Op
	// Faults are the injected faults, in order.
	Faults []Injected
	// Violations are what the checks found.
	Violations []Violation

	// merging are the clients of [Merge], one for each node.
	merging []*ent.Client
}

// Process works on the rows alone, one operation after the other.
type Process struct {
	*Round
	ID   int
	Rand *rand.Rand
	// Client is connected to the process's node.
	Client *ent.Client
	// Seen is what the process remembers of rows. It may be stale, and that is the point.
	Seen map[string]any
}

// Run runs a round. An error means that it could not be run, not that the checks found something.
func Run(ctx context.Context, w *World, load Workload, c Config) (*Round, error) {
	r := &Round{History: New(), World: w, Workload: load, Config: c}
	if err := await(ctx, func(ctx context.Context) error { return load.Setup(ctx, r) }); err != nil {
		return r, fmt.Errorf("creating the rows of %s: %w", load.Name, err)
	}
	if err := r.run(ctx); err != nil {
		return r, err
	}
	err := await(ctx, func(ctx context.Context) error {
		r.Final = r.Begin(-1, "final")
		err := load.Final(ctx, r, r.Final)
		if err != nil {
			r.Final.Reads = nil // It has seen nothing, whatever it has recorded.
		}
		r.End(r.Final, err)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("reading the rows of %s at the end: %w", load.Name, err)
	}
	r.Violations = load.Check(r)
	return r, nil
}

// run starts the processes and the faults, and waits for both.
func (r *Round) run(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, r.Config.Limit)
	defer cancel()
	faults := inject(limited, r)
	var all sync.WaitGroup
	for id := range r.Config.Processes {
		all.Go(func() { r.process(id).steps(limited) })
	}
	all.Wait()
	return faults.stop()
}

func (r *Round) process(id int) *Process {
	return &Process{
		Round: r, ID: id, Rand: rand.New(rand.NewPCG(r.Config.Seed, uint64(id)+1)),
		Client: r.World.Clients[id%len(r.World.Clients)], Seen: make(map[string]any),
	}
}

func (p *Process) steps(limited context.Context) {
	ctx := context.WithoutCancel(limited) // The limit prevents the next step, but interrupts none.
	for range p.Config.Steps {
		if limited.Err() != nil {
			return
		}
		p.Workload.Step(ctx, p)
	}
}

// Do records an operation. Its context ends after a while, sometimes very soon, because a caller that gives up is a
// fault too. After an error that is not a conflict the process waits. Otherwise a server that is down would use up the
// whole round.
func (p *Process) Do(ctx context.Context, do string, fn func(context.Context, *Op) error) error {
	patience := 4 * time.Second
	if p.Config.Impatient && p.Rand.IntN(50) == 0 {
		patience = time.Duration(p.Rand.IntN(8000)) * time.Microsecond
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	o := p.Begin(p.ID, do)
	err := fn(ctx, o)
	p.End(o, err)
	if err != nil && !isConflict(err) {
		pause(ctx, time.Duration(1+p.Rand.IntN(20))*time.Millisecond)
	}
	return err
}

// Row returns one of the rows.
func (p *Process) Row() string { return p.Rows[p.Rand.IntN(len(p.Rows))] }

// Two returns two of the rows, in any order.
func (p *Process) Two() (a, b string) {
	i := p.Rand.IntN(len(p.Rows))
	j := (i + 1 + p.Rand.IntN(len(p.Rows)-1)) % len(p.Rows)
	return p.Rows[i], p.Rows[j]
}

// await repeats fn until it succeeds: servers take a while to come back.
func await(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		attempt, done := context.WithTimeout(ctx, 20*time.Second)
		err := fn(attempt)
		done()
		if err == nil || ctx.Err() != nil {
			return err
		}
		pause(ctx, 50*time.Millisecond)
	}
}

// pause waits for this time, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
