package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// delivered upserts Users of these emails, with a name of their own, in one statement.
func (s session) delivered(version int64, mails ...string) *ent.UserUpsertBulk {
	builders := make([]*ent.UserCreate, len(mails))
	for i, mail := range mails {
		builders[i] = s.User.Create().SetName("row " + mail).SetEmail(mail).SetVersion(version)
	}
	return s.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues()
}

func (s session) named(t *testing.T) map[string]string {
	t.Helper()
	names := make(map[string]string)
	for _, u := range s.User.Query().AllX(t.Context()) {
		names[*u.Email] = u.Name
	}
	return names
}

// rewrites has a trigger of PostgreSQL make another key of the one that is inserted.
func (s session) rewrites(t *testing.T, key string) {
	t.Helper()
	for _, statement := range []string{
		"CREATE FUNCTION rewrite() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email := " + key + "; RETURN NEW; END $$",
		"CREATE TRIGGER rewrites BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION rewrite()",
	} {
		_, err := s.Pool.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
}

// What the statement returns names other keys than it was given, so that each row gets its own.
func TestUpserts_TriggerThatRewritesTheKey(t *testing.T) {
	s, _ := pairOn(t, postgres, readCommitted)
	s.delivered(7, "a@x", "b@x").ExecX(t.Context())
	s.rewrites(t, "lower(NEW.email)")
	versions := func(v ...int64) error { return s.delivered(1, "A@x", "B@x", "C@x").IfVersion(v...).Exec(t.Context()) }

	var conflicts *entocc.BulkModifiedError
	require.ErrorAs(t, versions(6, 7, 1), &conflicts)
	assert.Equal(t, []int{0}, conflicts.Indexes)
	assert.Equal(t, map[string]string{"a@x": "row a@x", "b@x": "row b@x"}, s.named(t))
	require.NoError(t, versions(7, 7, 7))
	assert.Equal(t, map[string]string{"a@x": "row A@x", "b@x": "row B@x", "c@x": "row C@x"}, s.named(t))

	s.User.UpdateOneID(s.User.Query().Where(user.Email("b@x")).OnlyIDX(t.Context())).SetName("later").IgnoreVersion().ExecX(t.Context())
	var late *entocc.BulkNotNewerError
	require.ErrorAs(t, s.delivered(9, "A@x", "B@x", "D@x").IfNewer().Exec(t.Context()), &late)
	assert.Equal(t, []int{1}, late.Indexes)
	assert.Equal(t, map[string]string{"a@x": "row A@x", "b@x": "later", "c@x": "row C@x", "d@x": "row D@x"}, s.named(t))
}

// PostgreSQL refuses a statement that writes one row twice: "ON CONFLICT DO UPDATE command cannot affect row a second time". Here a
// trigger makes one key of two.
func TestUpserts_RowThatAStatementWouldWriteTwice(t *testing.T) {
	for name, existing := range map[string]bool{"a row that is there": true, "a new row": false} {
		t.Run(name, func(t *testing.T) {
			s, _ := pairOn(t, postgres, readCommitted)
			before := map[string]string{}
			if existing {
				s.delivered(7, "a@x").ExecX(t.Context())
				before["a@x"] = "row a@x"
			}
			s.rewrites(t, "lower(NEW.email)")
			var conflicts *entocc.BulkModifiedError
			err := s.delivered(1, "A@x", "a@X").IfVersion(7, 7).Exec(t.Context())
			require.ErrorAs(t, err, &conflicts, "%v", err)
			assert.Equal(t, []int{1}, conflicts.Indexes)
			assert.Equal(t, before, s.named(t), "none was written")
			err = s.delivered(9, "A@x", "a@X").IfNewer().Exec(t.Context())
			var late *entocc.BulkNotNewerError
			require.ErrorAs(t, err, &late, "%v", err)
			assert.Equal(t, []int{1}, late.Indexes)
			assert.Equal(t, map[string]string{"a@x": "row A@x"}, s.named(t))
		})
	}
}

// A trigger that exchanges the keys of two rows has the statement return the key of one for the other.
func TestUpserts_TriggerThatExchangesKeys(t *testing.T) {
	s, _ := pairOn(t, postgres, readCommitted)
	s.delivered(7, "a@x").ExecX(t.Context())
	s.delivered(10, "b@x").ExecX(t.Context())
	s.rewrites(t, "CASE NEW.email WHEN 'a@x' THEN 'b@x' ELSE 'a@x' END")
	err := s.delivered(9, "a@x", "b@x").IfNewer().Exec(t.Context())
	var late *entocc.BulkNotNewerError
	require.ErrorAs(t, err, &late, "%v", err)
	assert.Equal(t, []int{0}, late.Indexes, "%v", err)
	assert.Equal(t, map[string]string{"a@x": "row b@x", "b@x": "row b@x"}, s.named(t), "the second builder's row, and the one that refused the first's")
}

// MySQL and MariaDB run into any unique key. A row that has another key than the upsert names is not the one that its caller has
// read, whatever its version.
func TestUpserts_ClashByAnotherUniqueKey(t *testing.T) {
	for _, db := range [][2]string{{mariadb, repeatableRead}, {postgres, readCommitted}, {sqliteWAL, sqliteDeferred}} {
		t.Run(db[0], func(t *testing.T) {
			s, _ := pairOn(t, db[0], db[1])
			_, err := s.Pool.ExecContext(t.Context(), "CREATE UNIQUE INDEX named ON users (name)")
			require.NoError(t, err)
			s.delivered(7, "a@x", "b@x").ExecX(t.Context())
			before := s.named(t)
			clashing := func() *ent.UserCreate { return s.User.Create().SetName("row a@x").SetEmail("new@x").SetVersion(9) }
			another := func() *ent.UserCreate { return s.User.Create().SetName("another").SetEmail("another@x").SetVersion(9) }
			one := func() *ent.UserUpsertOne {
				return clashing().OnConflictColumns(user.FieldEmail).UpdateNewValues()
			}
			bulk := func() *ent.UserUpsertBulk {
				return s.User.CreateBulk(another(), clashing()).OnConflictColumns(user.FieldEmail).UpdateNewValues()
			}
			onlyAge := func(u *ent.UserUpsert) { u.SetAge(9) }
			for name, err := range map[string]error{
				"IfVersion, the row's":       one().IfVersion(7).Exec(t.Context()),
				"IfVersion, another":         one().IfVersion(6).Exec(t.Context()),
				"IfNewer":                    one().IfNewer(9).Exec(t.Context()),
				"bulk IfVersion, the row's":  bulk().IfVersion(7, 7).Exec(t.Context()),
				"bulk IfNewer":               bulk().IfNewer().Exec(t.Context()),
				"an update of other columns": clashing().OnConflictColumns(user.FieldEmail).Update(onlyAge).IfVersion(7).Exec(t.Context()),
			} {
				assert.True(t, ent.IsConstraintError(err), "%s: %v", name, err)
				assert.False(t, ent.IsRecordModified(err), "%s: %v", name, err)
				assert.False(t, entocc.IsNotNewer(err), "%s: %v", name, err)
				assert.Equal(t, before, s.named(t), name)
			}
			require.NoError(t, s.delivered(7, "a@x", "c@x").IfVersion(7, 7).Exec(t.Context()), "the key that it names")
		})
	}
}
