package databases_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// poisoned are rows at which a write fails, by a trigger that rolls the transaction back or by somebody else's lock.
type poisoned struct {
	fine, user *ent.User
	group      *ent.Group
	purchase   *ent.Purchase
	line       *ent.PurchaseLine
	onMySQL    bool
}

func poison(t *testing.T, s session) poisoned {
	t.Helper()
	ctx := t.Context()
	purchase := s.Purchase.Create().SetState("poison").SaveX(ctx)
	line := s.PurchaseLine.Create().SetPurchase(purchase).SaveX(ctx)
	return poisoned{
		fine:     s.user(t, "before"),
		user:     s.User.Create().SetName("poison").SetEmail("poison").SaveX(ctx),
		group:    s.Group.Create().SetName("poison").SaveX(ctx),
		purchase: s.Purchase.GetX(ctx, purchase.ID), // touched by the line
		line:     line,
		onMySQL:  isMySQL(s.Pool),
	}
}

// poisonedWrites fail at the poisoned rows, some of them halfway.
var poisonedWrites = []struct {
	name  string
	write func(ctx context.Context, tx *ent.Tx, p poisoned) error
}{
	{"save", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.User.UpdateOne(p.user).SetName("half").Exec(ctx)
	}},
	{"save that returns the row", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		_, err := tx.User.UpdateOne(p.user).SetName("half").Save(ctx)
		return err
	}},
	{"save of an edge", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.User.UpdateOne(p.fine).SetName("half").AddGroups(p.group).Exec(ctx)
	}},
	{"touching save", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.PurchaseLine.UpdateOne(p.line).SetArticle("half").Exec(ctx)
	}},
	{"touching create", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.PurchaseLine.Create().SetArticle("half").SetPurchase(p.purchase).Exec(ctx)
	}},
	{"touching delete", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.PurchaseLine.DeleteOne(p.line).Exec(ctx)
	}},
	{"delete", func(ctx context.Context, tx *ent.Tx, p poisoned) error { return tx.User.DeleteOne(p.user).Exec(ctx) }},
	{"set-based update", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		return tx.User.Update().Where(user.IDIn(p.fine.ID, p.user.ID)).SetName("half").Exec(ctx)
	}},
	{"set-based delete", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		_, err := tx.User.Delete().Where(user.IDIn(p.fine.ID, p.user.ID)).Exec(ctx)
		return err
	}},
	{"upsert", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		create := tx.User.Create().SetName("half").SetEmail("poison")
		if p.onMySQL {
			return create.OnConflict().UpdateNewValues().Exec(ctx)
		}
		return create.OnConflictColumns(user.FieldEmail).UpdateNewValues().Exec(ctx)
	}},
	{"batch", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		_, err := tx.User.UpdateBulk(p.fine.Update().SetName("half"), p.user.Update().SetName("half").SetAge(7)).SkipModified().Save(ctx)
		return err
	}},
	{"DeleteBulk", func(ctx context.Context, tx *ent.Tx, p poisoned) error {
		_, err := tx.User.DeleteBulk(p.fine, p.user).SkipModified().Exec(ctx)
		return err
	}},
}

// failsInTx makes a transaction write something, and fail at a poisoned row.
func failsInTx(t *testing.T, s session, p poisoned, write func(context.Context, *ent.Tx, poisoned) error) *ent.Tx {
	t.Helper()
	tx := s.tx(t)
	require.NoError(t, tx.User.Create().SetName("first").Exec(t.Context()))
	require.Error(t, write(t.Context(), tx, p))
	return tx
}

// assertOver asserts that nothing of a transaction was kept, and that it refuses further statements.
func assertOver(t *testing.T, s session, p poisoned, tx *ent.Tx) {
	t.Helper()
	require.ErrorIs(t, tx.User.Create().SetName("survivor").Exec(t.Context()), entocc.ErrTxEnded)
	require.ErrorIs(t, tx.User.UpdateOneID(p.fine.ID).IgnoreVersion().SetName("survivor").Exec(t.Context()), entocc.ErrTxEnded)
	_, err := tx.User.Query().Count(t.Context())
	require.ErrorIs(t, err, entocc.ErrTxEnded)
	assert.True(t, entocc.Classify(err).RolledBack)
	require.ErrorIs(t, tx.Commit(), entocc.ErrTxEnded)
	require.NoError(t, tx.Rollback())
	assertUntouched(t, s, p)
	assert.Equal(t, 2, s.User.Query().CountX(t.Context()))
}

// assertKeepsNothing asserts that nothing of a failed write is kept. It returns 1 if the transaction is over, and 0 if it goes on.
func assertKeepsNothing(t *testing.T, s session, p poisoned, tx *ent.Tx) (ended int) {
	t.Helper()
	if tx.User.Create().SetName("later").Exec(t.Context()) != nil {
		assertOver(t, s, p, tx)
		return 1
	}
	require.NoError(t, tx.Commit())
	assertUntouched(t, s, p)
	assert.Equal(t, 2, s.User.Delete().Where(user.NameIn("first", "later")).ExecX(t.Context()))
	return 0
}

// assertUntouched asserts that a failed write has left nothing.
func assertUntouched(t *testing.T, s session, p poisoned) {
	t.Helper()
	for _, u := range []*ent.User{p.fine, p.user} {
		now := s.load(t, u.ID)
		assert.Equal(t, u.Name, now.Name)
		assert.EqualValues(t, 1, now.Version)
	}
	assert.Equal(t, "", s.PurchaseLine.Query().OnlyX(t.Context()).Article)
	purchase := s.Purchase.GetX(t.Context(), p.purchase.ID)
	assert.Equal(t, p.purchase.Version, purchase.Version)
	assert.Zero(t, p.fine.QueryGroups().CountX(t.Context()))
}

// sqliteRollsBack makes SQLite roll back a transaction that writes to a poisoned row.
var sqliteRollsBack = []string{
	"CREATE TRIGGER a BEFORE UPDATE ON users WHEN OLD.name = 'poison' BEGIN SELECT RAISE(ROLLBACK, 'poison'); END",
	"CREATE TRIGGER b BEFORE DELETE ON users WHEN OLD.name = 'poison' BEGIN SELECT RAISE(ROLLBACK, 'poison'); END",
	"CREATE TRIGGER c BEFORE UPDATE ON purchases BEGIN SELECT RAISE(ROLLBACK, 'poison'); END",
	"CREATE TRIGGER d BEFORE INSERT ON user_groups BEGIN SELECT RAISE(ROLLBACK, 'poison'); END",
}

func (s session) exec(t *testing.T, queries ...string) {
	t.Helper()
	for _, query := range queries {
		_, err := s.Pool.ExecContext(t.Context(), query)
		require.NoError(t, err, query)
	}
}

func eachSQLite(t *testing.T, test func(t *testing.T, s session)) {
	t.Helper()
	for _, db := range databases.SQLite() {
		t.Run(db.String(), func(t *testing.T) {
			s, _ := pair(t, db)
			test(t, s)
		})
	}
}

// SQLite rolls a transaction back for a constraint or a trigger that says so, and would run the next statements in autocommit.
func TestTx_ThatSQLiteHasRolledBackRefusesEverything(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		p := poison(t, s)
		s.exec(t, sqliteRollsBack...)
		for _, w := range poisonedWrites {
			t.Run(w.name, func(t *testing.T) { assertOver(t, s, p, failsInTx(t, s, p, w.write)) })
		}
	})
}

// VerifyOnCommit wraps the transaction in another one.
func TestTx_ThatSQLiteHasRolledBackRefusesEverythingWhileItVerifies(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		p := poison(t, s)
		s.exec(t, sqliteRollsBack...)
		for _, w := range poisonedWrites {
			t.Run(w.name, func(t *testing.T) {
				tx := s.tx(t)
				require.NoError(t, tx.User.VerifyOnCommit(tx.User.GetX(t.Context(), p.fine.ID)))
				require.NoError(t, tx.User.Create().SetName("first").Exec(t.Context()))
				require.Error(t, w.write(t.Context(), tx, p))
				assertOver(t, s, p, tx)
			})
		}
	})
}

func TestTx_ThatAConstraintOfSQLiteHasRolledBackRefusesEverything(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		s.exec(t, "DROP TABLE settings",
			"CREATE TABLE settings (id text PRIMARY KEY, value text NOT NULL UNIQUE ON CONFLICT ROLLBACK, version bigint NOT NULL DEFAULT 1)")
		a := s.Setting.Create().SetID("a").SetValue("a").SaveX(t.Context())
		s.Setting.Create().SetID("b").SetValue("b").ExecX(t.Context())
		tx := s.tx(t)
		require.NoError(t, tx.Setting.Create().SetID("first").SetValue("first").Exec(t.Context()))
		require.True(t, ent.IsConstraintError(tx.Setting.UpdateOne(a).SetValue("b").Exec(t.Context())))
		err := tx.Setting.Create().SetID("survivor").SetValue("survivor").Exec(t.Context())
		require.ErrorIs(t, err, entocc.ErrTxEnded)
		assert.False(t, entocc.IsRetryable(err), "it would end the same way: %v", err)
		require.ErrorIs(t, tx.Commit(), entocc.ErrTxEnded)
		assert.Equal(t, map[string]int{"a": 1, "b": 1}, values(t, s))
	})
}

// A full disk may have undone the statement or the whole transaction: what the commit says is true for all of it.
func TestTx_OnAFullDiskIsWhatItsCommitSays(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		tx := s.tx(t)
		require.NoError(t, tx.User.Create().SetName("first").Exec(t.Context()))
		var pages int
		require.NoError(t, s.Pool.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages))
		rows, err := tx.QueryContext(t.Context(), fmt.Sprint("PRAGMA max_page_count = ", pages+10))
		require.NoError(t, err)
		require.NoError(t, rows.Close())
		require.ErrorContains(t, tx.User.Create().SetName(strings.Repeat("x", 1<<20)).Exec(t.Context()), "full")
		later := tx.User.Create().SetName("later").Exec(t.Context())
		if committed := tx.Commit(); committed == nil {
			require.NoError(t, later)
			assert.Equal(t, 2, s.User.Query().CountX(t.Context()))
		} else {
			require.ErrorIs(t, later, entocc.ErrTxEnded)
			require.ErrorIs(t, committed, entocc.ErrTxEnded)
			assert.Zero(t, s.User.Query().CountX(t.Context()))
		}
	})
}

// A statement that is interrupted by its own context ends the transaction, whose context goes on. If on a busy machine
// the context has ended before the statement was sent, the transaction goes on too, without anything of the write.
func TestTx_OfSQLiteWhoseStatementWasBrokenOffRefusesEverything(t *testing.T) {
	eachSQLite(t, func(t *testing.T, s session) {
		p := poison(t, s)
		s.exec(t, "CREATE VIEW slow AS WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c WHERE x < 20000000) SELECT x FROM c",
			"CREATE TRIGGER a BEFORE UPDATE ON users WHEN OLD.name = 'poison' BEGIN SELECT count(*) FROM slow; END",
			"CREATE TRIGGER b BEFORE DELETE ON users WHEN OLD.name = 'poison' BEGIN SELECT count(*) FROM slow; END",
			"CREATE TRIGGER c BEFORE UPDATE ON purchases BEGIN SELECT count(*) FROM slow; END",
			"CREATE TRIGGER d BEFORE INSERT ON user_groups BEGIN SELECT count(*) FROM slow; END")
		ended := 0
		for _, w := range poisonedWrites {
			t.Run(w.name, func(t *testing.T) {
				tx := failsInTx(t, s, p, func(ctx context.Context, tx *ent.Tx, p poisoned) error {
					ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
					defer cancel()
					err := w.write(ctx, tx, p)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					return err
				})
				ended += assertKeepsNothing(t, s, p, tx)
			})
		}
		assert.Positive(t, ended)
	})
}

// impatient opens a session that waits a second for a lock.
func impatient(t *testing.T, dsn string) session {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	if cfg.Params == nil {
		cfg.Params = make(map[string]string)
	}
	cfg.Params["innodb_lock_wait_timeout"] = "1"
	return openMySQL(t, cfg.FormatDSN())
}

// holds keeps the poisoned rows locked until the end of the test.
func holds(t *testing.T, s session, p poisoned) {
	t.Helper()
	tx := s.tx(t)
	for _, query := range []string{
		fmt.Sprintf("UPDATE users SET name = name, age = 1 WHERE id = %d", p.user.ID),
		fmt.Sprintf("UPDATE `groups` SET name = 'held' WHERE id = %d", p.group.ID),
		"UPDATE purchases SET state = 'held'",
	} {
		_, err := tx.ExecContext(t.Context(), query)
		require.NoError(t, err, query)
	}
}

func TestTx_ThatALockTimeoutHasRolledBackRefusesEverything(t *testing.T) {
	dsn := servers.MariaDBTimeoutDatabase(t)
	mine, theirs := impatient(t, dsn), openMySQL(t, dsn)
	createTables(t, theirs.Client)
	p := poison(t, theirs)
	holds(t, theirs, p)
	for _, w := range poisonedWrites {
		t.Run(w.name, func(t *testing.T) { assertOver(t, mine, p, failsInTx(t, mine, p, w.write)) })
	}
}

// By default a lock timeout undoes only the statement: the transaction goes on, without anything of the write.
func TestTx_GoesOnAfterALockTimeout(t *testing.T) {
	dsn := servers.MariaDBDatabase(t)
	mine, theirs := impatient(t, dsn), openMySQL(t, dsn)
	createTables(t, theirs.Client)
	p := poison(t, theirs)
	holds(t, theirs, p)
	for i, w := range poisonedWrites {
		t.Run(w.name, func(t *testing.T) {
			tx := failsInTx(t, mine, p, w.write)
			require.NoError(t, tx.User.Create().SetName("later").Exec(t.Context()))
			require.NoError(t, tx.Commit())
			assertUntouched(t, mine, p)
			assert.Equal(t, 2+2*(i+1), mine.User.Query().CountX(t.Context()))
		})
	}
}
