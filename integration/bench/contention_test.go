package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
)

// BenchmarkContention has many writers load, change and save rows: one that all want, and a thousand at random. Locking
// rows beforehand is what it is compared to; SQLite has no such lock. An iteration is one save that succeeded.
func BenchmarkContention(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		if e.dialect == dialect.SQLite {
			b.Skip("one writer at a time")
		}
		for _, rows := range []int{1, 1000} {
			for _, writers := range []int{1, 4, 16, 64} {
				b.Run(fmt.Sprintf("rows=%d/writers=%d", rows, writers), func(b *testing.B) {
					for range *rounds {
						b.Run("side=entocc", func(b *testing.B) { guardedWriters(b, e, rows, writers) })
						b.Run("side=forupdate", func(b *testing.B) { lockingWriters(b, e, rows, writers) })
					}
				})
			}
		}
	})
}

// guardedWriters load, change and save, and do so again on a conflict, after a pause that grows with each.
func guardedWriters(b *testing.B, e *engine, rows, writers int) {
	items := guardedItems(b, e, rows)
	storm(b, writers, func(ctx context.Context) error {
		id := items[rand.IntN(rows)].ID
		for attempt := 0; ; attempt++ {
			it, err := e.guarded.Item.Get(ctx, id)
			if err != nil {
				return err
			}
			err = it.Update().SetAge(it.Age + 1).Exec(ctx)
			if !entocc.IsRetryable(err) {
				return err
			}
			pause(attempt)
		}
	})
}

// pause waits with full jitter, up to 32 times a round trip.
func pause(attempt int) {
	time.Sleep(rand.N(time.Duration(100<<min(attempt, 5)) * time.Microsecond))
}

func lockingWriters(b *testing.B, e *engine, rows, writers int) {
	items := plainItems(b, e, rows)
	storm(b, writers, func(ctx context.Context) error {
		return lockAndSave(ctx, e, items[rand.IntN(rows)].ID, func(it *plain.Item) *plain.ItemUpdateOne {
			return it.Update().SetAge(it.Age + 1)
		})
	})
}

// storm has b.N pieces of work done by the writers.
func storm(b *testing.B, writers int, work func(context.Context) error) {
	var (
		left atomic.Int64
		wg   sync.WaitGroup
	)
	left.Store(int64(b.N))
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := work(b.Context()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
