package batch_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	genent "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// errSnapshot is how SQLite says that somebody else has written since the transaction began.
var errSnapshot error = sqlite3.Error{Code: sqlite3.ErrBusy, ExtendedCode: sqlite3.ErrBusySnapshot}

// openAltered returns a client of a new database, and one whose statements can be failed.
func openAltered(t *testing.T, d string) (client, altered *ent.Client, drv *drivertest.Altered) {
	t.Helper()
	db, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "altered.db")+"?_fk=1")
	require.NoError(t, err)
	client = ent.NewClient(ent.Driver(db))
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, client.Schema.Create(t.Context()))
	drv = &drivertest.Altered{Driver: db, Name: d}
	return client, ent.NewClient(ent.Driver(drv)), drv
}

// failing fails statements that begin with a text.
func failing(begin string, err error) func(string, []any) error {
	return func(query string, _ []any) error {
		if strings.HasPrefix(query, begin) {
			return err
		}
		return nil
	}
}

// setNames are the builders that rename users.
func setNames(c *ent.Client, users []*ent.User, name string) []*ent.UserUpdateOne {
	builders := make([]*ent.UserUpdateOne, len(users))
	for i, u := range users {
		builders[i] = c.User.UpdateOne(u).SetName(fmt.Sprint(name, i))
	}
	return builders
}

func unchanged(t *testing.T, client *ent.Client, users []*ent.User) {
	t.Helper()
	for _, u := range users {
		now := client.User.GetX(t.Context(), u.ID)
		assert.Equal(t, u.Name, now.Name)
		assert.Equal(t, u.Version, now.Version)
	}
}

// If a statement of many rows runs into a conflict that the database reports, each half of them is written by itself, until it
// is known which row is to blame. Each statement is then between savepoints, none of which is left.
func TestUpdateBulk_ConflictThatTheDatabaseReportsIsThatOfItsRow(t *testing.T) {
	for _, skip := range []bool{false, true} {
		for _, inTx := range []bool{false, true} {
			t.Run(fmt.Sprint("skip ", skip, ", in a transaction ", inTx), func(t *testing.T) {
				ctx := t.Context()
				client, altered, drv := openAltered(t, "")
				users := createUsers(t, client, 5)
				blamed := users[1].ID
				drv.Fails = func(query string, args []any) error {
					if strings.HasPrefix(query, "UPDATE") && slices.ContainsFunc(args, func(a any) bool { return a == blamed }) {
						return errSnapshot
					}
					return nil
				}
				by, end := altered, func() error { return nil }
				if inTx {
					tx, err := altered.Tx(ctx)
					require.NoError(t, err)
					by, end = tx.Client(), tx.Commit
				}
				batch := by.User.UpdateBulk(setNames(by, users, "new")...)
				if skip {
					batch.SkipModified()
				}
				saved, err := batch.Save(ctx)
				require.True(t, ent.IsRecordModified(err), "%v", err)
				require.ErrorIs(t, err, errSnapshot)
				require.NoError(t, end())
				assert.Equal(t, drv.Count("SAVEPOINT"), drv.Count("RELEASE SAVEPOINT"), drv.Sent)
				if inTx {
					unchanged(t, client, users)
					return // On SQLite nothing can be written in this transaction anymore.
				}
				var bulk *entocc.BulkModifiedError
				require.ErrorAs(t, err, &bulk)
				require.Len(t, bulk.Conflicts, 1)
				assert.Equal(t, blamed, bulk.Conflicts[0].ID)
				if !skip {
					assert.Empty(t, saved)
					unchanged(t, client, users)
					return
				}
				assert.Equal(t, 4, bulk.Written)
				require.Len(t, saved, 4)
				for _, u := range saved {
					assert.Equal(t, u.Name, client.User.GetX(ctx, u.ID).Name)
					assert.EqualValues(t, 2, u.Version)
				}
				unchanged(t, client, users[1:2])
			})
		}
	}
}

// What an attempt has matched says nothing about the next one, which comes to a row that others have written in between.
func TestBulk_RowThatIsModifiedBetweenTwoAttemptsIsAConflict(t *testing.T) {
	for name, run := range map[string]func(*ent.Client, []*ent.User) error{
		"update": func(c *ent.Client, users []*ent.User) error {
			batch := setNames(c, users[:2], "lost")
			batch = append(batch, aged(c, users[2:])...)
			return second(c.User.UpdateBulk(batch...).Save(context.Background()))
		},
		"exec": func(c *ent.Client, users []*ent.User) error {
			batch := setNames(c, users[:2], "lost")
			batch = append(batch, aged(c, users[2:])...)
			return second(c.User.UpdateBulk(batch...).Exec(context.Background()))
		},
		"delete": func(c *ent.Client, users []*ent.User) error {
			return second(c.User.DeleteBulk(users...).Exec(context.Background()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, altered, drv := openAltered(t, "")
			users := createUsers(t, client, 4)
			failed, written := false, false
			drv.Fails = func(query string, _ []any) error {
				switch {
				case query == "COMMIT" && !failed:
					failed = true
					return errSnapshot
				case query == "ROLLBACK":
					failed = true
				}
				return nil
			}
			began := func() {
				if failed && !written {
					written = true
					client.User.UpdateOneID(users[0].ID).IgnoreVersion().SetName("theirs").ExecX(context.Background())
				}
			}
			drv.Begins = began
			err := run(altered, users)
			require.True(t, ent.IsRecordModified(err), "%v", err)
			if written {
				assert.Equal(t, "theirs", client.User.GetX(t.Context(), users[0].ID).Name)
			}
			unchanged(t, client, users[1:])
		})
	}
}

// What is known of a commit that failed: nothing, unless the database says that it has not committed, or it was not asked to.
func TestUpdateBulk_CommitThatFails(t *testing.T) {
	for _, s := range []struct {
		err     error
		unknown bool
	}{
		{errors.New("broken pipe"), true},
		{context.Canceled, false},
		{context.DeadlineExceeded, false},
		{errors.New("UNIQUE constraint failed: users.email"), false},
		{sqlite3.Error{Code: sqlite3.ErrBusy}, false},
	} {
		t.Run(s.err.Error(), func(t *testing.T) {
			client, altered, drv := openAltered(t, "")
			users := createUsers(t, client, 2)
			drv.Fails = failing("COMMIT", s.err)
			saved, err := altered.User.UpdateBulk(setNames(altered, users, "new")...).Save(t.Context())
			require.Error(t, err)
			assert.Empty(t, saved)
			assert.Equal(t, s.unknown, strings.Contains(err.Error(), "is not known") || entocc.IsOutcomeUnknown(err), "%v", err)
			if !s.unknown {
				require.ErrorContains(t, err, s.err.Error())
			}
			unchanged(t, client, users)
		})
	}
}

// pgError is an error of PostgreSQL, which is known by its SQLSTATE.
type pgError string

func (e pgError) Error() string    { return "refused with " + string(e) }
func (e pgError) SQLState() string { return string(e) }

// Any error that PostgreSQL itself returns from a commit says that nothing was committed. On other databases it may be that of a proxy.
func TestUpdateBulk_CommitThatPostgreSQLRefusesIsNotUnknown(t *testing.T) {
	for d, unknown := range map[string]bool{dialect.Postgres: false, dialect.SQLite: true} {
		client, altered, drv := openAltered(t, d)
		users := createUsers(t, client, 2)
		for err, unknown := range map[error]bool{pgError("XX000"): unknown, pgError("40001"): false, errors.New("broken pipe"): true} {
			drv.Fails = failing("COMMIT", err)
			got := second(altered.User.UpdateBulk(altered.User.UpdateOne(users[0]).AddAge(1), altered.User.UpdateOne(users[1]).AddAge(1)).Save(t.Context()))
			require.ErrorIs(t, got, err)
			assert.Equal(t, unknown, strings.Contains(got.Error(), "is not known"), "%s: %v", d, got)
			unchanged(t, client, users)
		}
	}
}

// A batch in a caller's transaction that fails leaves nothing, not even its savepoint; and it says so if it can't be undone.
func TestBulk_IsUndoneInACallersTransaction(t *testing.T) {
	for name, run := range map[string]func(*ent.Client, []*ent.User) error{
		"update": func(c *ent.Client, users []*ent.User) error {
			return second(c.User.UpdateBulk(setNames(c, users, "lost")...).Save(context.Background()))
		},
		"delete": func(c *ent.Client, users []*ent.User) error {
			return second(c.User.DeleteBulk(users...).Exec(context.Background()))
		},
	} {
		for _, fails := range []string{"", "ROLLBACK TO SAVEPOINT", "RELEASE SAVEPOINT"} {
			t.Run(name+" "+fails, func(t *testing.T) {
				ctx := t.Context()
				client, altered, drv := openAltered(t, "")
				users := createUsers(t, client, 3)
				client.User.UpdateOne(users[2]).SetAge(7).ExecX(ctx)
				if fails != "" {
					drv.Fails = failing(fails, errors.New("refused"))
				}
				tx, err := altered.Tx(ctx)
				require.NoError(t, err)
				kept := tx.User.Create().SetName("kept").SaveX(ctx)
				err = run(tx.Client(), users)
				var bulk *entocc.BulkModifiedError
				require.ErrorAs(t, err, &bulk)
				assert.Zero(t, bulk.Written)
				if fails != "" {
					require.ErrorContains(t, err, "could not be undone")
					require.ErrorContains(t, err, "refused")
					require.NoError(t, tx.Rollback())
					return
				}
				assert.Equal(t, bulk, err)
				assert.Equal(t, []string{"ROLLBACK TO SAVEPOINT entocc_bulk", "RELEASE SAVEPOINT entocc_bulk"}, drv.Sent[len(drv.Sent)-2:])
				require.NoError(t, tx.Commit())
				assert.Equal(t, "kept", client.User.GetX(ctx, kept.ID).Name)
				unchanged(t, client, users[:2])
			})
		}
	}
}

// An upsert in a caller's transaction leaves nothing either.
func TestUpsertBulk_IsUndoneInACallersTransaction(t *testing.T) {
	for _, fails := range []string{"", "ROLLBACK TO SAVEPOINT"} {
		t.Run("fails "+fails, func(t *testing.T) {
			ctx := t.Context()
			client, altered, drv := openAltered(t, "")
			client.User.Create().SetName("before").SetEmail("b").ExecX(ctx)
			if fails != "" {
				drv.Fails = failing(fails, errors.New("refused"))
			}
			tx, err := altered.Tx(ctx)
			require.NoError(t, err)
			err = tx.User.CreateBulk(tx.User.Create().SetName("lost").SetEmail("a"), tx.User.Create().SetName("lost").SetEmail("b")).
				OnConflictColumns(user.FieldEmail).UpdateNewValues().IfVersion(7, 7).Exec(ctx)
			var bulk *entocc.BulkModifiedError
			require.ErrorAs(t, err, &bulk)
			assert.Equal(t, []int{1}, bulk.Indexes)
			assert.Equal(t, 1, drv.Count("SAVEPOINT"), "one of them is enough, and MariaDB's Galera takes no more")
			if fails != "" {
				require.ErrorContains(t, err, "refused")
				require.NoError(t, tx.Rollback())
				return
			}
			require.NoError(t, tx.Commit())
			assert.Equal(t, "before", client.User.Query().OnlyX(ctx).Name)
		})
	}
}

// Keys that the database treats as equal are one row, which is written once.
func TestBulk_KeysThatAreEqualToTheDatabaseAreOneRow(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	_, err := client.ExecContext(ctx, "DROP TABLE settings")
	require.NoError(t, err)
	_, err = client.ExecContext(ctx, "CREATE TABLE settings (id TEXT COLLATE NOCASE PRIMARY KEY, version INTEGER DEFAULT 1, value TEXT)")
	require.NoError(t, err)
	a := client.Setting.Create().SetID("a").SetValue("before").SaveX(ctx)
	b := client.Setting.Create().SetID("b").SetValue("before").SaveX(ctx)
	blind := func(id string) *ent.SettingUpdateOne { return altered.Setting.UpdateOneID(id).SetValue("lost") }
	_, err = altered.Setting.UpdateBulk(blind("a"), blind("b"), blind("A")).Save(ctx)
	require.True(t, ent.IsVersionError(err), "%v", err)
	require.ErrorContains(t, err, "the batch has one row twice, as a and as A")
	for _, s := range client.Setting.Query().AllX(ctx) {
		assert.Equal(t, "before", s.Value)
	}

	saved, err := altered.Setting.UpdateBulk(altered.Setting.UpdateOneID("A").IfVersion(a.Version).SetValue("new"),
		altered.Setting.UpdateOneID("B").IfVersion(b.Version).SetValue("new")).Save(ctx)
	require.NoError(t, err)
	assert.Len(t, saved, 2)
	deleted, err := altered.Setting.DeleteBulk(&ent.Setting{ID: "A", Version: 2}, &ent.Setting{ID: "B", Version: 2}).Exec(ctx)
	require.NoError(t, err)
	assert.Equal(t, 2, deleted)

	a, b = client.Setting.Create().SetID("a").SetValue("before").SaveX(ctx), client.Setting.Create().SetID("b").SetValue("before").SaveX(ctx)
	drv.Fails = failing("ROLLBACK TO", errors.New("refused"))
	tx, err := altered.Tx(ctx)
	require.NoError(t, err)
	_, err = tx.Setting.UpdateBulk(tx.Setting.UpdateOneID("A").IfVersion(a.Version).SetValue("lost"),
		tx.Setting.UpdateOneID("B").IfVersion(b.Version).SetValue("lost")).Save(ctx)
	require.ErrorContains(t, err, "could not be undone", "so it is not written again, either")
	require.NoError(t, tx.Rollback())
	drv.Fails = failing("UPDATE", errors.New("UNIQUE constraint failed"))
	drv.Sent = nil
	_, err = altered.Setting.UpdateBulk(altered.Setting.UpdateOneID("a").IfVersion(a.Version).Modify(func(*sql.UpdateBuilder) {}).SetValue("lost"),
		altered.Setting.UpdateOneID("b").IfVersion(b.Version).SetValue("lost")).Save(ctx)
	require.True(t, ent.IsConstraintError(err), "%v", err)
	assert.Zero(t, drv.Count("SELECT 0"), "no key is to blame")
	client.Setting.Delete().ExecX(ctx)
	drv.Sent, drv.Fails = nil, nil
	_, err = altered.Setting.UpdateBulk(blind("a")).OnProgress(func(int, int) {}).Save(ctx)
	require.True(t, ent.IsNotFound(err), "%v", err)
	assert.Zero(t, drv.Count("SELECT 0"), "one row is no other: %v", drv.Sent)
}

// A hook that hides the failure of a batch does not make its row one that was saved.
func TestBulk_RowsOfABatchThatFailedAreNotSaved(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	stale := client.User.GetX(t.Context(), users[1].ID)
	client.User.UpdateOne(stale).SetName("theirs").ExecX(t.Context())
	around(client, func(_ context.Context, _ int, next func() (genent.Value, error)) (genent.Value, error) {
		v, err := next()
		if err != nil && !ent.IsRecordModified(err) {
			return &ent.User{}, nil
		}
		return v, err
	})
	saved, err := client.User.UpdateBulk(aged(client, users)...).Save(t.Context())
	require.True(t, ent.IsRecordModified(err), "%v", err)
	assert.Empty(t, saved)
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if err != nil && !ent.IsRecordModified(err) {
				return 1, nil
			}
			return v, err
		})
	})
	n, err := client.User.DeleteBulk(users...).Exec(t.Context())
	require.True(t, ent.IsRecordModified(err), "%v", err)
	assert.Zero(t, n)
}
