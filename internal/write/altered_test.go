package write_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// MySQLError is an error of MySQL's driver, by which it is known.
type MySQLError struct {
	Number  uint16
	Message string
}

func (e *MySQLError) Error() string { return fmt.Sprintf("Error %d: %s", e.Number, e.Message) }

// openAltered returns a client of a new database, and one whose statements can be failed, or lost.
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

// losing loses the answer to the first statement that begins with a text.
func losing(begin string) func(string) error {
	lost := false
	return func(query string) error {
		if lost || !strings.HasPrefix(query, begin) {
			return nil
		}
		lost = true
		return syscall.ECONNRESET
	}
}

// Nobody else generates the same token, so a row that has it shows that the write was carried out.
func TestToken_ShowsThatAWriteWithoutAnAnswerWasCarriedOut(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	kept := client.Document.Create().SetTitle("kept").SaveX(ctx)
	d := client.Document.Create().SetTitle("before").SaveX(ctx)
	client.Document.Create().SetTitle("later").ExecX(ctx)
	drv.Loses = losing("UPDATE")
	saved, err := altered.Document.UpdateOne(d).SetTitle("after").Save(ctx)
	require.NoError(t, err)
	assert.Equal(t, "after", saved.Title)
	assert.Equal(t, client.Document.GetX(ctx, d.ID).Version, saved.Version)

	drv.Loses = losing("UPDATE")
	require.NoError(t, altered.Document.UpdateOne(saved).SetTitle("again").Exec(ctx))
	assert.Equal(t, kept.Version, client.Document.GetX(ctx, kept.ID).Version)

	again := client.Document.GetX(ctx, d.ID)
	for name, fails := range map[string]func(string, []any) error{
		"not sent": failing("UPDATE", syscall.ECONNRESET), "nor asked about": failing("", syscall.ECONNRESET),
	} {
		drv.Fails = fails
		err = second(altered.Document.UpdateOne(again).SetTitle("lost").Save(ctx))
		require.True(t, entocc.IsOutcomeUnknown(err), "%s: %v", name, err)
		assert.Equal(t, "again", client.Document.GetX(ctx, d.ID).Title)
	}
	drv.Fails = func(query string, _ []any) error {
		if strings.HasPrefix(query, "UPDATE") {
			client.Document.DeleteOneID(d.ID).IgnoreVersion().ExecX(ctx)
			return syscall.ECONNRESET
		}
		return nil
	}
	err = second(altered.Document.UpdateOne(again).SetTitle("lost").Save(ctx))
	require.True(t, entocc.IsOutcomeUnknown(err), "%v", err)
}

// A counter shows nothing: somebody else may have counted. The error says which version the row has if the write was carried out.
func TestCounter_ShowsNothingOfAWriteWithoutAnAnswer(t *testing.T) {
	ctx := t.Context()
	for name, s := range map[string]struct {
		dialect, lost string
		save          func(c *ent.Client, u *ent.User, p *ent.Pet) error
	}{
		"row": {dialect.SQLite, "UPDATE", func(c *ent.Client, u *ent.User, _ *ent.Pet) error {
			return second(c.User.UpdateOne(u).SetName("after").Save(ctx))
		}},
		"row and edges": {dialect.MySQL, "COMMIT", func(c *ent.Client, u *ent.User, p *ent.Pet) error {
			return second(c.User.UpdateOne(u).SetName("after").AddPets(p).Save(ctx))
		}},
		"nothing but edges": {dialect.MySQL, "COMMIT", func(c *ent.Client, u *ent.User, p *ent.Pet) error {
			return c.User.UpdateOne(u).AddPets(p).Exec(ctx)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client, altered, drv := openAltered(t, s.dialect)
			u, p := client.User.Create().SetName("before").SaveX(ctx), client.Pet.Create().SetName("Tom").SaveX(ctx)
			drv.Loses = losing(s.lost)
			err := s.save(altered, u, p)
			var unknown *entocc.OutcomeUnknownError
			require.ErrorAs(t, err, &unknown)
			assert.Equal(t, int64(2), unknown.Next)
			assert.Equal(t, ent.TypeUser, unknown.Type)
			assert.EqualValues(t, 2, client.User.GetX(ctx, u.ID).Version)
		})
	}
}

// The loser of a conflict between two nodes of a cluster gets the error of a deadlock. The row shows which it was.
func TestDeadlock_IsAConflictIfTheRowWasModified(t *testing.T) {
	ctx := t.Context()
	deadlock := &MySQLError{1213, "Deadlock found when trying to get lock; try restarting transaction"}
	for name, s := range map[string]struct {
		theirs            func(c *ent.Client, id int)
		conflict, deleted bool
	}{
		"untouched": {func(*ent.Client, int) {}, false, false},
		"modified":  {func(c *ent.Client, id int) { c.User.UpdateOneID(id).IgnoreVersion().SetName("theirs").ExecX(ctx) }, true, false},
		"deleted":   {func(c *ent.Client, id int) { c.User.DeleteOneID(id).IgnoreVersion().ExecX(ctx) }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			client, altered, drv := openAltered(t, dialect.MySQL)
			u := client.User.Create().SetName("before").SaveX(ctx)
			s.theirs(client, u.ID)
			drv.Fails = failing("UPDATE", deadlock)
			err := altered.User.UpdateOne(u).SetName("lost").Exec(ctx)
			require.Equal(t, !s.deleted, errors.Is(err, deadlock), "%v", err)
			var modified *entocc.RecordModifiedError
			assert.Equal(t, s.conflict, errors.As(err, &modified), "%v", err)
			if s.conflict {
				assert.Equal(t, s.deleted, modified.Deleted)
				assert.Equal(t, s.deleted, modified.Actual == nil)
			}
			unguarded := altered.User.UpdateOneID(u.ID).IgnoreVersion().SetName("lost").Exec(ctx)
			require.ErrorIs(t, unguarded, deadlock)
			assert.False(t, entocc.IsRecordModified(unguarded), "nobody named a version")

			drv.Fails = func(query string, _ []any) error {
				if strings.HasPrefix(query, "UPDATE") {
					return deadlock
				}
				return context.Canceled
			}
			err = altered.User.UpdateOne(u).SetName("lost").Exec(ctx)
			require.ErrorIs(t, err, deadlock)
			assert.False(t, entocc.IsRecordModified(err), "the row could not be asked")
		})
	}
	drvOf := func(number uint16) error {
		client, altered, drv := openAltered(t, dialect.MySQL)
		u := client.User.Create().SetName("before").SaveX(ctx)
		client.User.UpdateOne(u).SetName("theirs").ExecX(ctx)
		drv.Fails = failing("UPDATE", &MySQLError{number, "other"})
		return altered.User.UpdateOne(u).SetName("lost").Exec(ctx)
	}
	assert.False(t, entocc.IsRecordModified(drvOf(1205)), "it waited too long for a lock")
}

// MySQL counts rows that change. A row that had these values before has matched, which a variable of the session shows.
func TestUpdateOne_OnMySQLOfARowThatStaysAsItIs(t *testing.T) {
	ctx, at := t.Context(), time.Unix(0, 0)
	for _, matched := range []bool{true, false} {
		for name, save := range map[string]func(c *ent.Client, u *ent.User) error{
			"exec": func(c *ent.Client, u *ent.User) error { return c.User.UpdateOne(u).SetLastLogin(at).Exec(ctx) },
			"save": func(c *ent.Client, u *ent.User) error { return second(c.User.UpdateOne(u).SetLastLogin(at).Save(ctx)) },
			"unguarded": func(c *ent.Client, u *ent.User) error {
				return c.User.UpdateOneID(u.ID).IgnoreVersion().SetLastLogin(at).Exec(ctx)
			},
			"by fields": func(c *ent.Client, u *ent.User) error {
				return c.User.UpdateOneID(u.ID).IgnoreVersion().IfField(user.Name("before")).SetLastLogin(at).Exec(ctx)
			},
		} {
			t.Run(fmt.Sprint(name, " ", matched), func(t *testing.T) {
				client, altered, drv := openAltered(t, dialect.MySQL)
				u := client.User.Create().SetName("before").SetLastLogin(at).SaveX(ctx)
				drv.Rewrite = func(query string) string {
					switch {
					case strings.HasPrefix(query, "UPDATE"):
						return strings.ReplaceAll(query, "@entocc_matched := 1", "1") + " AND 1 = 0" // Nothing changes.
					case strings.HasPrefix(query, "SELECT @entocc_matched"):
						return map[bool]string{true: "SELECT 1", false: "SELECT 0"}[matched]
					}
					return query
				}
				err := save(altered, u)
				if matched {
					require.NoError(t, err)
					assert.Equal(t, 1, drv.Count("SELECT @entocc_matched"))
					return
				}
				assert.Equal(t, 10, drv.Count("SELECT @entocc_matched"), "it comes and goes")
				if name == "unguarded" {
					require.True(t, ent.IsNotFound(err), "%v", err)
					return
				}
				require.True(t, ent.IsRecordModified(err), "%v", err)
				require.ErrorContains(t, err, "the row changed between each of 10 looks")
			})
		}
	}
	for _, begin := range []string{"SET @entocc", "SELECT @entocc"} {
		client, altered, drv := openAltered(t, dialect.MySQL)
		u := client.User.Create().SetName("before").SetLastLogin(at).SaveX(ctx)
		drv.Rewrite = func(query string) string {
			if strings.HasPrefix(query, "UPDATE") {
				return strings.ReplaceAll(query, "@entocc_matched := 1", "1") + " AND 1 = 0"
			}
			return query
		}
		drv.Fails = failing(begin, context.Canceled)
		require.ErrorIs(t, altered.User.UpdateOne(u).SetLastLogin(at).Exec(ctx), context.Canceled, begin)
	}
}

// A conflict whose row can't be read is a conflict, and says so. A write that nothing guards returns the error.
func TestConflict_OfARowThatCantBeRead(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, "")
	u := client.User.Create().SetName("before").SetAge(3).SaveX(ctx)
	client.User.UpdateOne(u).SetName("theirs").ExecX(ctx)
	drv.Fails = func(query string, _ []any) error {
		if strings.HasPrefix(query, "SELECT") && !strings.Contains(query, "sqlite_master") {
			return context.Canceled
		}
		return nil
	}
	for name, err := range map[string]error{
		"update":         altered.User.UpdateOne(u).SetName("lost").Exec(ctx),
		"with fields":    altered.User.UpdateOne(u).IfField(user.Age(3)).SetName("lost").Exec(ctx),
		"delete":         altered.User.DeleteOne(u).Exec(ctx),
		"by its fields":  altered.User.UpdateOneID(u.ID).IfField(user.Age(4)).SetName("lost").Exec(ctx),
		"by predicates":  altered.User.Update().Where(user.Name("theirs")).IfVersion(1).SetName("lost").Exec(ctx),
		"delete by them": second(altered.User.Delete().Where(user.Name("theirs")).IfVersion(1).Exec(ctx)),
	} {
		require.ErrorIs(t, err, context.Canceled, name)
		assert.True(t, ent.IsRecordModified(err), "%s: %v", name, err)
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified)
		assert.False(t, modified.Deleted, name)
	}
	drv.Fails = nil
	missing := altered.User.UpdateOneID(99).IfField(user.Age(3)).SetName("lost").Exec(ctx)
	require.True(t, ent.IsNotFound(missing), "%v", missing)
	assert.False(t, ent.IsRecordModified(missing))
	assert.Equal(t, "theirs", client.User.GetX(ctx, u.ID).Name)
}

// Whatever fails in a write that touches parents fails it as a whole.
func TestTouch_WriteThatFailsLeavesChildAndParentAsTheyWere(t *testing.T) {
	ctx := t.Context()
	for name, write := range map[string]func(c *ent.Client, l *ent.PurchaseLine) error{
		"update": func(c *ent.Client, l *ent.PurchaseLine) error {
			return c.PurchaseLine.UpdateOne(l).SetAmount(5).Exec(ctx)
		},
		"moved": func(c *ent.Client, l *ent.PurchaseLine) error {
			return c.PurchaseLine.UpdateOne(l).ClearPurchase().Exec(ctx)
		},
		"set-based": func(c *ent.Client, _ *ent.PurchaseLine) error { return c.PurchaseLine.Update().SetAmount(5).Exec(ctx) },
		"modified": func(c *ent.Client, _ *ent.PurchaseLine) error {
			return c.PurchaseLine.Update().SetAmount(5).Modify(func(*sql.UpdateBuilder) {}).Exec(ctx)
		},
		"delete":  func(c *ent.Client, l *ent.PurchaseLine) error { return c.PurchaseLine.DeleteOne(l).Exec(ctx) },
		"deletes": func(c *ent.Client, _ *ent.PurchaseLine) error { return second(c.PurchaseLine.Delete().Exec(ctx)) },
	} {
		t.Run(name, func(t *testing.T) {
			client, altered, drv := openAltered(t, "")
			p := client.Purchase.Create().SaveX(ctx)
			l := client.PurchaseLine.Create().SetPurchase(p).SetAmount(1).SaveX(ctx)
			before := client.Purchase.GetX(ctx, p.ID).Version
			for i := 1; ; i++ {
				sent := 0
				drv.Fails = func(query string, _ []any) error {
					if sent++; sent == i && query != "ROLLBACK" {
						return context.Canceled
					}
					return nil
				}
				err := write(altered, l)
				if err == nil {
					assert.Greater(t, i, 3, "it had a few statements, each of which failed once")
					assert.Equal(t, before+1, client.Purchase.GetX(ctx, p.ID).Version)
					return
				}
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, before, client.Purchase.GetX(ctx, p.ID).Version)
				require.Equal(t, l.Version, client.PurchaseLine.GetX(ctx, l.ID).Version)
			}
		})
	}
}
