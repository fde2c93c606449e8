package bench_test

import (
	"context"
	"testing"

	"github.com/entocc/entocc/integration/bench/guarded/ent"
	"github.com/entocc/entocc/mixin"
	"github.com/stretchr/testify/require"
)

// BenchmarkGuard measures the hook without a database.
func BenchmarkGuard(b *testing.B) {
	client := ent.NewClient()
	m := client.Item.UpdateOne(&ent.Item{ID: 1, Version: 1}).SetName("name").Mutation()
	next := ent.MutateFunc(func(context.Context, ent.Mutation) (ent.Value, error) { return nil, nil })
	guard := mixin.Version{}.Hooks()[0](next)
	b.Run("side=entocc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := guard.Mutate(b.Context(), m)
			require.NoError(b, err)
		}
	})
}
