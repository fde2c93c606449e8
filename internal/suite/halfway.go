package suite

import (
	"context"
	"runtime"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func halfwayScenarios() []scenario {
	aborts := func(db DB) string {
		if db.Dialect == dialect.Postgres {
			return "the first error aborts a transaction"
		}
		return ""
	}
	return []scenario{
		{name: "Halfway/SaveThatFailedCanBeRepeated", run: saveThatFailedCanBeRepeated, left: aborts},
		{name: "Halfway/CreateLeavesNoRow", run: halfwayCreateLeavesNoRow, left: aborts},
		{name: "Halfway/SetBasedUpdateLeavesNothing", run: halfwayUpdateLeavesNothing, left: aborts},
		{name: "Halfway/PanicLeavesNothing", run: halfwayPanicLeavesNothing, left: aborts},
		{name: "Halfway/OneStatementGetsNoFurther", run: oneStatementGetsNoFurther},
		{name: "Halfway/PanicEndsTheTransactionOfASave", run: panicEndsTheTransaction},
		{name: "Halfway/GoexitEndsRetryTx", run: leftRetryTx(func() { runtime.Goexit() })},
		{name: "Halfway/PanicEndsRetryTx", run: leftRetryTx(func() { panic("left") })},
	}
}

const noSuchID = 1 << 30

func saveThatFailedCanBeRepeated(s *Scene) {
	u, g := s.user("before"), saved(s, s.Client.Group.Create().SetName("g"))
	tx := s.Tx()
	own, err := tx.User.Get(s.ctx, u.ID)
	require.NoError(s, err)
	for _, failing := range []*ent.UserUpdateOne{
		own.Update().SetName("Ada").AddGroupIDs(noSuchID),
		own.Update().AddGroupIDs(noSuchID),
		own.Update().AddPetIDs(noSuchID),
	} {
		require.True(s, ent.IsConstraintError(failing.Exec(s.ctx)))
	}
	own, err = own.Update().SetName("Ada").AddGroups(g).Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, own.Version)
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "Ada", 2)
}

func halfwayCreateLeavesNoRow(s *Scene) {
	name := s.key()
	tx := s.Tx()
	require.Error(s, tx.User.Create().SetName(name).AddGroupIDs(noSuchID).Exec(s.ctx))
	require.Error(s, tx.User.Create().SetName(name).AddPetIDs(noSuchID).Exec(s.ctx))
	require.Error(s, tx.User.CreateBulk(tx.User.Create().SetName(name), tx.User.Create().SetName(name).AddGroupIDs(noSuchID)).Exec(s.ctx))
	require.NoError(s, tx.Commit())
	n, err := s.Client.User.Query().Where(user.Name(name)).Count(s.ctx)
	require.NoError(s, err)
	assert.Zero(s, n)
}

func halfwayUpdateLeavesNothing(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	_, err := tx.User.Update().Where(byID(u.ID)).SetName("half").AddGroupIDs(noSuchID).Save(s.ctx)
	require.Error(s, err)
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "before", 1)
}

func halfwayPanicLeavesNothing(s *Scene) {
	u, pet := s.user("before"), s.pet("rex")
	tx := s.Tx()
	assert.Panics(s, func() {
		_ = tx.User.UpdateOne(u).SetName("half").AddPets(pet).Modify(panicWhen("half")).Exec(s.ctx)
	})
	require.NoError(s, tx.User.UpdateOne(u).SetName("after").Exec(s.ctx))
	require.NoError(s, tx.Commit())
	s.stored(u.ID, "after", 2)
}

func panicWhen(why string) func(*sql.UpdateBuilder) { return func(*sql.UpdateBuilder) { panic(why) } }

// oneStatementGetsNoFurther: what is one statement stays one in a transaction, on every database.
func oneStatementGetsNoFurther(s *Scene) {
	u := s.user("before")
	tx := s.Tx()
	s.Sent.Reset()
	u, err := tx.User.UpdateOne(u).SetName("after").Save(s.ctx)
	require.NoError(s, err)
	require.NoError(s, tx.User.Create().SetName("new").Exec(s.ctx))
	require.NoError(s, tx.User.Update().Where(byID(u.ID)).SetName("again").Exec(s.ctx))
	require.NoError(s, tx.User.DeleteOneID(u.ID).IfVersion(3).Exec(s.ctx))
	for _, query := range s.Sent.Sent() {
		assert.NotContains(s, query, "SAVEPOINT")
	}
	reads := 0
	if s.db.Dialect == dialect.MySQL {
		reads = 1 // The UPDATE does not return the row.
	}
	assert.Len(s, s.Sent.Sent(), 4+reads, strings.Join(s.Sent.Sent(), "\n"))
}

// narrow returns a client of one connection, so that the next statement notices a transaction that was left open.
func (s *Scene) narrow() *ent.Client {
	s.Helper()
	pool := s.db.Open(s)
	pool.SetMaxOpenConns(1)
	s.Cleanup(func() { _ = pool.Close() })
	return ent.NewClient(ent.Driver(sql.OpenDB(s.db.Dialect, pool)))
}

func panicEndsTheTransaction(s *Scene) {
	u, pet := s.user("before"), s.pet("rex")
	client := s.narrow()
	assert.Panics(s, func() {
		_ = client.User.UpdateOne(u).SetName("half").AddPets(pet).Modify(panicWhen("half")).Exec(s.ctx)
	})
	assert.Panics(s, func() {
		_ = client.User.Update().Where(byID(u.ID)).SetName("half").AddPets(pet).Modify(panicWhen("half")).Exec(s.ctx)
	})
	require.NoError(s, client.User.UpdateOne(u).SetName("after").Exec(s.ctx))
	s.stored(u.ID, "after", 2)
}

func leftRetryTx(leave func()) func(*Scene) {
	return func(s *Scene) {
		u := s.user("before")
		client := s.narrow()
		left := make(chan any)
		go func() {
			defer func() { recover(); close(left) }() //nolint:errcheck // Goexit recovers to nil.
			_ = client.RetryTx(s.ctx, func(tx *ent.Tx) error {
				if err := tx.User.UpdateOne(u).SetName("half").Exec(s.ctx); err != nil {
					return err
				}
				leave()
				return nil
			})
		}()
		<-left
		ctx, cancel := context.WithTimeout(s.ctx, patience/4)
		defer cancel()
		require.NoError(s, client.User.UpdateOne(u).SetName("after").Exec(ctx))
		s.stored(u.ID, "after", 2)
	}
}
