package databases_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// looseKeys are equal to the database but not to Go: each with the type of its column, as it is stored, and as somebody else may write it.
var looseKeys = []struct {
	name, level, column string
	stored, written     [2]string
}{
	{sqliteWAL, sqliteDeferred, "text COLLATE NOCASE", [2]string{"ada", "bob"}, [2]string{"ADA", "Bob"}},
	{postgres, readCommitted, "char(8)", [2]string{"ada", "bob"}, [2]string{"ada", "bob"}},
	{postgres, repeatableRead, "char(8)", [2]string{"ada", "bob"}, [2]string{"ada  ", "bob"}},
	{
		postgres, readCommitted, "uuid",
		[2]string{"0b1ccc4e-8f1a-4ccd-9e3c-30a4b4cf0000", "0b1ccc4e-8f1a-4ccd-9e3c-30a4b4cf0001"},
		[2]string{"0B1CCC4E-8F1A-4CCD-9E3C-30A4B4CF0000", "{0b1ccc4e-8f1a-4ccd-9e3c-30a4b4cf0001}"},
	},
	{postgres, readCommitted, "citext", [2]string{"ada", "bob"}, [2]string{"ADA", "Bob"}},
	{"PostgreSQL, lib/pq", repeatableRead, "citext", [2]string{"ada", "bob"}, [2]string{"ada", "BOB"}},
	{postgres, repeatableRead, "text COLLATE loose", [2]string{"ada", "bob"}, [2]string{"ADA", "b\u00f3b"}},
	{"PostgreSQL, lib/pq", readCommitted, "text COLLATE loose", [2]string{"ada", "bob"}, [2]string{"\u00e1da", "bob"}},
	{mariadb, repeatableRead, "varchar(40) COLLATE utf8mb4_general_ci", [2]string{"ada", "bob"}, [2]string{"ADA", "bob "}},
	{mariadbSnapshot, repeatableRead, "varchar(40) COLLATE utf8mb4_general_ci", [2]string{"ada", "bob"}, [2]string{"Ada", "Bob"}},
}

// eachLooseKey runs a test with two rows, whose keys are given as their writers write them.
func eachLooseKey(t *testing.T, test func(t *testing.T, s session, ada, bob *ent.Setting)) {
	t.Helper()
	for _, keys := range looseKeys {
		t.Run(keys.name+" "+keys.column, func(t *testing.T) {
			s, _ := pairOn(t, keys.name, keys.level)
			switch keys.column {
			case "citext":
				s.exec(t, "CREATE EXTENSION citext")
			case "text COLLATE loose": // Case and accents don't count.
				s.exec(t, "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
			}
			for _, query := range []string{
				"DROP TABLE settings",
				"CREATE TABLE settings (id " + keys.column + " PRIMARY KEY, value varchar(40) NOT NULL, version bigint NOT NULL DEFAULT 1)",
				"INSERT INTO settings (id, value) VALUES ('" + keys.stored[0] + "', 'old'), ('" + keys.stored[1] + "', 'old')",
			} {
				_, err := s.Pool.ExecContext(t.Context(), query)
				require.NoError(t, err)
			}
			test(t, s, &ent.Setting{ID: keys.written[0], Version: 1}, &ent.Setting{ID: keys.written[1], Version: 1})
		})
	}
}

// values counts the rows by their values.
func values(t *testing.T, s session) map[string]int {
	t.Helper()
	counts := make(map[string]int)
	for _, row := range s.Setting.Query().AllX(t.Context()) {
		counts[row.Value]++
	}
	return counts
}

func TestDeleteBulk_ReportsWhatTheDatabaseDidWhateverItTakesForEqual(t *testing.T) {
	eachLooseKey(t, func(t *testing.T, s session, ada, bob *ent.Setting) {
		n, err := s.Setting.DeleteBulk(ada, bob).SkipModified().Exec(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		assert.Empty(t, values(t, s))
	})
	eachLooseKey(t, func(t *testing.T, s session, ada, bob *ent.Setting) {
		bob.Version = 7
		n, err := s.Setting.DeleteBulk(ada, bob).SkipModified().Exec(t.Context())
		var conflicts *entocc.BulkModifiedError
		require.ErrorAs(t, err, &conflicts)
		require.Len(t, conflicts.Conflicts, 1)
		assert.EqualValues(t, 1, conflicts.Conflicts[0].Actual)
		assert.False(t, conflicts.Conflicts[0].Deleted)
		assert.Equal(t, 1, n)
		assert.Equal(t, map[string]int{"old": 1}, values(t, s))
	})
}

func TestUpdateBulk_ReportsWhatTheDatabaseDidWhateverItTakesForEqual(t *testing.T) {
	update := func(s session, row *ent.Setting) *ent.SettingUpdateOne {
		return s.Setting.UpdateOne(row).SetValue("new")
	}
	eachLooseKey(t, func(t *testing.T, s session, ada, bob *ent.Setting) {
		saved, err := s.Setting.UpdateBulk(update(s, ada), update(s, bob)).Save(t.Context())
		require.NoError(t, err)
		require.Len(t, saved, 2)
		for _, row := range saved {
			assert.Equal(t, "new", row.Value)
			assert.EqualValues(t, 2, row.Version)
		}
		assert.Equal(t, map[string]int{"new": 2}, values(t, s))
	})
	eachLooseKey(t, func(t *testing.T, s session, ada, bob *ent.Setting) {
		bob.Version = 7
		saved, err := s.Setting.UpdateBulk(update(s, ada), update(s, bob)).SkipModified().Save(t.Context())
		var conflicts *entocc.BulkModifiedError
		require.ErrorAs(t, err, &conflicts)
		require.Len(t, conflicts.Conflicts, 1)
		assert.Equal(t, bob.ID, conflicts.Conflicts[0].ID)
		assert.EqualValues(t, 1, conflicts.Conflicts[0].Actual)
		assert.Len(t, saved, 1)
		assert.Equal(t, map[string]int{"new": 1, "old": 1}, values(t, s))
	})
}

// otherKey returns another key that the database takes for the same.
func (s session) otherKey(t *testing.T, id string) string {
	t.Helper()
	for _, other := range []string{id + "  ", strings.ToUpper(id)} {
		if _, err := s.Setting.Get(t.Context(), other); err == nil {
			return other
		}
	}
	t.Fatalf("there is no other key for %q", id)
	return ""
}

// Two builders that expect no version: one would overwrite what the other has written, and both would be reported as saved.
func TestBatch_RefusesAnUnguardedRowThatIsInItUnderTwoKeys(t *testing.T) {
	eachLooseKey(t, func(t *testing.T, s session, ada, _ *ent.Setting) {
		same := s.Setting.Query().Order(ent.Asc("id")).FirstX(t.Context()).ID
		other := ada.ID
		if same == other {
			other = s.otherKey(t, same)
		}
		update := func(client *ent.Client, id, value string) *ent.SettingUpdateOne {
			return client.Setting.UpdateOneID(id).IgnoreVersion().SetValue(value)
		}
		for _, values := range [][2]string{{"new", "new"}, {"new", "newer"}} {
			saved, err := s.Setting.UpdateBulk(update(s.Client, same, values[0]), update(s.Client, other, values[1])).Save(t.Context())
			assert.True(t, ent.IsVersionError(err), "%v", err)
			assert.ErrorContains(t, err, "twice")
			assert.Empty(t, saved)
		}
		guarded := s.Setting.UpdateOneID(same).IfVersion(1).SetValue("new")
		_, err := s.Setting.UpdateBulk(guarded, update(s.Client, other, "newer")).Save(t.Context())
		assert.True(t, ent.IsVersionError(err), "%v", err)
		tx := s.tx(t)
		_, err = tx.Setting.UpdateBulk(update(tx.Client(), same, "new"), update(tx.Client(), other, "newer")).SkipModified().Save(t.Context())
		assert.True(t, ent.IsVersionError(err), "%v", err)
		require.NoError(t, tx.Commit(), "the transaction goes on")
		assert.Equal(t, map[string]int{"old": 2}, values(t, s))
	})
}

// Two builders of the batch are for one row of the database, which the keys don't show: neither is written.
func TestBatch_RefusesARowThatIsInItUnderTwoKeys(t *testing.T) {
	eachLooseKey(t, func(t *testing.T, s session, ada, _ *ent.Setting) {
		same := s.Setting.Query().Order(ent.Asc("id")).FirstX(t.Context())
		if same.ID == ada.ID {
			ada.ID = s.otherKey(t, ada.ID)
		}
		_, err := s.Setting.UpdateBulk(s.Setting.UpdateOne(same).SetValue("new"), s.Setting.UpdateOne(ada).SetValue("new")).SkipModified().Save(t.Context())
		assert.True(t, ent.IsVersionError(err), "%v", err)
		assert.ErrorContains(t, err, "twice")
		n, err := s.Setting.DeleteBulk(same, ada).SkipModified().Exec(t.Context())
		assert.True(t, ent.IsVersionError(err), "%v", err)
		assert.Zero(t, n)
		assert.Equal(t, map[string]int{"old": 2}, values(t, s))

		tx := s.tx(t)
		n, err = tx.Setting.DeleteBulk(same, ada).SkipModified().Exec(t.Context())
		assert.True(t, ent.IsVersionError(err), "%v", err)
		assert.Zero(t, n)
		require.NoError(t, tx.Commit(), "the transaction goes on")
		assert.Equal(t, map[string]int{"old": 2}, values(t, s))
	})
}
