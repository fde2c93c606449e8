package databases_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// deadlocked runs write, a batch with a statement each for a, b and c. Once it has written a and waits for b, it
// becomes the victim of a deadlock, because the other transaction has more to lose. That one then commits a and b.
func deadlocked(t *testing.T, theirs session, a, b *ent.User, write func() error) error {
	t.Helper()
	other := theirs.tx(t)
	for i := range 30 {
		_, err := other.User.Create().SetName(fmt.Sprint("more to lose ", i)).Save(t.Context())
		require.NoError(t, err)
	}
	require.NoError(t, other.User.UpdateOneID(b.ID).IgnoreVersion().SetName("theirs").Exec(t.Context()))
	done := make(chan error, 1)
	go func() { done <- write() }()
	awaitLockWait(t, theirs)
	require.NoError(t, other.User.UpdateOneID(a.ID).IgnoreVersion().SetName("theirs").Exec(t.Context()))
	require.NoError(t, other.Commit())
	return <-done
}

// three returns builders of three shapes, so that each gets its own statement.
func three(a, b, c *ent.User) []*ent.UserUpdateOne {
	return []*ent.UserUpdateOne{
		a.Update().SetName("mine"), b.Update().SetName("mine").SetAge(7), c.Update().SetName("mine").SetAge(7).SetEmail("mine"),
	}
}

func TestBatch_DoesNotGoOnAfterADeadlock(t *testing.T) {
	for _, name := range []string{mariadb, mariadbSnapshot} {
		for _, skip := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", skip ", skip), func(t *testing.T) {
				mine, theirs := pairOn(t, name, repeatableRead)
				a, b, c := mine.user(t, "before"), mine.user(t, "before"), mine.user(t, "before")
				var saved []*ent.User
				err := deadlocked(t, theirs, a, b, func() (err error) {
					batch := mine.User.UpdateBulk(three(a, b, c)...)
					if skip {
						batch.SkipModified()
					}
					saved, err = batch.Save(t.Context())
					return err
				})
				var conflicts *entocc.BulkModifiedError
				require.ErrorAs(t, err, &conflicts)
				assert.Len(t, conflicts.Conflicts, 2, "%v", err)
				assert.Equal(t, len(saved), conflicts.Written)
				assert.Equal(t, "theirs", mine.load(t, a.ID).Name)
				assert.Equal(t, "theirs", mine.load(t, b.ID).Name)
				assert.Equal(t, map[bool]string{false: "before", true: "mine"}[skip], mine.load(t, c.ID).Name)
				assert.Len(t, saved, map[bool]int{false: 0, true: 1}[skip])
			})
		}
	}
}

func TestBatch_InTheCallersTxIsOverAfterADeadlock(t *testing.T) {
	mine, theirs := pairOn(t, mariadb, repeatableRead)
	a, b, c := mine.user(t, "before"), mine.user(t, "before"), mine.user(t, "before")
	tx := mine.tx(t)
	err := deadlocked(t, theirs, a, b, func() error {
		builders := three(a, b, c)
		saved, err := tx.User.UpdateBulk(builders...).SkipModified().Save(t.Context())
		assert.Empty(t, saved)
		return err
	})
	assert.True(t, entocc.Classify(err).RolledBack, "%v", err)
	assert.True(t, entocc.IsRetryable(err))
	assertEnded(t, mine, tx)
	assert.Equal(t, "before", mine.load(t, c.ID).Name)
}

// The database reports that the only row has changed, and ends the caller's transaction.
func TestBatch_OneRowThatTheDatabaseRefusesIsTold(t *testing.T) {
	mine, theirs := pairOn(t, mariadbSnapshot, repeatableRead)
	u := mine.user(t, "before")
	tx := mine.tx(t)
	_, err := tx.User.Get(t.Context(), u.ID)
	require.NoError(t, err)
	theirs.overtake(t, u.ID)
	_, err = tx.User.UpdateBulk(tx.User.UpdateOne(u).SetName("mine")).SkipModified().Save(t.Context())
	var typed *ent.UserModifiedError
	require.ErrorAs(t, err, &typed)
	assert.Equal(t, u.ID, typed.ID, "%v", err)
	assert.EqualValues(t, 1, typed.Expected)
	assertEnded(t, mine, tx)
}

// Batches and transactions write to two rows in any order. Each acknowledged write adds one version.
func TestBatch_AcknowledgedWritesAreInTheTable(t *testing.T) {
	for _, name := range []string{mariadb, mariadbSnapshot, galera, galera + ", innodb_snapshot_isolation"} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, repeatableRead)
			ids := []int{mine.user(t, "a").ID, mine.user(t, "b").ID}
			for _, id := range ids {
				awaitUser(t, theirs, id)
			}
			s := &batchStorm{ids: ids, acknowledged: make([]atomic.Int64, len(ids))}
			var wg sync.WaitGroup
			for i := range 6 {
				of := []session{mine, theirs}[i%2]
				wg.Go(func() { s.run(t, of, []func(*testing.T, session){s.batch, s.batch, s.transaction}[i/2]) })
			}
			wg.Wait()
			for i, id := range ids {
				awaitSettled(t, mine, theirs, id)
				assert.Equal(t, s.acknowledged[i].Load(), mine.load(t, id).Version-1, "row %d", i)
			}
			t.Logf("%d batches, %d rows acknowledged", s.batches.Load(), s.acknowledged[0].Load()+s.acknowledged[1].Load())
		})
	}
}

type batchStorm struct {
	ids          []int
	acknowledged []atomic.Int64
	batches      atomic.Int64
}

func (s *batchStorm) run(t *testing.T, of session, write func(*testing.T, session)) {
	for range 120 {
		write(t, of)
	}
}

// batch saves both rows, by one statement or by one each, with or without SkipModified.
func (s *batchStorm) batch(t *testing.T, of session) {
	var builders []*ent.UserUpdateOne
	for _, at := range rand.Perm(len(s.ids)) {
		u, err := of.User.Get(t.Context(), s.ids[at])
		if err != nil {
			return // for example by a node that must end a read
		}
		update := u.Update().SetName("batch")
		if rand.N(2) == 0 {
			update.SetAge(at)
		}
		builders = append(builders, update)
	}
	batch := of.User.UpdateBulk(builders...)
	if rand.N(2) == 0 {
		batch.SkipModified()
	}
	saved, err := batch.Save(t.Context())
	assert.True(t, err == nil || entocc.IsRetryable(err), "%v", err)
	s.batches.Add(1)
	for _, u := range saved {
		s.note(u.ID)
	}
}

func (s *batchStorm) note(id int) {
	for i := range s.ids {
		if s.ids[i] == id {
			s.acknowledged[i].Add(1)
		}
	}
}

// transaction saves both rows in a transaction, and repeats it until it succeeds.
func (s *batchStorm) transaction(t *testing.T, of session) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	order := rand.Perm(len(s.ids))
	err := of.RetryTx(ctx, func(tx *ent.Tx) error {
		for _, at := range order {
			u, err := tx.User.Get(ctx, s.ids[at])
			if err != nil {
				return err
			}
			if err := u.Update().SetName("tx").Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}, entocc.Attempts(5))
	if !assert.True(t, err == nil || entocc.IsRetryable(err), "%v", err) || err != nil {
		return
	}
	for _, id := range s.ids {
		s.note(id)
	}
}
