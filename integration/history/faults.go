package history

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Fault is something that happens to a world.
type Fault struct {
	Name string
	// Weight is how often it is chosen, compared with the others.
	Weight int
	// Do causes the fault, and repairs it before it returns, even if the context ends.
	Do func(context.Context, *rand.Rand) error
}

// errNotNow is the answer of a fault that could not happen.
var errNotNow = errors.New("not now")

// Injected is a fault that has happened.
type Injected struct {
	Name string `json:"name"`
	// From and To are its beginning and its end since the start of the history.
	From time.Duration `json:"from"`
	To   time.Duration `json:"to"`
}

// injector causes faults, one after the other.
type injector struct {
	cancel context.CancelFunc
	done   chan error
}

func inject(ctx context.Context, r *Round) *injector {
	ctx, cancel := context.WithCancel(ctx)
	i := &injector{cancel: cancel, done: make(chan error, 1)}
	go func() {
		if !r.Config.Faults || len(r.World.Faults) == 0 {
			i.done <- nil
			return
		}
		i.done <- r.injectAll(ctx)
	}()
	return i
}

// stop waits until the last fault is repaired.
func (i *injector) stop() error {
	i.cancel()
	return <-i.done
}

func (r *Round) injectAll(ctx context.Context) error {
	rnd := rand.New(rand.NewPCG(r.Config.Seed, 0))
	for {
		pause(ctx, time.Duration(5+rnd.IntN(120))*time.Millisecond)
		if ctx.Err() != nil {
			return nil
		}
		f := choose(rnd, r.World.Faults)
		from := time.Since(r.start)
		switch err := f.Do(ctx, rnd); {
		case errors.Is(err, errNotNow):
			continue
		case err != nil:
			return fmt.Errorf("the fault %q could not be repaired: %w", f.Name, err)
		}
		r.Faults = append(r.Faults, Injected{f.Name, from, time.Since(r.start)})
	}
}

func choose(rnd *rand.Rand, faults []Fault) Fault {
	sum := 0
	for _, f := range faults {
		sum += f.Weight
	}
	n := rnd.IntN(sum)
	for _, f := range faults {
		if n -= f.Weight; n < 0 {
			return f
		}
	}
	return faults[0]
}

// holding does something, waits for a random time, and undoes it.
func holding(least, most time.Duration, do, undo func()) func(context.Context, *rand.Rand) error {
	return func(ctx context.Context, rnd *rand.Rand) error {
		do()
		defer undo()
		pause(ctx, least+time.Duration(rnd.Int64N(int64(most-least))))
		return nil
	}
}
