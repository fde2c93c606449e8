package system_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/integration/system/ent"
	"github.com/entocc/entocc/occhttp"
)

// An entity tag carries the version to an API client and back.
func TestSystem_EntityTags(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		tag := do[occhttp.ETag](s)(occhttp.Tag(a)).String()
		put := func(name string) error {
			r := httptest.NewRequestWithContext(s.ctx, http.MethodPut, "/", nil)
			r.Header.Set("If-Match", tag)
			return s.client.Account.UpdateOneID(a.ID).IfMatch(occhttp.IfMatch(r)).SetName(name).Exec(s.ctx)
		}
		require.NoError(s, put("first"))
		s.conflict(put("second"))
		assert.Equal(s, "first", s.load(a.ID).Name)
	})
}

// A resolver merges what does not clash, in a second statement that is guarded by the version that it has read.
func TestSystem_Merge(t *testing.T) {
	each(t, func(s *scene) {
		if s.conn.Traits.ConflictEndsTx {
			return
		}
		s.client.Account.Use(hook.OnModified(hook.Merge()))
		mine := s.load(s.account("before").ID)
		s.psql("UPDATE accounts SET age = 5 WHERE id = $1", mine.ID)
		merged := s.saved(mine.Update().SetName("mine"))
		assert.Equal(s, "mine", merged.Name)
		assert.Equal(s, 5, merged.Age)
		assert.Equal(s, s.xmin(mine.ID), merged.Version)
		s.psql("UPDATE accounts SET name = 'theirs' WHERE id = $1", mine.ID)
		s.conflict(merged.Update().SetName("mine again").Exec(s.ctx))
	})
}

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
