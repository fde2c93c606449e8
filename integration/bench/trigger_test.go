package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/bench/guarded/ent"
	"github.com/entocc/entocc/trigger"
)

// BenchmarkTrigger compares saves of rows whose version a trigger bumps with saves of rows that have a mixin.Version and no trigger.
func BenchmarkTrigger(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		triggers, err := trigger.New(e.dialect, ent.VersionedTables(), trigger.For("Gauge"))
		require.NoError(b, err)
		require.NoError(b, triggers.Create(b.Context(), e.db))
		compare(b, e, side{"entocc", saveTriggered}, side{"version", saveGuarded})
	})
}

func saveTriggered(b *testing.B, e *engine) func(context.Context, int) error {
	b.Helper()
	gauges := createMany(b, hot, func(i int) *ent.GaugeCreate {
		return e.guarded.Gauge.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*ent.GaugeCreate) ([]*ent.Gauge, error) {
		return e.guarded.Gauge.CreateBulk(builders...).Save(b.Context())
	})
	return func(ctx context.Context, i int) (err error) {
		gauges[i%hot], err = gauges[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}
