package suite

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func modifyScenarios() []scenario {
	return []scenario{
		{name: "Modify/SavesWhatFnChanges", run: modifySavesWhatFnChanges},
		{name: "Modify/LoadsAgainAfterAConflict", run: modifyLoadsAgainAfterAConflict},
		{name: "Modify/ErrorOfFnComesBackAtOnce", run: modifyErrorOfFnComesBackAtOnce},
		{name: "Modify/GivesUpWithTheLastConflict", run: modifyGivesUpWithTheLastConflict},
		{name: "Modify/MissingRowIsNotFound", run: modifyMissingRowIsNotFound},
		{name: "Modify/IsRefusedInsideATransaction", run: modifyIsRefusedInsideATransaction},
		{name: "Modify/SixteenWritersLoseNothing", run: modifySixteenWritersLoseNothing},
	}
}

func modifySavesWhatFnChanges(s *Scene) {
	u := s.user("before")
	got, err := s.Client.User.Modify(s.ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
		up.SetName(u.Name + " and after")
		return nil
	})
	require.NoError(s, err)
	assert.Equal(s, "before and after", got.Name)
	assert.EqualValues(s, 2, got.Version)
}

func modifyLoadsAgainAfterAConflict(s *Scene) {
	u := s.user("before")
	calls := 0
	got, err := s.Client.User.Modify(s.ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
		if calls++; calls < 3 {
			s.bumpUser(u.ID)
		}
		up.SetAge(u.Age * 10)
		return nil
	}, entocc.Backoff(time.Microsecond, time.Millisecond))
	require.NoError(s, err)
	assert.Equal(s, 3, calls)
	assert.Equal(s, 20, got.Age, "the third attempt saw both other writers")
}

func modifyErrorOfFnComesBackAtOnce(s *Scene) {
	u := s.user("before")
	mine := errors.New("no")
	calls := 0
	_, err := s.Client.User.Modify(s.ctx, u.ID, func(*ent.User, *ent.UserUpdateOne) error { calls++; return mine })
	assert.ErrorIs(s, err, mine)
	_, err = s.Client.User.Modify(s.ctx, u.ID, func(_ *ent.User, up *ent.UserUpdateOne) error { calls++; up.SetName(""); return nil })
	assert.True(s, ent.IsValidationError(err), "%v", err)
	assert.Equal(s, 2, calls)
}

func modifyGivesUpWithTheLastConflict(s *Scene) {
	u := s.user("before")
	calls := 0
	_, err := s.Client.User.Modify(s.ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
		calls++
		s.bumpUser(u.ID)
		up.SetName("mine")
		return nil
	}, entocc.Attempts(2), entocc.Backoff(time.Microsecond, time.Millisecond))
	assert.Equal(s, 2, calls)
	var gaveUp *entocc.RetryError
	require.ErrorAs(s, err, &gaveUp)
	assert.Equal(s, 2, gaveUp.Attempts)
	assert.True(s, ent.IsRecordModified(err) || entocc.IsRetryable(err), "%v", err)
}

func modifyMissingRowIsNotFound(s *Scene) {
	_, err := s.Client.User.Modify(s.ctx, -1, func(*ent.User, *ent.UserUpdateOne) error { return nil })
	assert.True(s, ent.IsNotFound(err), "%v", err)
	assert.False(s, ent.IsRecordModified(err), "%v", err)
}

func modifyIsRefusedInsideATransaction(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	called := false
	_, err := tx.User.Modify(s.ctx, u.ID, func(*ent.User, *ent.UserUpdateOne) error { called = true; return nil })
	assert.ErrorContains(s, err, "RetryTx")
	assert.False(s, called)
	assert.ErrorContains(s, tx.Client().RetryTx(s.ctx, func(*ent.Tx) error { called = true; return nil }), "inside a transaction")
	assert.False(s, called)
}

func modifySixteenWritersLoseNothing(s *Scene) {
	const writers, rounds = 16, 3
	u := s.user("before")
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		errs   []error
		modify = func(ctx context.Context) error {
			_, err := s.Client.User.Modify(ctx, u.ID, func(u *ent.User, up *ent.UserUpdateOne) error {
				up.SetAge(u.Age + 1)
				return nil
			}, entocc.Attempts(0))
			return err
		}
	)
	for range writers {
		wg.Go(func() {
			for range rounds {
				if err := modify(s.ctx); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	require.Empty(s, errs)
	got := s.load(u.ID)
	assert.Equal(s, writers*rounds, got.Age)
	assert.EqualValues(s, writers*rounds+1, got.Version)
}
