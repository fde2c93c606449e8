package system_test

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/system/ent"
)

// Transactions that save a row twice, and writers that bypass ent: each committed increment is in the row.
func TestSystem_NoUpdateIsLostInTransactions(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("counted")
		const writers, times = 6, 8
		twice := func(tx *ent.Tx) error {
			for range 2 {
				now, err := tx.Account.Get(s.ctx, a.ID)
				if err != nil {
					return err
				}
				if now, err = tx.Account.UpdateOne(now).SetAge(now.Age + 1).Save(s.ctx); err != nil {
					return err
				}
				if err := tx.Account.UpdateOne(now).SetAge(now.Age + 1).Exec(s.ctx); err != nil {
					return err
				}
				if err := tx.Account.UpdateOne(now).SetAge(-1).Exec(s.ctx); !ent.IsRecordModified(err) {
					return assert.AnError
				}
			}
			return nil
		}
		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				for n := 0; n < times; {
					var err error
					switch i % 3 {
					case 0: // psql, which increments in the statement.
						_, err = s.db.ExecContext(s.ctx, "UPDATE accounts SET age = age + 4 WHERE id = $1", a.ID)
					default:
						err = within(s.ctx, []*ent.Client{s.client, s.other}[i%2], twice)
					}
					switch {
					case err == nil:
						n++
					case !entocc.IsRetryable(err) && !entocc.Classify(err).Retryable():
						assert.NoError(s, err)
						return
					}
				}
			})
		}
		wait.Wait()
		assert.Equal(s, writers*times*4, s.load(a.ID).Age)
	})
}

// within runs work in a transaction.
func within(ctx context.Context, client *ent.Client, work func(*ent.Tx) error) error {
	tx, err := client.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
