package suite

import (
	"context"
	stdsql "database/sql"
	"sync"
	"sync/atomic"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func concurrencyScenarios() []scenario {
	return []scenario{
		{name: "Concurrency/RacersHaveOneWinner", run: racersHaveOneWinner},
		{name: "Concurrency/DeletersHaveOneWinner", run: deletersHaveOneWinner},
		{name: "Concurrency/EveryIncrementIsKept", run: everyIncrementIsKept},
		{name: "Concurrency/WritersLoseNothing", run: writersLoseNothing(loadChangeSave)},
		{name: "Concurrency/WritersInTransactionsLoseNothing", run: writersLoseNothing(loadChangeSaveInTx)},
		{name: "Concurrency/WritersByIDLoseNothing", run: writersLoseNothing(loadChangeSaveByID)},
		{name: "Concurrency/WritersOfEdgesLoseNothing", run: writersLoseNothing(loadChangeSaveEdges)},
		{name: "Concurrency/SwitchOfOneGoroutineIsItsOwn", run: switchOfOneGoroutineIsItsOwn, left: forgets},
	}
}

// together runs work in n goroutines, which start when the last one is ready.
func together(n int, work func(i int)) {
	var ready, finished sync.WaitGroup
	ready.Add(n)
	for i := range n {
		finished.Go(func() {
			ready.Done()
			ready.Wait()
			work(i)
		})
	}
	finished.Wait()
}

// busy reports whether err says nothing about the row, so the same statement may be sent again.
func busy(err error) bool {
	return err != nil && !entocc.IsRecordModified(err) && entocc.IsRetryable(err)
}

func racersHaveOneWinner(s *Scene) {
	u := s.user("start")
	var won, lost atomic.Int64
	together(32, func(int) {
		for {
			err := u.Update().AddAge(1).Exec(s.ctx)
			switch {
			case err == nil:
				won.Add(1)
			case busy(err):
				continue
			default:
				assert.True(s, ent.IsRecordModified(err), "%v", err)
				lost.Add(1)
			}
			return
		}
	})
	assert.EqualValues(s, 1, won.Load())
	assert.EqualValues(s, 31, lost.Load())
	stored := s.load(u.ID)
	assert.EqualValues(s, 2, stored.Version)
	assert.Equal(s, 1, stored.Age)
}

func deletersHaveOneWinner(s *Scene) {
	u := s.user("start")
	var won atomic.Int64
	together(16, func(int) {
		err := u.Delete().Exec(s.ctx)
		for busy(err) {
			err = u.Delete().Exec(s.ctx)
		}
		if err == nil {
			won.Add(1)
			return
		}
		assert.True(s, ent.IsRecordModified(err), "%v", err)
	})
	assert.EqualValues(s, 1, won.Load())
}

func everyIncrementIsKept(s *Scene) {
	u := s.user("counter")
	together(100, func(int) {
		for range 5 {
			err := entocc.Retry(s.ctx, func(context.Context) error { return loadChangeSave(s, u.ID) }, entocc.Attempts(0))
			assert.NoError(s, err)
		}
	})
	stored := s.load(u.ID)
	assert.Equal(s, 500, stored.Age)
	assert.EqualValues(s, 501, stored.Version)
}

// loadChangeSave increments a counter in Go: a lost update loses the increment.
func loadChangeSave(s *Scene, id int) error {
	u, err := s.Client.User.Get(s.ctx, id)
	if err != nil {
		return err
	}
	return u.Update().SetAge(u.Age + 1).Exec(s.ctx)
}

func loadChangeSaveByID(s *Scene, id int) error {
	u, err := s.Client.User.Get(s.ctx, id)
	if err != nil {
		return err
	}
	return s.Client.User.UpdateOneID(id).IfVersionIn(u.Version, -1).SetAge(u.Age + 1).Exec(s.ctx)
}

func loadChangeSaveEdges(s *Scene, id int) error {
	u, err := s.Client.User.Get(s.ctx, id)
	if err != nil {
		return err
	}
	return u.Update().SetAge(u.Age + 1).ClearGroups().Exec(s.ctx)
}

func loadChangeSaveInTx(s *Scene, id int) error {
	tx, err := s.Client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
	if err != nil {
		return err
	}
	u, err := tx.User.Get(s.ctx, id)
	if err == nil {
		err = tx.User.UpdateOne(u).SetAge(u.Age + 1).Exec(s.ctx)
	}
	if err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

// writersLoseNothing has 16 writers try 20 times each. The row must have exactly what was reported as saved.
func writersLoseNothing(save func(*Scene, int) error) func(*Scene) {
	return func(s *Scene) {
		u := s.user("counter")
		var saves atomic.Int64
		together(16, func(int) {
			for range 20 {
				err := save(s, u.ID)
				if err == nil {
					saves.Add(1)
					continue
				}
				assert.True(s, entocc.IsRetryable(err), "%v", err)
			}
		})
		stored := s.load(u.ID)
		assert.EqualValues(s, saves.Load(), stored.Age)
		assert.EqualValues(s, saves.Load(), stored.Version-1)
		assert.Positive(s, saves.Load())
	}
}

func switchOfOneGoroutineIsItsOwn(s *Scene) {
	u := s.user("before")
	s.bumpUser(u.ID)
	base := entocc.SkipCheck(s.ctx, ent.TypePet)
	together(8, func(i int) {
		ctx := base
		if i%2 == 0 {
			ctx = entocc.SkipIncrement(entocc.SkipCheck(base, ent.TypeUser), ent.TypeUser)
		}
		err := u.Update().SetAge(i).Exec(ctx)
		for busy(err) {
			err = u.Update().SetAge(i).Exec(ctx)
		}
		assert.Equal(s, i%2 != 0, ent.IsRecordModified(err), "%v", err)
	})
	require.EqualValues(s, 2, s.version("users", u.ID))
}
