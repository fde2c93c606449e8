package system_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/system/ent"
	"github.com/entocc/entocc/integration/system/ent/account"
	"github.com/entocc/entocc/trigger"
)

// In PostgreSQL two writes of a row in one transaction have the same xmin, unless a savepoint is between them. So
// entocc sets one, and an entity from the first write is stale, in the transaction and after it.
func TestSystem_WritesOfOneTransactionDiffer(t *testing.T) {
	each(t, func(s *scene) {
		id := s.account("before").ID
		tx := s.tx()
		first := do[*ent.Account](s)(tx.Account.UpdateOne(do[*ent.Account](s)(tx.Account.Get(s.ctx, id))).SetAge(1).Save(s.ctx))
		require.NoError(s, tx.Account.UpdateOne(first).SetAge(2).Exec(s.ctx))
		second := do[*ent.Account](s)(tx.Account.Get(s.ctx, id))
		n := do[int](s)(tx.Account.Update().Where(account.ID(id)).SetAge(3).Save(s.ctx))
		require.Equal(s, 1, n)
		third := do[*ent.Account](s)(tx.Account.Get(s.ctx, id))
		require.NoError(s, tx.Account.Create().SetName("upsert").SetEmail(third.Email).OnConflictColumns(account.FieldEmail).UpdateNewValues().Exec(s.ctx))
		fourth := do[*ent.Account](s)(tx.Account.Get(s.ctx, id))
		_, err := tx.ExecContext(s.ctx, "UPDATE accounts SET age = 5 WHERE id = $1", id)
		require.NoError(s, err)
		fifth := do[*ent.Account](s)(tx.Account.Get(s.ctx, id))
		created := do[*ent.Account](s)(tx.Account.Create().SetName("created").Save(s.ctx))
		saved := do[*ent.Account](s)(tx.Account.UpdateOne(created).SetAge(6).Save(s.ctx))
		batch := do[[]*ent.Account](s)(tx.Account.UpdateBulk(tx.Account.UpdateOne(saved).SetAge(7)).Save(s.ctx))
		seen := map[int64]bool{}
		all := []*ent.Account{first, second, third, fourth, fifth, created, saved, batch[0]}
		for _, one := range all {
			assert.False(s, seen[one.Version], "%d was seen before", one.Version)
			seen[one.Version] = true
		}
		for _, stale := range []*ent.Account{first, second, third, fourth, created, saved} {
			s.conflict(tx.Account.UpdateOne(stale).SetNick("lost").Exec(s.ctx))
			s.conflict(tx.Account.DeleteOne(stale).Exec(s.ctx))
		}
		require.NoError(s, tx.Commit())
		for _, stale := range []*ent.Account{first, second, third, fourth, created, saved} {
			s.conflict(s.client.Account.UpdateOne(stale).SetNick("lost").Exec(s.ctx))
		}
		s.saved(s.client.Account.UpdateOne(fifth).SetAge(8))
		s.saved(s.client.Account.UpdateOne(batch[0]).SetAge(8))
	})
}

// What a transaction writes to a row indirectly, by edges, triggers and foreign keys, counts too.
func TestSystem_IndirectWritesOfOneTransactionDiffer(t *testing.T) {
	each(t, func(s *scene) {
		a, boss := s.account("a"), s.account("boss")
		tx := s.tx()
		a = do[*ent.Account](s)(tx.Account.UpdateOne(a).SetAge(1).Save(s.ctx))
		require.NoError(s, tx.Account.UpdateOne(boss).AddStaff(a).Exec(s.ctx))
		s.conflict(tx.Account.UpdateOne(a).ClearBoss().Exec(s.ctx))
		a = do[*ent.Account](s)(tx.Account.Get(s.ctx, a.ID))
		require.NoError(s, tx.Account.DeleteOneID(boss.ID).IgnoreVersion().Exec(s.ctx))
		s.conflict(tx.Account.UpdateOne(a).SetAge(2).Exec(s.ctx))
		require.NoError(s, tx.Commit())
		s.conflict(s.client.Account.UpdateOne(a).SetAge(2).Exec(s.ctx))
	})
}

// The caller's savepoints work as always, whatever was written between them, also to go on after an error.
func TestSystem_SavepointsOfTheCaller(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		tx := s.tx()
		send := func(query string) {
			_, err := tx.ExecContext(s.ctx, query)
			require.NoError(s, err)
		}
		kept := do[*ent.Account](s)(tx.Account.UpdateOne(a).SetAge(1).Save(s.ctx))
		send("SAVEPOINT accounts")
		undone := do[*ent.Account](s)(tx.Account.UpdateOne(kept).SetAge(2).Save(s.ctx))
		assert.Error(s, tx.Account.Create().SetName("taken").SetEmail(a.Email).Exec(s.ctx))
		send("ROLLBACK TO SAVEPOINT accounts")
		assert.Equal(s, 1, do[*ent.Account](s)(tx.Account.Get(s.ctx, a.ID)).Age)
		err := tx.Account.UpdateOne(undone).SetAge(3).Exec(s.ctx)
		assert.Error(s, err)
		kept = do[*ent.Account](s)(tx.Account.UpdateOne(kept).SetAge(4).Save(s.ctx))
		send("RELEASE SAVEPOINT accounts")
		require.NoError(s, tx.Commit())
		s.saved(s.client.Account.UpdateOne(kept).SetAge(5))
	})
}

// What a rolled-back transaction has returned matches no row, and no later transaction gets its number.
func TestSystem_RolledBack(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		tx := s.tx()
		ghost := do[*ent.Account](s)(tx.Account.UpdateOne(a).SetAge(1).Save(s.ctx))
		require.NoError(s, tx.Rollback())
		assert.Error(s, s.client.Account.UpdateOne(ghost).SetAge(2).Exec(s.ctx))
		s.conflict(s.client.Account.UpdateOneID(a.ID).IfVersion(ghost.Version).SetAge(2).Exec(s.ctx))
		s.saved(a.Update().SetAge(3))
	})
}

// The limit within a transaction: entocc can't see the end of the rows of a QueryContext, so it sends no savepoint for
// it. Two of them that write one row leave the same version. Others never see the first, because it is not committed
// when the second is sent.
func TestSystem_LimitTwoRawQueriesInOneTransaction(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		tx := do[*ent.Tx](s)(s.other.Tx(s.ctx)) // The recorder has no QueryContext.
		s.Cleanup(func() { _ = tx.Rollback() })
		raw := func(age int) *ent.Account {
			rows, err := tx.QueryContext(s.ctx, "UPDATE accounts SET age = $1 WHERE id = $2 RETURNING id", age, a.ID)
			require.NoError(s, err)
			require.NoError(s, rows.Close())
			return do[*ent.Account](s)(tx.Account.Get(s.ctx, a.ID))
		}
		first, second := raw(1), raw(2)
		assert.Equal(s, first.Version, second.Version)
		assert.NotEqual(s, a.Version, first.Version)
		s.conflict(tx.Account.UpdateOne(a).SetName("lost").Exec(s.ctx))
		require.NoError(s, tx.Account.UpdateOne(first).SetName("not seen").Exec(s.ctx))
		s.conflict(tx.Account.UpdateOne(second).SetName("lost").Exec(s.ctx))
	})
}

// A row that a trigger changes before the write has the version that the statement returns.
func TestSystem_TriggersBeforeAWrite(t *testing.T) {
	each(t, func(s *scene) {
		s.psql("CREATE FUNCTION nicks() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.nick := NEW.name || ''!''; RETURN NEW; END'")
		s.psql("CREATE TRIGGER nicks BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION nicks()")
		a := s.account("created")
		assert.Equal(s, s.xmin(a.ID), a.Version)
		a = s.saved(a.Update().SetName("saved"))
		assert.Equal(s, s.xmin(a.ID), a.Version)
		assert.Equal(s, "saved!", *a.Nick)
		s.psql("UPDATE accounts SET age = 1 WHERE id = $1", a.ID)
		s.conflict(a.Update().SetAge(2).Exec(s.ctx))
	})
}

// The limit of triggers that write a row again after the statement, in its transaction: as with any version, the
// statement does not return what they write.
func TestSystem_LimitTriggersAfterAWrite(t *testing.T) {
	each(t, func(s *scene) {
		s.psql("CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE accounts SET age = age + 1 WHERE id = NEW.id; RETURN NULL; END'")
		s.psql("CREATE TRIGGER again AFTER INSERT OR UPDATE ON accounts FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION again()")
		a := s.account("created")
		assert.Zero(s, a.Age)
		assert.Equal(s, 1, s.load(a.ID).Age)
		assert.Equal(s, s.xmin(a.ID), a.Version)
		a = s.saved(a.Update().SetName("saved"))
		assert.Equal(s, s.xmin(a.ID), a.Version)
		s.psql("UPDATE accounts SET name = 'theirs' WHERE id = $1", a.ID)
		s.conflict(a.Update().SetNick("lost").Exec(s.ctx))
	})
}

// A vacuum that freezes rows, or rewrites the table, keeps the versions. An ALTER TABLE that rewrites the table changes all of them.
func TestSystem_LimitMaintenance(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		for _, keeps := range []string{"VACUUM FREEZE accounts", "VACUUM FULL accounts", "CLUSTER accounts USING accounts_pkey", "REINDEX TABLE accounts", "ALTER TABLE accounts ADD COLUMN more text DEFAULT 'x'"} {
			s.psql(keeps)
			assert.Equal(s, a.Version, s.xmin(a.ID), keeps)
		}
		_, err := s.db.ExecContext(s.ctx, "BEGIN; SELECT * FROM accounts FOR UPDATE; COMMIT")
		require.NoError(s, err)
		assert.Equal(s, a.Version, s.xmin(a.ID), "a lock is not a write")
		a = s.saved(a.Update().SetAge(1))
		s.psql("ALTER TABLE accounts ALTER COLUMN age TYPE numeric")
		s.conflict(a.Update().SetAge(2).Exec(s.ctx))
	})
}

// Restored rows have the versions of their new database: a holder of an older version is refused, and reads again.
func TestSystem_LimitDumpAndRestore(t *testing.T) {
	each(t, func(s *scene) {
		a, b := s.account("a"), s.account("b")
		require.NotEqual(s, a.Version, b.Version)
		s.psql("CREATE TABLE dumped AS TABLE accounts")
		s.psql("TRUNCATE accounts CASCADE")
		s.psql("INSERT INTO accounts TABLE dumped") // like COPY in a restore
		assert.Equal(s, s.xmin(a.ID), s.xmin(b.ID), "one transaction has written both")
		s.conflict(a.Update().SetAge(1).Exec(s.ctx))
		s.saved(s.load(a.ID).Update().SetAge(1))
		s.saved(s.load(b.ID).Update().SetAge(1))
	})
}

// PostgreSQL can't return the xmin of a row that it has put into a partition, so it refuses the statement that creates one.
func TestSystem_LimitPartitionedTables(t *testing.T) {
	each(t, func(s *scene) {
		s.psql("DROP TABLE tickets")
		s.psql("CREATE TABLE tickets (id uuid PRIMARY KEY, text text NOT NULL) PARTITION BY HASH (id)")
		s.psql("CREATE TABLE tickets_all PARTITION OF tickets FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
		_, err := s.client.Ticket.Create().SetText("new").Save(s.ctx)
		assert.ErrorContains(s, err, "cannot retrieve a system column in this context")
		assert.Zero(s, s.client.Ticket.Query().CountX(s.ctx))
	})
}

// Versions are 32 bits without a sign. After four thousand million transactions PostgreSQL counts from 3 again: an
// entity that was held for that long may match a row that was written since. Versions above the largest int32 are read
// and compared correctly.
func TestSystem_LimitWraparound(t *testing.T) {
	each(t, func(s *scene) {
		for _, xid := range []int64{3, math.MaxInt32, math.MaxInt32 + 1, math.MaxUint32} {
			var read int64
			row := s.db.QueryRowContext(s.ctx, "SELECT x FROM (SELECT CAST(CAST($1 AS text) AS xid) AS x) AS t WHERE x = $2", fmt.Sprint(xid), xid)
			require.NoError(s, row.Scan(&read))
			assert.Equal(s, xid, read)
		}
	})
}

// Other databases have no xmin. Writes are refused before anything is sent, and reads fail.
func TestSystem_OtherDatabasesAreRefused(t *testing.T) {
	for _, name := range [][2]string{{"SQLite, modernc, WAL", "deferred"}, {"MariaDB", "REPEATABLE READ"}} {
		t.Run(name[0], func(t *testing.T) {
			conn := databases.Find(t, name[0], name[1]).New(t)
			db := conn.Open(t)
			t.Cleanup(func() { _ = db.Close() })
			client := ent.NewClient(ent.Driver(entsql.OpenDB(conn.Dialect, db)))
			require.NoError(t, client.Schema.Create(t.Context()))
			_, created := client.Account.Create().SetName("a").Save(t.Context())
			_, updated := client.Account.Update().SetAge(1).Save(t.Context())
			_, deleted := client.Account.Delete().Exec(t.Context())
			for what, err := range map[string]error{
				"create": created, "set-based update": updated, "set-based delete": deleted,
				"bulk":   client.Account.CreateBulk(client.Account.Create().SetName("a")).Exec(t.Context()),
				"update": client.Account.UpdateOneID(1).IfVersion(1).SetAge(1).Exec(t.Context()),
				"delete": client.Account.DeleteOneID(1).IfVersion(1).Exec(t.Context()),
				"bulk upsert": client.Account.CreateBulk(client.Account.Create().SetName("a").SetEmail("e")).
					OnConflict(entsql.ConflictColumns("email"), entsql.ResolveWithNewValues()).IfVersion(1).Exec(t.Context()),
				"upsert": client.Account.Create().SetName("a").SetEmail("e").OnConflict(entsql.ConflictColumns("email"), entsql.ResolveWithNewValues()).Exec(t.Context()),
			} {
				assert.True(t, ent.IsVersionError(err), "%s: %v", what, err)
				assert.ErrorContains(t, err, "Account", what)
				assert.ErrorContains(t, err, "needs PostgreSQL", what)
				assert.ErrorContains(t, err, "use mixin.Version", what)
			}
			_, err := client.Account.Query().All(t.Context())
			assert.ErrorContains(t, err, "xmin")
			_, err = client.Plain.Create().SetText("others work").Save(t.Context())
			assert.NoError(t, err)
		})
	}
}

// A version is never NULL and never one that somebody chose: PostgreSQL lets no statement write it.
func TestSystem_NobodyWritesIt(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		for _, to := range []string{"NULL", "xmin", "'4294967295'"} {
			_, err := s.db.ExecContext(s.ctx, "UPDATE accounts SET xmin = "+to)
			require.ErrorContains(s, err, "system column", to)
		}
		s.saved(a.Update().SetName("after"))
	})
}

// A trigger would have nothing to do.
func TestSystem_NoTriggers(t *testing.T) {
	triggers, err := trigger.New(dialect.Postgres, ent.VersionedTables())
	require.NoError(t, err)
	made := strings.Join(triggers.SQL(), "\n")
	assert.Contains(t, made, "plains")
	assert.NotContains(t, made, "accounts")
	_, err = trigger.New(dialect.Postgres, ent.VersionedTables(), trigger.For(ent.TypeAccount))
	assert.ErrorContains(t, err, ent.TypeAccount)
}

// In a client's transaction each write is between a savepoint and its release. A write outside of a transaction is a single statement.
func TestSystem_Statements(t *testing.T) {
	each(t, func(s *scene) {
		if s.conn.Traits.Repeats {
			return // Each write is in a transaction.
		}
		a := s.account("before")
		s.sent.Reset()
		a = s.saved(a.Update().SetAge(1))
		assert.Equal(s, []string{
			`UPDATE "accounts" SET "age" = $1 WHERE "id" = $2 AND "xmin" = $3 RETURNING "id", "xmin", "name", "age", "nick", "email", "labels"`,
		}, s.sent.Sent())
		s.sent.Reset()
		tx := s.tx()
		do[*ent.Account](s)(tx.Account.UpdateOne(a).SetAge(2).Save(s.ctx))
		require.NoError(s, tx.Commit())
		sent := s.sent.Sent()
		require.Len(s, sent, 5, "%q", sent)
		assert.Equal(s, "SAVEPOINT entocc_statement", sent[1])
		assert.Equal(s, "RELEASE SAVEPOINT entocc_statement", sent[3])
	})
}

// Writes that leave other versions as they are change this one, because the database does it unconditionally.
func TestSystem_LimitEveryWriteMovesIt(t *testing.T) {
	each(t, func(s *scene) {
		for name, write := range map[string]func(a *ent.Account) error{
			"SkipIncrement": func(a *ent.Account) error { return a.Update().SetAge(1).Exec(entocc.SkipIncrement(s.ctx)) },
			"upsert with Ignore": func(a *ent.Account) error {
				return s.client.Account.Create().SetEmail(a.Email).SetName("ignored").OnConflictColumns(account.FieldEmail).Ignore().Exec(s.ctx)
			},
		} {
			a := s.account("before")
			require.NoError(s, write(a), name)
			assert.NotEqual(s, a.Version, s.xmin(a.ID), name)
			s.conflict(a.Update().SetName("lost").Exec(s.ctx))
			assert.Equal(s, "before", s.load(a.ID).Name)
		}
		a := s.account("before")
		err := s.client.Account.Create().SetEmail(a.Email).SetName("nothing").OnConflictColumns(account.FieldEmail).DoNothing().Exec(s.ctx)
		require.ErrorContains(s, err, "no rows in result set", "ent's own error for nothing done")
		s.saved(a.Update().SetName("after"))
	})
}
