package databases_test

import (
	stdsql "database/sql"
	"slices"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/gauge"
	"github.com/entocc/entocc/internal/suite"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/trigger"
)

// versionTriggers returns the triggers of all types except those whose version is a time.
func versionTriggers(t testing.TB, name string) *trigger.Triggers {
	t.Helper()
	var types []string
	for _, table := range ent.VersionedTables() {
		if _, ok := table.Schema.Strategy.(version.Triggered); ok {
			types = append(types, table.Schema.Type)
		}
	}
	triggers, err := trigger.New(name, ent.VersionedTables(), trigger.For(types...))
	require.NoError(t, err)
	return triggers
}

// TestScenarios_WithTriggers runs the shared suite with a trigger on each table that bumps.
func TestScenarios_WithTriggers(t *testing.T) {
	on(t, [][2]string{{sqliteWAL, sqliteDeferred}, {postgres, readCommitted}, {mariadb, repeatableRead}}, func(t *testing.T, db suite.DB) {
		db.Traits.Bumping = true
		db.Migrated = func(t testing.TB, pool *stdsql.DB) {
			t.Helper()
			require.NoError(t, versionTriggers(t, db.Dialect).Create(t.Context(), pool))
		}
		assert.Empty(t, suite.Run(t, db).Failed)
	})
}

// tens raise the version of a gauge by ten, as a trigger might that is older than entocc.
var tens = map[string][]string{
	dialect.Postgres: {
		"CREATE FUNCTION ten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := OLD.version + 10; RETURN NEW; END $$",
		"CREATE TRIGGER tens BEFORE UPDATE ON gauges FOR EACH ROW EXECUTE FUNCTION ten()",
	},
	dialect.MySQL:  {"CREATE TRIGGER tens BEFORE UPDATE ON gauges FOR EACH ROW SET NEW.version = OLD.version + 10"},
	dialect.SQLite: {"CREATE TRIGGER tens AFTER UPDATE ON gauges BEGIN UPDATE gauges SET version = OLD.version + 10 WHERE id = OLD.id; END"},
}

// onTens runs a test with a trigger that sets the versions of gauges.
func onTens(t *testing.T, test func(t *testing.T, s, other session)) {
	t.Helper()
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s, other := open(t, conn), open(t, conn)
		createTables(t, s.Client)
		s.exec(t, slices.Clone(tens[conn.Dialect])...)
		test(t, s, other)
	})
}

func TestTriggerVersion_IsTheOneThatTheTriggerMade(t *testing.T) {
	onTens(t, func(t *testing.T, s, _ session) {
		ctx := t.Context()
		stale := s.Gauge.Create().SetName("before").SaveX(ctx)
		g, err := stale.Update().SetName("saved").Save(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 11, g.Version)
		g, err = g.Update().SetName("again").Save(ctx)
		require.NoError(t, err, "the returned entity can be saved")
		assert.EqualValues(t, 21, g.Version)
		_, err = stale.Update().SetName("lost").Save(ctx)
		var modified *ent.GaugeModifiedError
		require.ErrorAs(t, err, &modified)
		assert.EqualValues(t, 21, modified.Actual)
		require.NoError(t, g.Update().SetLevel(1).Exec(ctx))
		require.True(t, ent.IsRecordModified(g.Delete().Exec(ctx)), "Exec has bumped the version")

		n, err := s.Gauge.Update().Where(gauge.ID(g.ID)).IfVersion(31).SetLevel(2).Save(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		g, err = s.Gauge.UpdateOneID(g.ID).IfVersionIn(7, 41).SetLevel(3).Save(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 51, g.Version)
		g, err = s.Gauge.UpdateOneID(g.ID).IgnoreVersion().ForceIncrement().Save(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 61, g.Version)
		require.NoError(t, g.Delete().Exec(ctx))
	})
}

func TestTriggerVersion_InBatches(t *testing.T) {
	onTens(t, func(t *testing.T, s, _ session) {
		ctx := t.Context()
		a, b := s.Gauge.Create().SetName("a").SaveX(ctx), s.Gauge.Create().SetName("b").SaveX(ctx)
		saved, err := s.Gauge.UpdateBulk(a.Update().SetLevel(1), b.Update().SetLevel(2)).Save(ctx)
		require.NoError(t, err)
		require.Len(t, saved, 2)
		assert.EqualValues(t, 11, saved[0].Version)
		assert.EqualValues(t, 11, saved[1].Version)
		b = saved[1].Update().SetLevel(3).SaveX(ctx)
		_, err = s.Gauge.UpdateBulk(saved[0].Update().SetLevel(4), saved[1].Update().SetLevel(5)).Save(ctx)
		assert.True(t, ent.IsRecordModified(err), "%v", err)
		assert.Equal(t, 1, s.Gauge.GetX(ctx, a.ID).Level)
		saved, err = s.Gauge.UpdateBulk(saved[0].Update().SetLevel(4), saved[1].Update().SetLevel(5)).SkipModified().Save(ctx)
		assert.True(t, ent.IsRecordModified(err), "%v", err)
		require.Len(t, saved, 1)
		assert.EqualValues(t, 21, saved[0].Version)
		n, err := s.Gauge.DeleteBulk(saved[0], b).Exec(ctx)
		require.NoError(t, err)
		assert.Equal(t, 2, n)
	})
}

func TestTriggerVersion_InUpserts(t *testing.T) {
	onTens(t, func(t *testing.T, s, _ session) {
		ctx := t.Context()
		create := func(serial string) *ent.GaugeCreate { return s.Gauge.Create().SetName("upsert").SetSerial(serial) }
		one := func(version int64) error {
			return create("a").OnConflictColumns(gauge.FieldSerial).UpdateNewValues().IfVersion(version).Exec(ctx)
		}
		many := func(versions ...int64) error {
			return s.Gauge.CreateBulk(create("a"), create("b")).OnConflictColumns(gauge.FieldSerial).UpdateNewValues().IfVersion(versions...).Exec(ctx)
		}
		require.NoError(t, one(1), "created")
		require.NoError(t, one(1), "updated")
		var modified *ent.GaugeModifiedError
		require.ErrorAs(t, one(1), &modified)
		assert.EqualValues(t, 11, modified.Actual)
		require.NoError(t, many(11, 1))
		err := many(11, 1)
		var bulk *entocc.BulkModifiedError
		require.ErrorAs(t, err, &bulk)
		assert.Equal(t, []int{0}, bulk.Indexes)
		assert.EqualValues(t, 21, bulk.Conflicts[0].Actual)
		require.NoError(t, many(21, 1))
		assert.EqualValues(t, 31, s.Gauge.Query().Where(gauge.Serial("a")).OnlyX(ctx).Version)
		assert.EqualValues(t, 11, s.Gauge.Query().Where(gauge.Serial("b")).OnlyX(ctx).Version)
	})
}

func TestTriggerVersion_InTransactions(t *testing.T) {
	onTens(t, func(t *testing.T, s, other session) {
		ctx := t.Context()
		read := s.Gauge.Create().SetName("read").SaveX(ctx)
		written := s.Gauge.Create().SetName("written").SaveX(ctx)
		require.NoError(t, s.RetryTx(ctx, func(tx *ent.Tx) error {
			g, err := tx.Gauge.Get(ctx, written.ID)
			if err != nil {
				return err
			}
			if err := tx.Gauge.VerifyOnCommit(g, read); err != nil {
				return err
			}
			if g, err = g.Update().SetLevel(1).Save(ctx); err != nil {
				return err
			}
			return tx.Gauge.VerifyOnCommit(g)
		}), "what the transaction has written itself is no conflict")
		// On a cluster the commit bumps verified rows, so that the nodes compare them.
		assert.Contains(t, []int64{11, 21}, s.Gauge.GetX(ctx, written.ID).Version)

		var changed bool
		err := s.RetryTx(ctx, func(tx *ent.Tx) error {
			if !changed {
				changed = true
				other.Gauge.UpdateOneID(read.ID).IgnoreVersion().SetLevel(9).ExecX(ctx)
				if err := tx.Gauge.VerifyOnCommit(read); err != nil {
					return err
				}
			}
			return tx.Gauge.Create().SetName("decided").Exec(ctx)
		})
		require.NoError(t, err, "it is run again")
	})
}

func TestTriggerVersion_MovesOnWithoutItsTrigger(t *testing.T) {
	on(t, triggering, func(t *testing.T, conn suite.DB) {
		s := open(t, conn)
		createTables(t, s.Client)
		g := s.Gauge.Create().SetName("before").SaveX(t.Context())
		saved := g.Update().SetName("saved").SaveX(t.Context())
		assert.EqualValues(t, 2, saved.Version)
		assert.True(t, ent.IsRecordModified(g.Update().SetName("lost").Exec(t.Context())), "ent's writers notice each other")
		triggers := versionTriggers(t, conn.Dialect)
		err := ent.CheckGuards(triggers.Require(t.Context(), s.Pool))
		require.ErrorContains(t, err, "gauges", "the program does not start")
		require.NoError(t, triggers.Create(t.Context(), s.Pool))
		require.NoError(t, ent.CheckGuards(triggers.Require(t.Context(), s.Pool)))
		s.raw(t, "UPDATE gauges SET name = 'theirs'")
		assert.True(t, ent.IsRecordModified(saved.Update().SetName("lost").Exec(t.Context())), "so do others")
	})
}

func TestTriggerVersion_IsNoneThatOthersHaveToKnow(t *testing.T) {
	_, err := trigger.New(dialect.Postgres, ent.VersionedTables(), trigger.For("Gauge"), trigger.Refusing())
	assert.ErrorContains(t, err, "Gauge has a mixin.TriggerVersion")
}
