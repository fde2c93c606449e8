package databases_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// kept are ways to write a row that a trigger keeps unchanged.
var kept = map[string]func(t *testing.T, client *ent.Client, u *ent.User) error{
	"Exec": func(t *testing.T, client *ent.Client, u *ent.User) error {
		return client.User.UpdateOne(u).SetName("after").Exec(t.Context())
	},
	"Save": func(t *testing.T, client *ent.Client, u *ent.User) error {
		_, err := client.User.UpdateOne(u).SetName("after").Save(t.Context())
		return err
	},
	"Save of an edge": func(t *testing.T, client *ent.Client, u *ent.User) error {
		_, err := client.User.UpdateOne(u).SetName("after").AddGroups(client.Group.Create().SetName("g").SaveX(t.Context())).Save(t.Context())
		return err
	},
	"UpdateBulk": func(t *testing.T, client *ent.Client, u *ent.User) error {
		other := client.User.Create().SetName("other").SaveX(t.Context())
		_, err := client.User.UpdateBulk(client.User.UpdateOne(u).SetName("after"), client.User.UpdateOne(other).SetName("after")).Save(t.Context())
		return err
	},
}

// A MariaDB trigger refuses a write with SIGNAL: the error is the trigger's and not a conflict, and nothing was written.
func TestMariaDB_SignalOfATriggerIsAPlainError(t *testing.T) {
	for _, name := range []string{mariadb, mariadbSnapshot, mariadb + ", clientFoundRows", galera} {
		t.Run(name, func(t *testing.T) {
			s, _ := pairOn(t, name, repeatableRead)
			s.exec(t, "CREATE TRIGGER refusing BEFORE UPDATE ON users FOR EACH ROW BEGIN "+
				"IF OLD.name = 'before' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'row is frozen'; END IF; END")
			u := s.user(t, "before")
			for way, write := range kept {
				tx := s.tx(t)
				for _, client := range []*ent.Client{s.Client, tx.Client()} {
					err := write(t, client, u)
					require.ErrorContains(t, err, "row is frozen", way)
					assert.False(t, ent.IsRecordModified(err), "%s: %v", way, err)
					assert.False(t, entocc.IsRetryable(err), "%s: %v", way, err)
				}
				require.NoError(t, tx.User.Create().SetName("goes on").Exec(t.Context()))
				require.NoError(t, tx.Commit())
			}
			now := s.load(t, u.ID)
			assert.Equal(t, "before", now.Name)
			assert.EqualValues(t, 1, now.Version)
			assert.Equal(t, len(kept), s.User.Query().Where(user.Name("goes on")).CountX(t.Context()))
		})
	}
}

// A MariaDB trigger silently keeps a write from its row: the save is not a success.
func TestMariaDB_WriteThatATriggerKeepsFromItsRowIsNoSuccess(t *testing.T) {
	for _, name := range []string{mariadb, mariadbSnapshot, mariadb + ", clientFoundRows", galera} {
		t.Run(name, func(t *testing.T) {
			s, _ := pairOn(t, name, repeatableRead)
			s.exec(t, "CREATE TRIGGER keeping BEFORE UPDATE ON users FOR EACH ROW BEGIN "+
				"IF OLD.name = 'before' THEN SET NEW.name = OLD.name, NEW.version = OLD.version; END IF; END")
			u := s.user(t, "before")
			err := s.User.UpdateOne(u).SetName("after").Exec(t.Context())
			var modified *entocc.RecordModifiedError
			if name == mariadb+", clientFoundRows" {
				assert.False(t, ent.IsRecordModified(err), "this is not reported as a change by others: %v", err)
			} else if assert.ErrorAs(t, err, &modified) {
				assert.EqualValues(t, 1, modified.Actual, "the row is as it was")
			}
			assertKept(t, s, u)
		})
	}
}

// SQLite: such a trigger raises IGNORE.
func TestSQLite_WriteThatATriggerKeepsFromItsRowIsNoSuccess(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		s.exec(t, "CREATE TRIGGER keeping BEFORE UPDATE ON users WHEN OLD.name = 'before' BEGIN SELECT RAISE(IGNORE); END")
		u := s.user(t, "before")
		assert.ErrorContains(t, s.User.UpdateOne(u).SetName("after").Exec(t.Context()), "the database suppressed the write")
		assertKept(t, s, u)
	})
}

// PostgreSQL: such a trigger returns OLD, or NULL.
func TestPostgres_WriteThatATriggerKeepsFromItsRowIsNoSuccess(t *testing.T) {
	for _, name := range []string{postgres, "PostgreSQL, lib/pq", "PostgreSQL 18, pgx"} {
		for _, returned := range []string{"OLD", "NULL"} {
			t.Run(name+" "+returned, func(t *testing.T) {
				s, _ := pairOn(t, name, readCommitted)
				s.exec(t, "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.name = 'before' THEN RETURN "+returned+"; END IF; RETURN NEW; END $$",
					"CREATE TRIGGER keeping BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep()")
				u := s.user(t, "before")
				err := s.User.UpdateOne(u).SetName("after").Exec(t.Context())
				assert.ErrorContains(t, err, "suppressed the write")
				assert.False(t, ent.IsRecordModified(err), "%v", err)
				assertKept(t, s, u)
			})
		}
	}
}

// Other kinds of versions show it too, and so does NULL, which stands for the zero version.
func TestPostgres_WriteThatATriggerKeepsFromItsRowIsToldByEveryKindOfVersion(t *testing.T) {
	s, _ := pairOn(t, postgres, readCommitted)
	s.exec(t, "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$")
	d := s.Document.Create().SetTitle("before").SaveX(t.Context()) // a token
	e := s.Event.Create().SetName("before").SaveX(t.Context())     // a time
	s.Order.Create().SaveX(t.Context())
	s.exec(t, "UPDATE orders SET cm_version_id = NULL")
	o := s.Order.Query().OnlyX(t.Context())
	for _, table := range []string{"documents", "events", "orders"} {
		s.exec(t, "CREATE TRIGGER keeping BEFORE UPDATE ON "+table+" FOR EACH ROW EXECUTE FUNCTION keep()")
	}
	assert.ErrorContains(t, d.Update().SetTitle("after").Exec(t.Context()), "suppressed the write")
	assert.ErrorContains(t, e.Update().SetName("after").Exec(t.Context()), "suppressed the write")
	assert.ErrorContains(t, o.Update().SetState("after").Exec(t.Context()), "suppressed the write")
}

// assertKept asserts that no write of a row is reported as saved.
func assertKept(t *testing.T, s session, u *ent.User) {
	t.Helper()
	for way, write := range kept {
		assert.Error(t, write(t, s.Client, u), way)
		tx := s.tx(t)
		err := write(t, tx.Client(), u)
		assert.Error(t, err, way+" in a transaction")
		require.NoError(t, tx.Rollback())
		t.Log(way, err)
	}
	now := s.load(t, u.ID)
	assert.Equal(t, "before", now.Name)
	assert.EqualValues(t, 1, now.Version)
	assert.Zero(t, s.User.Query().Where(user.Name("after")).CountX(t.Context()))
}
