package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
)

// BenchmarkContention lets many writers load, change and save rows: one row that all want, or a thousand at random. The
// other side locks rows beforehand; SQLite locks the database. An iteration is one successful save.
func BenchmarkContention(b *testing.B) {
	onEngines(b, func(b *testing.B, e *engine) {
		for _, rows := range []int{1, 1000} {
			locking := contender{"forupdate", lockRow(b, e, rows)}
			if e.dialect == dialect.SQLite {
				locking = contender{"immediate", lockDatabase(b, e, rows)}
			}
			contenders := [...]contender{{"entocc", modifyRow(b, e, rows)}, locking}
			for _, writers := range []int{1, 4, 16, 64} {
				b.Run(fmt.Sprintf("rows=%d/writers=%d", rows, writers), func(b *testing.B) {
					for round := range *rounds {
						for turn := range contenders {
							c := contenders[(round+turn)%len(contenders)]
							b.Run("side="+c.name, func(b *testing.B) { storm(b, writers, c.work) })
						}
					}
				})
			}
		}
	})
}

// contender is a way to load, change and save one of several rows.
type contender struct {
	name string
	work func(context.Context) error
}

// modifyRow is the generated Modify.
func modifyRow(b *testing.B, e *engine, rows int) func(context.Context) error {
	items := guardedItems(b, e, rows)
	return func(ctx context.Context) error {
		_, err := e.guarded.Item.Modify(ctx, items[rand.IntN(rows)].ID, func(it *ent.Item, update *ent.ItemUpdateOne) error {
			update.SetAge(it.Age + 1)
			return nil
		}, entocc.Attempts(0))
		return err
	}
}

// lockRow locks the row before it writes it.
func lockRow(b *testing.B, e *engine, rows int) func(context.Context) error {
	items := plainItems(b, e, rows)
	return func(ctx context.Context) error {
		return lockAndSave(ctx, e, items[rand.IntN(rows)].ID, func(it *plain.Item) *plain.ItemUpdateOne {
			return it.Update().SetAge(it.Age + 1)
		})
	}
}

// lockDatabase begins the only writing transaction with BEGIN IMMEDIATE. It has its own pool, because this is a setting of the connection.
func lockDatabase(b *testing.B, e *engine, rows int) func(context.Context) error {
	items := plainItems(b, e, rows)
	locking := *e
	locking.dsn += "&_txlock=immediate"
	open(b, &locking)
	return func(ctx context.Context) error {
		tx, err := locking.plain.Tx(ctx)
		if err != nil {
			return err
		}
		it, err := tx.Item.Get(ctx, items[rand.IntN(rows)].ID)
		if err == nil {
			err = it.Update().SetAge(it.Age + 1).Exec(ctx)
		}
		if err != nil {
			_ = tx.Rollback()
			return err
		}
		return tx.Commit()
	}
}

// storm lets the writers work until b.N pieces of work are done. The clock starts when each could have done one, so
// that they do not all begin at the same row version. It stops with the last of the b.N, not when those that are still
// waiting are done.
func storm(b *testing.B, writers int, work func(context.Context) error) {
	var (
		done         atomic.Int64
		wg           sync.WaitGroup
		begun, ended = make(chan struct{}), make(chan struct{})
	)
	last := int64(writers + b.N)
	for range writers {
		wg.Go(func() {
			for done.Load() < last {
				if err := work(context.Background()); err != nil {
					b.Error(err)
				}
				switch done.Add(1) {
				case int64(writers):
					close(begun)
				case last:
					close(ended)
				}
			}
		})
	}
	<-begun
	b.ResetTimer()
	<-ended
	b.StopTimer()
	wg.Wait()
}
