package bench_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
	guardeditem "github.com/entocc/entocc/integration/bench/guarded/ent/item"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
	"github.com/entocc/entocc/integration/bench/plain/ent/handmade"
)

// BenchmarkSetBased compares the call in ent's documentation with the same call and IfVersion. The predicates of the
// last side do not have the primary key.
func BenchmarkSetBased(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		compare(b, e, side{"entocc", setBasedByID}, side{"ent", setBasedDocumented}, side{"entocc-by-field", setBasedByField})
	})
}

// setBasedByID states the known version of the row.
func setBasedByID(b *testing.B, e *engine) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		it := items[i%hot]
		n, err := e.guarded.Item.Update().Where(guardeditem.ID(it.ID)).IfVersion(it.Version).SetName(fmt.Sprint("name ", i)).Save(ctx)
		it.Version++
		return oneOf(n, err)
	}
}

// setBasedByField finds the row by its name, which it changes. No index helps.
func setBasedByField(b *testing.B, e *engine) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		it := items[i%hot]
		name := fmt.Sprint("name of ", it.ID)
		if it.Version == 1 {
			name = it.Name
		}
		n, err := e.guarded.Item.Update().Where(guardeditem.Name(name), guardeditem.IDGTE(items[0].ID)).IfVersion(it.Version).
			SetName(fmt.Sprint("name of ", it.ID)).Save(ctx)
		it.Version++
		return oneOf(n, err)
	}
}

// setBasedDocumented is what ent's documentation shows: the version among the predicates, and a check of the number of rows.
func setBasedDocumented(b *testing.B, e *engine) func(context.Context, int) error {
	items := createMany(b, hot, func(i int) *plain.HandmadeCreate {
		return e.plain.Handmade.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*plain.HandmadeCreate) ([]*plain.Handmade, error) {
		return e.plain.Handmade.CreateBulk(builders...).Save(b.Context())
	})
	return func(ctx context.Context, i int) error {
		it := items[i%hot]
		err := documented(ctx, e.plain, it.ID, it.Version, fmt.Sprint("name ", i))
		it.Version++
		return err
	}
}

// documented is the "before" of docs/setbased.md.
func documented(ctx context.Context, client *plain.Client, id int, seen int64, name string) error {
	n, err := client.Handmade.Update().
		Where(handmade.ID(id), handmade.Version(seen)).
		SetVersion(seen + 1).
		SetName(name).
		Save(ctx)
	if err == nil && n != 1 {
		err = errors.New("somebody else was faster, or the row is gone")
	}
	return err
}

func oneOf(n int, err error) error {
	if err == nil && n != 1 {
		return fmt.Errorf("%d rows", n)
	}
	return err
}

// BenchmarkReport compares a save by a client in report mode with a save by one that is not.
func BenchmarkReport(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		compare(b, e, side{"entocc", saveReporting}, side{"enforcing", saveGuarded})
	})
}

func saveReporting(b *testing.B, e *engine) func(context.Context, int) error {
	client := ent.NewClient(ent.Driver(entsql.OpenDB(e.dialect, e.db)))
	client.Use(hook.Report(func(context.Context, hook.Event) { b.Error("there is nothing to report") }))
	items := guardedItems(b, e, hot)
	for i, it := range items {
		items[i] = client.Item.GetX(b.Context(), it.ID)
	}
	return func(ctx context.Context, i int) (err error) {
		items[i%hot], err = items[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}

func BenchmarkReportedWrite(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		compare(b, e, side{"entocc", saveReported}, side{"ignoring", saveIgnoring})
	})
}

// saveReported writes by ID, so that each write is an event.
func saveReported(b *testing.B, e *engine) func(context.Context, int) error {
	client := ent.NewClient(ent.Driver(entsql.OpenDB(e.dialect, e.db)))
	client.Use(hook.Report(new(hook.Tally).Report))
	return saveByID(b, e, func(id int) *ent.ItemUpdateOne { return client.Item.UpdateOneID(id) })
}

func saveIgnoring(b *testing.B, e *engine) func(context.Context, int) error {
	return saveByID(b, e, func(id int) *ent.ItemUpdateOne { return e.guarded.Item.UpdateOneID(id).IgnoreVersion() })
}

func saveByID(b *testing.B, e *engine, update func(id int) *ent.ItemUpdateOne) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		return update(items[i%hot].ID).SetName(fmt.Sprint("name ", i)).Exec(ctx)
	}
}
