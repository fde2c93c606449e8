package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/entocc/entocc/integration/bench/guarded/ent"
)

// BenchmarkValues compares the save of a row that is guarded by its values with ent's, and with that of one that has a version.
func BenchmarkValues(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		compare(b, e, side{"entocc", saveValues}, side{"ent", savePlain}, side{"version", saveGuarded})
	})
}

func saveValues(b *testing.B, e *engine) func(context.Context, int) error {
	b.Helper()
	sheets := createMany(b, hot, func(i int) *ent.SheetCreate {
		return e.guarded.Sheet.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*ent.SheetCreate) ([]*ent.Sheet, error) {
		return e.guarded.Sheet.CreateBulk(builders...).Save(b.Context())
	})
	return func(ctx context.Context, i int) (err error) {
		sheets[i%hot], err = sheets[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}
