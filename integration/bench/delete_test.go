package bench_test

import (
	"context"
	"runtime"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
	"github.com/stretchr/testify/require"
)

// stock is how many rows a side gets to delete, and again each time it has run out. They are few enough that none of
// SQLite's checkpoints, one every thousand pages, hits one side only.
const stock = 500

func BenchmarkDeleteOne(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		sides := []func(b *testing.B){
			func(b *testing.B) {
				b.Run("side=entocc", func(b *testing.B) {
					deleteOneByOne(b, e, guardedItems, func(ctx context.Context, it *ent.Item) error {
						return e.guarded.Item.DeleteOne(it).Exec(ctx)
					})
				})
			},
			func(b *testing.B) {
				b.Run("side=ent", func(b *testing.B) {
					deleteOneByOne(b, e, plainItems, func(ctx context.Context, it *plain.Item) error {
						return e.plain.Item.DeleteOne(it).Exec(ctx)
					})
				})
			},
		}
		for round := range *rounds {
			for turn := range sides {
				sides[(round+turn)%len(sides)](b)
			}
		}
	})
}

// deleteOneByOne deletes rows, which it creates while the clock is stopped.
func deleteOneByOne[T any](b *testing.B, e *engine, create func(*testing.B, *engine, int) []T, del func(context.Context, T) error) {
	b.ReportAllocs()
	var items []T
	ctx := context.Background()
	for b.Loop() {
		if len(items) == 0 {
			b.StopTimer()
			items = create(b, e, stock)
			settle(b, e)
			b.StartTimer()
		}
		if err := del(ctx, items[0]); err != nil {
			b.Fatal(err)
		}
		items = items[1:]
	}
	for _, it := range items {
		require.NoError(b, del(ctx, it))
	}
}

// settle finishes the work that earlier statements have left, so that it does not slow down the next measurement.
func settle(b *testing.B, e *engine) {
	b.Helper()
	runtime.GC()
	if e.dialect == dialect.SQLite {
		_, err := e.db.ExecContext(b.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
		require.NoError(b, err)
	}
}
