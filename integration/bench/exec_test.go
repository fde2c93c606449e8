package bench_test

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkExec saves one field of one row, and reads nothing back.
func BenchmarkExec(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		compare(b, e, side{"entocc", execGuarded}, side{"ent", execPlain}, side{"bun", execBun})
	})
}

// execGuarded states the known version of the row.
func execGuarded(b *testing.B, e *engine) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		it := items[i%hot]
		err := e.guarded.Item.UpdateOneID(it.ID).IfVersion(it.Version).SetName(fmt.Sprint("name ", i)).Exec(ctx)
		it.Version++
		return err
	}
}

func execPlain(b *testing.B, e *engine) func(context.Context, int) error {
	items := plainItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		return e.plain.Item.UpdateOneID(items[i%hot].ID).SetName(fmt.Sprint("name ", i)).Exec(ctx)
	}
}
