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

// stock is how many rows a table holds when a side begins to delete them, and after each time that it has run out. They are
// so few that none of SQLite's checkpoints, of which there is one for each thousand pages, falls to one side alone.
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

// deleteOneByOne deletes rows that are created, and written to their table, while the clock stands still.
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

// settle has what came before leave nothing to do to what is measured next.
func settle(b *testing.B, e *engine) {
	b.Helper()
	runtime.GC()
	if e.dialect == dialect.SQLite {
		_, err := e.db.ExecContext(b.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
		require.NoError(b, err)
	}
}
