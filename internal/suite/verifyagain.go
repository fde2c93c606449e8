package suite

import (
	stdsql "database/sql"
	"strconv"

	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func verifyAgainScenarios() []scenario {
	snapshot := func(db DB) string {
		if db.Traits.Snapshot || db.Traits.ReadsLock || db.Traits.ConflictEndsTx {
			return "a transaction does not see what others change after it began"
		}
		return ""
	}
	return []scenario{
		{name: "VerifyAgain/NewerExpectationReplacesTheOlder", run: newerExpectationReplaces, left: snapshot},
		{name: "VerifyAgain/TwoVersionsInOneCallCannotCommit", run: twoVersionsCannotCommit, left: snapshot},
		{name: "VerifyAgain/RowWrittenBeforeIsNoConflict", run: verifiedAfterAnOwnWrite},
		{name: "VerifyAgain/RowsAreLockedFromTheFirstWrite", run: rawWritesAreNoConflict},
		{name: "VerifyAgain/CascadeOfTheTransactionIsNoConflict", run: cascadeIsNoConflict},
		{name: "VerifyAgain/ReadOnlyTransactionIsChecked", run: readOnlyIsChecked, left: ifReadsLock},
		{name: "VerifyAgain/HijackedTransactionIsCheckedAtTheCall", run: hijackedIsChecked, left: func(db DB) string {
			if db.Traits.Nodes {
				return "nodes do not see each other's locks, so it is refused"
			}
			return ifReadsLock(db)
		}},
	}
}

func newerExpectationReplaces(s *Scene) {
	id := s.user("read").ID
	tx, old := s.reader(id)
	s.bumpUser(id)
	again, err := tx.User.Get(s.ctx, id)
	require.NoError(s, err)
	require.NotEqual(s, old.Version, again.Version)
	require.NoError(s, tx.User.VerifyOnCommit(again))
	require.NoError(s, tx.Commit())
}

func twoVersionsCannotCommit(s *Scene) {
	id := s.user("read").ID
	for _, swapped := range []bool{false, true} {
		tx := s.Tx()
		one, err := tx.User.Get(s.ctx, id)
		require.NoError(s, err)
		s.bumpUser(id)
		two, err := tx.User.Get(s.ctx, id)
		require.NoError(s, err)
		if swapped {
			one, two = two, one
		}
		require.NoError(s, tx.User.VerifyOnCommit(one, two))
		s.conflict(tx.Commit())
	}
}

func verifiedAfterAnOwnWrite(s *Scene) {
	u := s.user("read")
	tx := s.Tx()
	own, err := tx.User.Get(s.ctx, u.ID)
	require.NoError(s, err)
	saved, err := own.Update().SetName("own").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.User.VerifyOnCommit(own))
	require.NoError(s, tx.User.VerifyOnCommit(saved))
	require.NoError(s, saved.Update().SetName("again").Exec(s.ctx))
	require.NoError(s, tx.User.VerifyOnCommit(own))
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "again", 3)
}

// rawWritesAreNoConflict: statements that bypass ent's builders, some of which do not name the table as ent does.
func rawWritesAreNoConflict(s *Scene) {
	for _, query := range []string{
		"UPDATE users SET version = version + 1",
		"/* a hint */ update users set version = version + 1",
		"UPDATE\tusers SET version = version + 1",
	} {
		u := s.user("read")
		tx, _ := s.reader(u.ID)
		s.send(tx, query+" WHERE id = "+strconv.Itoa(u.ID))
		require.NoError(s, tx.Commit(), query)
		assert.EqualValues(s, 2, s.version("users", u.ID))
	}
}

func cascadeIsNoConflict(s *Scene) {
	owner := s.user("owner")
	pet := saved(s, s.Client.Pet.Create().SetName("rex").SetOwner(owner))
	tx := s.Tx()
	read, err := tx.Pet.Get(s.ctx, pet.ID)
	require.NoError(s, err)
	require.NoError(s, tx.Pet.VerifyOnCommit(read))
	require.NoError(s, tx.User.DeleteOneID(owner.ID).IgnoreVersion().Exec(s.ctx))
	s.send(tx, "DELETE FROM pets WHERE id = "+strconv.Itoa(pet.ID)) // Like ON DELETE CASCADE and triggers.
	require.NoError(s, tx.Commit())
}

func readOnlyIsChecked(s *Scene) {
	for _, changed := range []bool{false, true} {
		id := s.user("read").ID
		tx, err := s.Client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation, ReadOnly: true})
		require.NoError(s, err)
		read, err := tx.User.Get(s.ctx, id)
		require.NoError(s, err)
		require.NoError(s, tx.User.VerifyOnCommit(read))
		if changed {
			s.bumpUser(id)
			s.conflict(tx.Commit())
			continue
		}
		require.NoError(s, tx.Commit())
	}
}

func hijackedIsChecked(s *Scene) {
	u := s.user("read")
	raw, client, err := s.Client.Hijack(s.ctx)
	require.NoError(s, err)
	read, err := client.User.Get(s.ctx, u.ID)
	require.NoError(s, err)
	s.bumpUser(u.ID)
	s.conflict(client.User.VerifyOnCommit(read))
	require.NoError(s, raw.Rollback())

	raw, client, err = s.Client.Hijack(s.ctx)
	require.NoError(s, err)
	read, err = client.User.Get(s.ctx, u.ID)
	require.NoError(s, err)
	require.NoError(s, client.User.VerifyOnCommit(read))
	own, err := read.Update().SetName("own").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, raw.Commit())
	require.NoError(s, s.Client.User.UpdateOne(own).SetName("after").Exec(s.ctx), "the end was not seen, so nothing is a ghost")

	outside := ent.NewClient(ent.Driver(inTx{s.Sent.Driver, s.db.Dialect}))
	s.refused(outside.User.VerifyOnCommit(own))
}
