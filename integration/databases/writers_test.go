package databases_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/ent"
)

const (
	writers  = 16
	attempts = 12
)

// outcome counts the outcomes of saves. A conflict says that the row was modified, a retry says nothing about the row.
type outcome struct{ saved, conflicts, retries atomic.Int64 }

// saver loads a row, increments it, and saves it.
type saver func(context.Context, session, int) error

func TestWriters_EverySuccessIsInTheRow(t *testing.T) {
	for _, db := range databases.All() {
		t.Run(db.String(), func(t *testing.T) {
			mine, theirs := pair(t, db)
			t.Run("alone", func(t *testing.T) { assertNothingLost(t, mine, theirs, saveAlone) })
			t.Run("in a transaction", func(t *testing.T) { assertNothingLost(t, mine, theirs, saveInTx) })
		})
	}
}

func saveAlone(ctx context.Context, s session, id int) error {
	u, err := s.User.Get(ctx, id)
	if err != nil {
		return err
	}
	return u.Update().SetAge(u.Age + 1).Exec(ctx)
}

func saveInTx(ctx context.Context, s session, id int) error {
	tx, err := s.Tx(ctx)
	if err != nil {
		return err
	}
	u, err := tx.User.Get(ctx, id)
	if err == nil {
		err = u.Update().SetAge(u.Age + 1).Exec(ctx)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// assertNothingLost lets writers collide on one row, half of them in each session.
func assertNothingLost(t *testing.T, mine, theirs session, save saver) {
	t.Helper()
	u := mine.user(t, "counted")
	awaitUser(t, theirs, u.ID)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var (
		got  outcome
		done sync.WaitGroup
	)
	for i := range writers {
		done.Go(func() {
			s := [...]session{mine, theirs}[i%2]
			for range attempts {
				got.note(t, save(ctx, s, u.ID))
			}
		})
	}
	done.Wait()
	awaitSettled(t, mine, theirs, u.ID)

	row := mine.load(t, u.ID)
	t.Logf("%d saved, %d conflicts, %d to be retried", got.saved.Load(), got.conflicts.Load(), got.retries.Load())
	assert.Positive(t, got.saved.Load())
	assert.Equal(t, got.saved.Load(), row.Version-1, "versions gained")
	assert.EqualValues(t, got.saved.Load(), row.Age, "counted")
}

func (o *outcome) note(t *testing.T, err error) {
	switch {
	case err == nil:
		o.saved.Add(1)
	case ent.IsRecordModified(err):
		o.conflicts.Add(1)
	default:
		assert.True(t, entocc.IsRetryable(err), "neither a conflict nor retryable: %v", err)
		o.retries.Add(1)
	}
}

// awaitUser waits until the session sees the User.
func awaitUser(t *testing.T, s session, id int) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := s.User.Get(t.Context(), id)
		return err == nil
	}, time.Minute, time.Millisecond)
}

// awaitSettled waits until both sessions see the same version.
func awaitSettled(t *testing.T, mine, theirs session, id int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return mine.load(t, id).Version == theirs.load(t, id).Version
	}, time.Minute, time.Millisecond)
}
