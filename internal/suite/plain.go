package suite

import (
	"context"
	stdsql "database/sql"
	"testing"

	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/plainent"
	_ "github.com/entocc/entocc/internal/plainent/runtime" // The hooks of the schemas.
	"github.com/entocc/entocc/internal/plainent/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// PlainScene is the fixture of a scenario whose client was generated without the extension.
type PlainScene struct {
	*testing.T
	*stage
	// Client is the scenario's own client. Other has its own pool.
	Client, Other *plainent.Client
}

// RunPlain is [Run] for clients that were generated without the extension, which only the mixin's hook guards.
func RunPlain(t *testing.T, db DB) Report {
	t.Helper()
	db.Name += ", without the extension"
	pool, other := open(t, db), open(t, db)
	migrate(t, plainent.NewClient(plainent.Driver(sql.OpenDB(db.Dialect, pool))).Schema.Create)
	return run(t, db, append(plainScenarios(), plainBumpScenarios()...), func(t *testing.T) *PlainScene {
		st := newStage(t, db, pool, other)
		return &PlainScene{
			T: t, stage: st,
			Client: plainent.NewClient(plainent.Driver(st.Sent)),
			Other:  plainent.NewClient(plainent.Driver(sql.OpenDB(db.Dialect, other))),
		}
	})
}

func plainScenarios() []scenarioOf[*PlainScene] {
	locking := func(db DB) string {
		if db.Traits.ReadsLock {
			return "nobody else can change what a transaction has read until it ends"
		}
		return ""
	}
	return []scenarioOf[*PlainScene]{
		{name: "Plain/StaleSaveIsRefused", run: plainStaleSaveIsRefused},
		{name: "Plain/ReturnedStructSavesAgain", run: plainReturnedStructSavesAgain},
		{name: "Plain/DeletedRowIsRefused", run: plainDeletedRowIsRefused},
		{name: "Plain/PartlyLoadedEntityIsRefused", run: plainPartlyLoadedEntityIsRefused},
		{name: "Plain/ByIDIsRefused", run: plainByIDIsRefused},
		{name: "Plain/ByIDIsRefusedThoughAHookAskedForOldValues", run: plainByIDIsRefusedAfterOldValues},
		{name: "Plain/AllowBlindWritesByIDBump", run: plainAllowBlindWritesByIDBump},
		{name: "Plain/DeleteOneIsRefused", run: plainDeleteOneIsRefused},
		{name: "Plain/SkipCheckLetsThemThrough", run: plainSkipCheckLetsThemThrough},
		{name: "Plain/StaleEdgesAreNotWritten", run: plainStaleEdgesAreNotWritten},
		{name: "Plain/IgnoredEdgesAreGuarded", run: plainIgnoredEdgesAreGuarded},
		{name: "Plain/ReadRowThatOthersChanged", run: plainReadThenChanged(func(ctx context.Context, i *plainent.Item) error {
			return i.Update().SetName("lost").Exec(ctx)
		}), left: locking},
		{name: "Plain/IgnoredFieldOfAReadRowThatOthersChanged", run: plainReadThenChanged(func(ctx context.Context, i *plainent.Item) error {
			return i.Update().SetSeen(true).Exec(ctx)
		}), left: locking},
		{name: "Plain/ReadRowThatOthersChangedAndAHookThatRepeats", run: plainReadThenChanged(func(ctx context.Context, i *plainent.Item) error {
			return i.Update().SetName("lost").Exec(context.WithValue(ctx, schema.RepeatKey{}, true))
		}), left: locking},
		{name: "Plain/HookThatRetriesSaves", run: plainHookThatRetriesSaves},
		{name: "Plain/HookThatRepeatsConflicts", run: plainHookThatRepeatsConflicts},
		{name: "Plain/WritersLoseNothing", run: plainWritersLoseNothing},
	}
}

// item creates an Item.
func (s *PlainScene) item() *plainent.Item {
	s.Helper()
	return saved(s, s.Client.Item.Create().SetName("before"))
}

// storedItem requires an Item to have a name and a version.
func (s *PlainScene) storedItem(id int, name string, version int64) {
	s.Helper()
	got, err := s.Other.Item.Get(s.ctx, id)
	require.NoError(s, err)
	assert.Equal(s, name, got.Name)
	assert.Equal(s, version, got.Version)
}

// modified requires err to be a conflict.
func (s *PlainScene) modified(err error) *entocc.RecordModifiedError {
	s.Helper()
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s, err, &modified)
	return modified
}

func plainStaleSaveIsRefused(s *PlainScene) {
	i := s.item()
	saved(s, i.Update().SetName("after"))
	_, err := i.Update().SetName("lost").Save(s.ctx)
	modified := s.modified(err)
	assert.Equal(s, plainent.TypeItem, modified.Type)
	assert.Equal(s, i.ID, modified.ID)
	assert.EqualValues(s, 1, modified.Expected)
	assert.False(s, plainent.IsNotFound(err))
	_, err = s.Client.Item.UpdateOne(i).SetName("lost").Save(s.ctx)
	s.modified(err)
	s.storedItem(i.ID, "after", 2)
}

func plainReturnedStructSavesAgain(s *PlainScene) {
	i := s.item()
	assert.EqualValues(s, 1, i.Version)
	for want := int64(2); want <= 5; want++ {
		i = saved(s, i.Update().SetCount(int(want)))
		assert.Equal(s, want, i.Version)
	}
}

func plainDeletedRowIsRefused(s *PlainScene) {
	i := s.item()
	n, err := s.Client.Item.Delete().Where(sql.FieldEQ("id", i.ID)).Exec(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
	_, err = i.Update().SetName("risen").Save(s.ctx)
	s.modified(err)
}

func plainPartlyLoadedEntityIsRefused(s *PlainScene) {
	i := s.item()
	part, err := s.Client.Item.Query().Where(sql.FieldEQ("id", i.ID)).Select("id", "name").Only(s.ctx)
	require.NoError(s, err)
	s.Sent.Reset()
	_, err = part.Update().SetName("lost").Save(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Writes())
}

func plainByIDIsRefused(s *PlainScene) {
	i := s.item()
	s.Sent.Reset()
	_, err := s.Client.Item.UpdateOneID(i.ID).SetName("blind").Save(s.ctx)
	s.refused(err)
	assert.Empty(s, s.Sent.Sent(), "not even a query for the version that nobody saw")
	s.storedItem(i.ID, "before", 1)
}

// F10: ent's mutation then holds the current row.
func plainByIDIsRefusedAfterOldValues(s *PlainScene) {
	s.Client.Use(func(next plainent.Mutator) plainent.Mutator {
		return plainent.MutateFunc(func(ctx context.Context, m plainent.Mutation) (plainent.Value, error) {
			if m.Op().Is(plainent.OpUpdateOne) {
				_, err := m.(*plainent.ItemMutation).OldName(ctx)
				require.NoError(s, err)
			}
			return next.Mutate(ctx, m)
		})
	})
	i := s.item()
	_, err := s.Client.Item.UpdateOneID(i.ID).SetName("blind").Save(s.ctx)
	s.refused(err)
	s.storedItem(i.ID, "before", 1)
	got := saved(s, i.Update().SetName("after"))
	_, err = i.Update().SetName("lost").Save(s.ctx)
	s.modified(err)
	assert.EqualValues(s, 2, got.Version)
}

func plainAllowBlindWritesByIDBump(s *PlainScene) {
	d := saved(s, s.Client.Draft.Create().SetText("before"))
	got := saved(s, s.Client.Draft.UpdateOneID(d.ID).SetText("blind"))
	assert.EqualValues(s, 2, got.Version)
	_, err := d.Update().SetText("lost").Save(s.ctx)
	s.modified(err)
	done(s, s.Client.Draft.DeleteOneID(d.ID))
}

func plainDeleteOneIsRefused(s *PlainScene) {
	i := s.item()
	s.refused(s.Client.Item.DeleteOne(i).Exec(s.ctx))
	s.refused(s.Client.Item.DeleteOneID(i.ID).Exec(s.ctx))
	s.storedItem(i.ID, "before", 1)
}

func plainSkipCheckLetsThemThrough(s *PlainScene) {
	i, skip := s.item(), entocc.SkipCheck(s.ctx, plainent.TypeItem)
	got, err := s.Client.Item.UpdateOneID(i.ID).SetName("forced").Save(skip)
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
	got, err = i.Update().SetName("again").Save(skip)
	require.NoError(s, err)
	assert.EqualValues(s, 3, got.Version)
	require.NoError(s, s.Client.Item.DeleteOneID(i.ID).Exec(skip))
}

// tag creates a Tag.
func (s *PlainScene) tag() *plainent.Tag {
	s.Helper()
	return saved(s, s.Client.Tag.Create().SetName("t"))
}

func plainStaleEdgesAreNotWritten(s *PlainScene) {
	i, t := s.item(), s.tag()
	now := saved(s, i.Update().AddLabels(t))
	assert.EqualValues(s, 2, now.Version)
	_, err := i.Update().ClearLabels().Save(s.ctx)
	s.modified(err)
	n, err := now.QueryLabels().Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}

func plainIgnoredEdgesAreGuarded(s *PlainScene) {
	i, t := s.item(), s.tag()
	got := saved(s, i.Update().AddTags(t))
	assert.EqualValues(s, 1, got.Version)
	saved(s, i.Update().SetName("after"))
	_, err := i.Update().ClearTags().Save(s.ctx)
	s.modified(err)
	n, err := got.QueryTags().Count(s.ctx)
	require.NoError(s, err)
	assert.Equal(s, 1, n)
}

// plainReadThenChanged makes a write meet a row that its transaction has read and another one has changed since (F1).
func plainReadThenChanged(write func(context.Context, *plainent.Item) error) func(*PlainScene) {
	return func(s *PlainScene) {
		i := s.item()
		tx, err := s.Client.BeginTx(s.ctx, &stdsql.TxOptions{Isolation: s.db.Isolation})
		require.NoError(s, err)
		defer func() { _ = tx.Rollback() }()
		mine, err := tx.Item.Get(s.ctx, i.ID)
		require.NoError(s, err)
		require.NoError(s, s.Other.Item.UpdateOne(i).SetName("theirs").Exec(s.ctx))
		s.catchUp()

		err = write(s.ctx, mine)
		require.Error(s, err, "the update is lost silently")
		if !s.db.Traits.ConflictEndsTx {
			s.modified(err)
		}
		assert.True(s, entocc.IsRetryable(err) || entocc.Classify(err).TxDead, "%v", err)
		_ = tx.Rollback()
		s.storedItem(i.ID, "theirs", 2)
	}
}

func plainHookThatRetriesSaves(s *PlainScene) {
	i := s.item()
	s.Sent.Refuse("UPDATE", errReplica)
	got, err := i.Update().SetName("after").Save(context.WithValue(s.ctx, schema.RepeatKey{}, false))
	require.NoError(s, err)
	assert.EqualValues(s, 2, got.Version)
	s.storedItem(i.ID, "after", 2)
}

func plainHookThatRepeatsConflicts(s *PlainScene) {
	i := s.item()
	_, err := i.Update().SetName("after").Save(context.WithValue(s.ctx, schema.RepeatKey{}, true))
	s.modified(err)
	s.storedItem(i.ID, "after", 2)
}

func plainWritersLoseNothing(s *PlainScene) {
	i := s.item()
	together(16, func(int) {
		for range 5 {
			for {
				mine, err := s.Client.Item.Get(s.ctx, i.ID)
				if err == nil {
					err = mine.Update().SetCount(mine.Count + 1).Exec(s.ctx)
				}
				if err == nil {
					break
				}
				if !assert.True(s, entocc.IsRetryable(err), "%v", err) {
					return
				}
			}
		}
	})
	got, err := s.Client.Item.Get(s.ctx, i.ID)
	require.NoError(s, err)
	assert.Equal(s, 80, got.Count)
	assert.EqualValues(s, 81, got.Version)
}
