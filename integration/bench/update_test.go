package bench_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"testing"

	"github.com/entocc/entocc/integration/bench/guarded/ent"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
	"github.com/entocc/entocc/integration/bench/plain/ent/item"
	"github.com/stretchr/testify/require"
)

// hot is the number of rows that benchmarks of single saves cycle through.
const hot = 100

// side is one side of a comparison: a name, and a function that prepares the measured work.
type side struct {
	name  string
	ready func(b *testing.B, e *engine) func(ctx context.Context, i int) error
}

// rounds is how often the sides of a comparison take turns. On a shared machine, sides are only comparable if they are
// measured at the same time.
var rounds = flag.Int("rounds", 1, "how often the sides of a comparison take turns")

// compare measures the sides of a comparison in turns.
func compare(b *testing.B, e *engine, sides ...side) {
	b.Helper()
	parent := b
	works, runs := make([]func(context.Context, int) error, len(sides)), make([]int, len(sides))
	for round := range *rounds {
		for turn := range sides {
			k := (round + turn) % len(sides)
			s := sides[k]
			b.Run("side="+s.name, func(b *testing.B) {
				b.ReportAllocs()
				if works[k] == nil {
					works[k] = s.ready(parent, e)
				}
				ctx := context.Background()
				for b.Loop() {
					if err := works[k](ctx, runs[k]); err != nil {
						b.Fatal(err)
					}
					runs[k]++
				}
			})
		}
	}
}

func BenchmarkUpdateOne(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		sides := []side{
			{"entocc", saveGuarded},
			{"ent", savePlain},
			{"raw", saveRaw},
			{"handmade", saveHandmade},
			{"gorm", saveGorm},
			{"bun", saveBun},
		}
		if e.postgres() || !e.returns() {
			sides = append(sides, side{"forupdate", saveForUpdate})
		}
		compare(b, e, sides...)
	})
}

func guardedItems(b *testing.B, e *engine, n int) []*ent.Item {
	b.Helper()
	return createMany(b, n, func(i int) *ent.ItemCreate {
		return e.guarded.Item.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*ent.ItemCreate) ([]*ent.Item, error) {
		return e.guarded.Item.CreateBulk(builders...).Save(b.Context())
	})
}

func plainItems(b *testing.B, e *engine, n int) []*plain.Item {
	b.Helper()
	return createMany(b, n, func(i int) *plain.ItemCreate {
		return e.plain.Item.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*plain.ItemCreate) ([]*plain.Item, error) {
		return e.plain.Item.CreateBulk(builders...).Save(b.Context())
	})
}

// createMany creates n rows, a thousand at a time.
func createMany[B, T any](b *testing.B, n int, build func(i int) B, save func([]B) ([]T, error)) []T {
	b.Helper()
	var all []T
	for len(all) < n {
		var builders []B
		for i := len(all); i < n && len(builders) < 1000; i++ {
			builders = append(builders, build(i))
		}
		created, err := save(builders)
		require.NoError(b, err)
		all = append(all, created...)
	}
	return all
}

func saveGuarded(b *testing.B, e *engine) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	return func(ctx context.Context, i int) (err error) {
		items[i%hot], err = items[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}

func savePlain(b *testing.B, e *engine) func(context.Context, int) error {
	items := plainItems(b, e, hot)
	return func(ctx context.Context, i int) (err error) {
		items[i%hot], err = items[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}

// saveRaw is a hand-written guarded UPDATE .. RETURNING; on MariaDB UPDATE and SELECT in a transaction.
func saveRaw(b *testing.B, e *engine) func(context.Context, int) error {
	items := guardedItems(b, e, hot)
	const columns = "id, name, age, email, note, created_at, version"
	scan := func(row interface{ Scan(...any) error }, it *ent.Item) error {
		var email, note sql.NullString
		err := row.Scan(&it.ID, &it.Name, &it.Age, &email, &note, &it.CreatedAt, &it.Version)
		it.Email, it.Note = email.String, note.String
		return err
	}
	if e.returns() {
		query := "UPDATE guarded_items SET name = $1, version = $2 WHERE id = $3 AND version = $4 RETURNING " + columns
		return func(ctx context.Context, i int) error {
			it := items[i%hot]
			saved := &ent.Item{}
			items[i%hot] = saved
			return readRow(ctx, e, query, []any{fmt.Sprint("name ", i), it.Version + 1, it.ID, it.Version}, func(rows *sql.Rows) error {
				return scan(rows, saved)
			})
		}
	}
	return func(ctx context.Context, i int) error {
		it := items[i%hot]
		tx, err := e.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		res, err := tx.ExecContext(ctx, "UPDATE guarded_items SET name = ?, version = ? WHERE id = ? AND version = ?", fmt.Sprint("name ", i), it.Version+1, it.ID, it.Version)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("%d rows, %w", n, err)
		}
		saved := &ent.Item{}
		items[i%hot] = saved
		if err := scan(tx.QueryRowContext(ctx, "SELECT "+columns+" FROM guarded_items WHERE id = ?", it.ID), saved); err != nil {
			return err
		}
		return tx.Commit()
	}
}

// readRow reads one row and then on to the end of the rows, which RETURNING needs: SQLite commits at the last step. A
// QueryRow, which stops at the first row, would leave SQLite's checkpoints to the other sides.
func readRow(ctx context.Context, e *engine, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := e.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		n++
		if err := scan(rows); err != nil {
			return err
		}
	}
	if n != 1 {
		return fmt.Errorf("%d rows, %w", n, rows.Err())
	}
	return rows.Err()
}

// saveHandmade is the save in ent's documentation.
func saveHandmade(b *testing.B, e *engine) func(context.Context, int) error {
	items := createMany(b, hot, func(i int) *plain.HandmadeCreate {
		return e.plain.Handmade.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org")
	}, func(builders []*plain.HandmadeCreate) ([]*plain.Handmade, error) {
		return e.plain.Handmade.CreateBulk(builders...).Save(b.Context())
	})
	return func(ctx context.Context, i int) (err error) {
		items[i%hot], err = items[i%hot].Update().SetName(fmt.Sprint("name ", i)).Save(ctx)
		return err
	}
}

// saveForUpdate locks the row before it writes it.
func saveForUpdate(b *testing.B, e *engine) func(context.Context, int) error {
	items := plainItems(b, e, hot)
	return func(ctx context.Context, i int) error {
		return lockAndSave(ctx, e, items[i%hot].ID, func(it *plain.Item) *plain.ItemUpdateOne {
			return it.Update().SetName(fmt.Sprint("name ", i))
		})
	}
}

func lockAndSave(ctx context.Context, e *engine, id int, change func(*plain.Item) *plain.ItemUpdateOne) error {
	tx, err := e.plain.Tx(ctx)
	if err != nil {
		return err
	}
	it, err := tx.Item.Query().Where(item.ID(id)).ForUpdate().Only(ctx)
	if err == nil {
		_, err = change(it).Save(ctx)
	}
	if err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
