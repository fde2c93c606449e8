package suite

import (
	"errors"
	"sync"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func verifyScenarios() []scenario {
	return []scenario{
		{name: "Verify/ReadRowThatChangedRefusesTheCommit", run: readRowThatChangedRefusesTheCommit, left: ifReadsLock},
		{name: "Verify/ReadRowThatIsGoneRefusesTheCommit", run: readRowThatIsGoneRefusesTheCommit, left: ifReadsLock},
		{name: "Verify/ReadRowThatIsUnchangedCommits", run: readRowThatIsUnchangedCommits},
		{name: "Verify/TransactionThatOnlyReadsIsChecked", run: transactionThatOnlyReadsIsChecked, left: ifReadsLock},
		{name: "Verify/OtherRowsMayChange", run: otherRowsMayChange, left: ifReadsLock},
		{name: "Verify/OwnWritesAreNoConflict", run: ownWritesAreNoConflict},
		{name: "Verify/ChangeBeforeAnOwnWriteIsNoticed", run: changeBeforeAnOwnWriteIsNoticed, left: ifReadsLock},
		{name: "Verify/WriteSkewIsCaught", run: writeSkewIsCaught},
		{name: "Verify/WriteSkewOverTwoTablesIsCaught", run: writeSkewOverTwoTablesIsCaught},
		{name: "Verify/OutsideATransactionIsRefused", run: verifyOutsideATransactionIsRefused},
		{name: "Verify/EntityWithoutVersionIsRefused", run: verifyWithoutVersionIsRefused},
	}
}

func ifReadsLock(db DB) string {
	if db.Traits.ReadsLock {
		return "nobody can change a row that a transaction has read"
	}
	return ""
}

// reader begins a transaction that reads a User and verifies it on commit.
func (s *Scene) reader(id int) (*ent.Tx, *ent.User) {
	s.Helper()
	tx := s.Tx()
	u, err := tx.User.Get(s.ctx, id)
	require.NoError(s, err)
	require.NoError(s, tx.User.VerifyOnCommit(u))
	return tx, u
}

// renamePet changes a row of another table, in a transaction.
func (s *Scene) renamePet(tx *ent.Tx, pet *ent.Pet) error {
	s.Helper()
	return tx.Pet.UpdateOneID(pet.ID).IfVersion(pet.Version).SetName("renamed").Exec(s.ctx)
}

func (s *Scene) petName(id int) string {
	s.Helper()
	pet, err := s.Client.Pet.Get(s.ctx, id)
	require.NoError(s, err)
	return pet.Name
}

func readRowThatChangedRefusesTheCommit(s *Scene) {
	id, pet := s.user("read").ID, saved(s, s.Client.Pet.Create().SetName("before"))
	tx, read := s.reader(id)
	s.bumpUser(id)
	if s.db.Traits.OneWriter { // SQLite itself refuses the write, as its snapshot is old.
		s.conflict(s.renamePet(tx, pet))
		require.NoError(s, tx.Rollback())
	} else {
		err := s.renamePet(tx, pet)
		s.conflict(err)
		var modified *ent.UserModifiedError
		require.ErrorAs(s, err, &modified)
		assert.Equal(s, id, modified.ID)
		assert.Same(s, read, modified.Loaded)
		if s.db.Traits.ConflictEndsTx { // Nothing can be read in it any more.
			require.NoError(s, tx.Rollback())
		}
		current, err := modified.Current(s.ctx)
		require.NoError(s, err)
		assert.EqualValues(s, 2, current.Version)
	}
	assert.Equal(s, "before", s.petName(pet.ID), "nothing from the transaction is written")
}

func readRowThatIsGoneRefusesTheCommit(s *Scene) {
	u := s.user("read")
	tx, _ := s.reader(u.ID)
	done(s, s.Other.User.DeleteOneID(u.ID).IfVersion(1))
	s.catchUp()
	err := tx.Commit()
	if s.db.Traits.ConflictEndsTx && !s.db.Traits.OneWriter {
		s.conflict(err) // The database says that the row was changed, not how.
		return
	}
	s.gone(err)
}

func readRowThatIsUnchangedCommits(s *Scene) {
	id, pet := s.user("read").ID, saved(s, s.Client.Pet.Create().SetName("before"))
	tx, _ := s.reader(id)
	require.NoError(s, s.renamePet(tx, pet))
	require.NoError(s, tx.Commit())
	assert.Equal(s, "renamed", s.petName(pet.ID))
	if s.db.Traits.Nodes {
		assert.EqualValues(s, 2, s.version("users", id), "nodes do not see each other's locks, so the row is bumped")
		return
	}
	assert.EqualValues(s, 1, s.version("users", id), "a check is not a write")
}

func transactionThatOnlyReadsIsChecked(s *Scene) {
	id := s.user("read").ID
	tx, _ := s.reader(id)
	s.bumpUser(id)
	err := tx.Commit()
	s.conflict(err)
	assert.True(s, entocc.IsRetryable(err))
}

func otherRowsMayChange(s *Scene) {
	id, other := s.user("read").ID, s.user("other").ID
	tx, _ := s.reader(id)
	s.bumpUser(other)
	require.NoError(s, tx.Commit())
}

func ownWritesAreNoConflict(s *Scene) {
	u := s.user("read")
	for name, write := range map[string]func(*ent.Tx) error{
		"by entity": func(tx *ent.Tx) error {
			u, err := tx.User.Get(s.ctx, u.ID)
			if err != nil {
				return err
			}
			return u.Update().AddAge(1).Exec(s.ctx)
		},
		"set-based": func(tx *ent.Tx) error { return tx.User.Update().Where(user.ID(u.ID)).AddAge(1).Exec(s.ctx) },
	} {
		tx, _ := s.reader(u.ID)
		require.NoError(s, write(tx), name)
		require.NoError(s, write(tx), name)
		require.NoError(s, tx.Commit(), name)
	}
	assert.EqualValues(s, 5, s.version("users", u.ID))
	tx, read := s.reader(u.ID)
	require.NoError(s, tx.User.DeleteOne(read).Exec(s.ctx))
	require.NoError(s, tx.Commit())
}

func changeBeforeAnOwnWriteIsNoticed(s *Scene) {
	a, b := s.user("a"), s.user("b")
	tx, _ := s.reader(a.ID)
	b, err := tx.User.Get(s.ctx, b.ID)
	require.NoError(s, err)
	require.NoError(s, tx.User.VerifyOnCommit(b))
	s.bumpUser(b.ID)

	err = tx.User.UpdateOneID(a.ID).IfVersion(1).SetName("written").Exec(s.ctx)
	s.conflict(err)
	var modified *ent.UserModifiedError
	require.ErrorAs(s, err, &modified)
	if !s.db.Traits.OneWriter { // SQLite knows only that something has changed.
		assert.Equal(s, b.ID, modified.ID)
		assert.Same(s, b, modified.Loaded)
	}
	require.NoError(s, tx.Rollback())
	assert.Equal(s, "a", s.load(a.ID).Name)
}

// skew runs two transactions that both read before either writes, and returns their errors. If the second can't begin
// beside the first, it is refused at once.
func (s *Scene) skew(work [2]func(*ent.Tx, func()) error) []error {
	s.Helper()
	var both, ended sync.WaitGroup
	both.Add(2)
	begun, errs := make(chan struct{}), make([]error, 2)
	if s.db.Traits.BeginLocks {
		s.otherDoesNotWait()
	}
	for i, client := range []*ent.Client{s.Client, s.Other} {
		ended.Go(func() {
			arrived := sync.OnceFunc(both.Done)
			defer arrived()
			if i == 1 && s.db.Traits.BeginLocks {
				<-begun
			}
			tx, err := client.Tx(s.ctx)
			if i == 0 {
				close(begun)
			}
			if err != nil {
				errs[i] = err
				return
			}
			defer func() { _ = tx.Rollback() }()
			errs[i] = work[i](tx, func() { arrived(); both.Wait() })
			if errs[i] == nil {
				errs[i] = tx.Commit()
			}
		})
	}
	ended.Wait()
	return errs
}

// otherDoesNotWait makes the other pool's SQLite refuse at once what would wait for a lock, instead of after ten seconds.
func (s *Scene) otherDoesNotWait() {
	s.Helper()
	s.SQL.SetMaxIdleConns(1) // So the next statement uses the connection with the setting.
	_, err := s.SQL.ExecContext(s.ctx, "PRAGMA busy_timeout = 0")
	require.NoError(s, err)
	s.Cleanup(func() {
		s.SQL.SetMaxIdleConns(-1) // No later scenario gets this connection.
		s.SQL.SetMaxIdleConns(most)
	})
}

// oneLost requires that at most one of two transactions was committed, and that the other may be run again.
func (s *Scene) oneLost(errs []error) {
	s.Helper()
	require.Error(s, errors.Join(errs...), "both transactions were committed, although no order explains them")
	for _, err := range errs {
		if err != nil {
			assert.True(s, entocc.IsRetryable(err), "%v", err)
		}
	}
}

// writeSkewIsCaught is the story of two doctors on call (age 1), who both go off call because the other one stays.
func writeSkewIsCaught(s *Scene) {
	ids := [2]int{saved(s, s.Client.User.Create().SetName("Alice").SetAge(1)).ID, saved(s, s.Client.User.Create().SetName("Bob").SetAge(1)).ID}
	var work [2]func(*ent.Tx, func()) error
	for i := range work {
		work[i] = func(tx *ent.Tx, bothHaveRead func()) error {
			onCall, err := tx.User.Query().Where(user.IDIn(ids[:]...), user.Age(1)).All(s.ctx)
			if err != nil {
				return err
			}
			bothHaveRead()
			if len(onCall) < 2 {
				return errors.New("the other one has already gone")
			}
			if err := tx.User.VerifyOnCommit(onCall...); err != nil {
				return err
			}
			return tx.User.UpdateOneID(ids[i]).IfVersion(1).SetAge(0).Exec(s.ctx)
		}
	}
	s.oneLost(s.skew(work))
	assert.NotZero(s, s.load(ids[0]).Age+s.load(ids[1]).Age, "somebody is still on call")
}

func writeSkewOverTwoTablesIsCaught(s *Scene) {
	u, pet := s.user("read"), saved(s, s.Client.Pet.Create().SetName("read"))
	s.oneLost(s.skew([2]func(*ent.Tx, func()) error{
		func(tx *ent.Tx, bothHaveRead func()) error {
			read, err := tx.User.Get(s.ctx, u.ID)
			if err != nil {
				return err
			}
			bothHaveRead()
			if err := tx.User.VerifyOnCommit(read); err != nil {
				return err
			}
			return tx.Pet.UpdateOneID(pet.ID).IfVersion(1).SetName("written").Exec(s.ctx)
		},
		func(tx *ent.Tx, bothHaveRead func()) error {
			read, err := tx.Pet.Get(s.ctx, pet.ID)
			if err != nil {
				return err
			}
			bothHaveRead()
			if err := tx.Pet.VerifyOnCommit(read); err != nil {
				return err
			}
			return tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("written").Exec(s.ctx)
		},
	}))
}

func verifyOutsideATransactionIsRefused(s *Scene) {
	s.refused(s.Client.User.VerifyOnCommit(s.user("read")))
}

func verifyWithoutVersionIsRefused(s *Scene) {
	u := s.user("read")
	tx := s.Tx()
	partial, err := tx.User.Query().Where(user.ID(u.ID)).Select(user.FieldName).Only(s.ctx)
	require.NoError(s, err)
	s.refused(tx.User.VerifyOnCommit(partial))
}
