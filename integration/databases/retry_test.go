package databases_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/ent"
)

// quickly makes a retry not wait.
func quickly() entocc.RetryOption { return entocc.Backoff(0, 0) }

// Two doctors are on call, and each goes home if the other stays. Each transaction writes a row that the other one only
// reads. Only the database notices, and it does so at the commit.
func TestRetryTx_RunsAgainAfterACommitThatFailed(t *testing.T) {
	for _, name := range []string{"PostgreSQL, lib/pq", postgres} {
		t.Run(name, func(t *testing.T) {
			mine, theirs := pairOn(t, name, serializable)
			a, b := mine.user(t, "a"), mine.user(t, "b")
			var failed []error
			err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
				if err := goHome(t.Context(), tx, a.ID, b.ID); err != nil {
					return err
				}
				if len(failed) > 0 {
					return nil
				}
				return theirs.RetryTx(t.Context(), func(tx *ent.Tx) error { return goHome(t.Context(), tx, b.ID, a.ID) }, quickly())
			}, quickly(), entocc.OnRetry(func(_ int, err error, _ time.Duration) { failed = append(failed, err) }))
			require.NoError(t, err)

			require.Len(t, failed, 1)
			assert.Equal(t, entocc.KindSerialization, entocc.Classify(failed[0]).Kind, "%v", failed[0])
			assert.False(t, ent.IsRecordModified(failed[0]), "%v", failed[0])
			assert.Equal(t, 0, mine.load(t, a.ID).Age, "the second attempt saw that the other had gone home")
			assert.Equal(t, 1, mine.load(t, b.ID).Age)
		})
	}
}

// goHome sets the age of one User, if that of the other is 0.
func goHome(ctx context.Context, tx *ent.Tx, id, other int) error {
	o, err := tx.User.Get(ctx, other)
	if err != nil || o.Age > 0 {
		return err
	}
	u, err := tx.User.Get(ctx, id)
	if err != nil {
		return err
	}
	return u.Update().SetAge(1).Exec(ctx)
}

func TestRetryTx_RunsAgainAfterAnotherNodeWon(t *testing.T) {
	for _, level := range []string{readCommitted, repeatableRead, serializable} {
		t.Run(level, func(t *testing.T) {
			mine, theirs := pairOn(t, galera, level)
			id := mine.user(t, "before").ID
			tries := 0
			err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
				tries++
				u, err := tx.User.Get(t.Context(), id)
				if err != nil {
					return err
				}
				if err := u.Update().AddAge(1).Exec(t.Context()); err != nil {
					return err
				}
				if tries == 1 {
					theirs.overtake(t, id) // shows at the commit
				}
				return nil
			}, quickly())
			require.NoError(t, err)
			assert.Equal(t, 2, tries)
			got := mine.load(t, id)
			assert.Equal(t, "theirs", got.Name)
			assert.Equal(t, 1, got.Age)
			assert.EqualValues(t, 3, got.Version)
		})
	}
}

func TestRetryTx_RunsAgainAfterAConflict(t *testing.T) {
	for _, db := range append(databases.Postgres(), databases.MariaDB()...) {
		if db.Level == serializable && strings.HasPrefix(db.Name, mariadb) {
			continue // nobody can overtake a transaction that has read the row
		}
		t.Run(db.String(), func(t *testing.T) {
			mine, theirs := pair(t, db)
			id := mine.user(t, "before").ID
			tries := 0
			err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
				tries++
				u, err := tx.User.Get(t.Context(), id)
				if err != nil {
					return err
				}
				if tries == 1 {
					theirs.overtake(t, id)
				}
				return u.Update().AddAge(1).Exec(t.Context())
			}, quickly())
			require.NoError(t, err)
			assert.Equal(t, 2, tries)
			assert.Equal(t, 1, mine.load(t, id).Age)
		})
	}
}

func TestRetryTx_UsesTheIsolationLevelOnEveryAttempt(t *testing.T) {
	mine, _ := pairOn(t, postgres, readCommitted)
	id := mine.user(t, "before").ID
	tries := 0
	err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
		tries++
		u, err := tx.User.Get(t.Context(), id)
		if err != nil {
			return err
		}
		if tries < 3 {
			mine.overtake(t, id)
		}
		err = u.Update().AddAge(1).Exec(t.Context())
		if tries < 3 {
			assert.Equal(t, entocc.KindModified, entocc.Classify(err).Kind, "only a snapshot answers 40001: %v", err)
		}
		return err
	}, quickly(), entocc.TxOptions(&stdsql.TxOptions{Isolation: stdsql.LevelRepeatableRead}))
	require.NoError(t, err)
	assert.Equal(t, 3, tries)
}

func TestRetryTx_ErrorThatNoAttemptMendsComesBackAtOnce(t *testing.T) {
	mine, _ := pairOn(t, sqliteWAL, sqliteDeferred)
	tries := 0
	err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
		tries++
		return tx.User.Create().SetName("").Exec(t.Context())
	}, quickly())
	assert.True(t, ent.IsValidationError(err), "%v", err)
	assert.Equal(t, 1, tries)
}

func TestRetryTx_GivesUpWithTheLastErrorWrapped(t *testing.T) {
	mine, theirs := pairOn(t, postgres, repeatableRead)
	id := mine.user(t, "before").ID
	err := mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
		u, err := tx.User.Get(t.Context(), id)
		if err != nil {
			return err
		}
		theirs.overtake(t, id)
		return u.Update().SetName("mine").Exec(t.Context())
	}, quickly(), entocc.Attempts(3))
	var gaveUp *entocc.RetryError
	require.ErrorAs(t, err, &gaveUp)
	assert.Equal(t, 3, gaveUp.Attempts)
	var modified *ent.UserModifiedError
	require.ErrorAs(t, err, &modified)
	assert.EqualValues(t, 3, modified.Expected, "the conflict of the last attempt")
}

func TestRetryTx_IsRefusedInATransaction(t *testing.T) {
	mine, _ := pairOn(t, sqliteWAL, sqliteDeferred)
	tx := mine.tx(t)
	never := func(*ent.Tx) error { t.Error("was run"); return nil }
	require.ErrorContains(t, tx.Client().RetryTx(t.Context(), never), "inside a transaction")
	ctx := ent.NewTxContext(t.Context(), tx)
	require.ErrorContains(t, mine.RetryTx(ctx, never), "inside a transaction")
}

func TestRetry_InsideOneTransactionIsRefused(t *testing.T) {
	mine, theirs := pairOn(t, mariadb, repeatableRead)
	id := mine.user(t, "before").ID
	tx := mine.tx(t)
	_, err := tx.User.Get(t.Context(), id)
	require.NoError(t, err)
	theirs.overtake(t, id)
	tries := 0
	err = entocc.Retry(t.Context(), func(ctx context.Context) error {
		tries++
		u, err := tx.User.Get(ctx, id) // always from the snapshot
		if err != nil {
			return err
		}
		return u.Update().SetName("mine").Exec(ctx)
	}, quickly())
	require.ErrorContains(t, err, "client.RetryTx")
	assert.True(t, ent.IsRecordModified(err), "%v", err)
	assert.Equal(t, 2, tries)
}

func TestRetryTx_PanicRollsBack(t *testing.T) {
	mine, _ := pairOn(t, sqliteWAL, "immediate")
	assert.PanicsWithValue(t, "boom", func() {
		_ = mine.RetryTx(t.Context(), func(tx *ent.Tx) error {
			tx.User.Create().SetName("undone").ExecX(t.Context())
			panic("boom")
		})
	})
	n, err := mine.User.Query().Count(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n)
	mine.user(t, "the lock is free")
}

func TestRetryTx_EndsWithTheContext(t *testing.T) {
	mine, theirs := pairOn(t, postgres, repeatableRead)
	id := mine.user(t, "before").ID
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("shutting down")
	err := mine.RetryTx(ctx, func(tx *ent.Tx) error {
		u, err := tx.User.Get(t.Context(), id)
		if err != nil {
			return err
		}
		theirs.overtake(t, id)
		return u.Update().SetName("mine").Exec(t.Context())
	}, entocc.Attempts(0), entocc.Backoff(time.Hour, time.Hour), entocc.OnRetry(func(int, error, time.Duration) { cancel(stop) }))
	require.ErrorIs(t, err, stop)
	assert.True(t, ent.IsRecordModified(err), "it wraps the last error too: %v", err)
}
