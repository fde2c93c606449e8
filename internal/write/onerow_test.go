package write_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchaseline"
	"github.com/entocc/entocc/internal/ent/user"
)

// exactly is the condition of one version.
type exactly int64

func (v exactly) Accept(entocc.VersionKey) entocc.Accepted {
	return entocc.Accepted{Versions: []any{int64(v)}}
}
func (exactly) String() string { return "exactly" }

// first is the first statement that a client's write sends to a database.
func first(t *testing.T, d string, write func(context.Context, *ent.Client) error) string {
	t.Helper()
	drv := &drivertest.Sent{Name: d}
	require.Error(t, write(t.Context(), ent.NewClient(ent.Driver(drv))))
	require.NotEmpty(t, drv.Statements)
	return drv.Statements[0]
}

func eq(column string, v any) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), v)) }
}

// Predicates that name the row's key with a value of its type match one row. Others might match several, which the
// statement finds out.
func TestUpdateOneRow_CountsTheRowsUnlessTheKeyIsKnown(t *testing.T) {
	const counts = "(SELECT COUNT(*) FROM (SELECT 1 FROM "
	for name, s := range map[string]struct {
		write  func(context.Context, *ent.Client) error
		counts bool
	}{
		"ID": {func(ctx context.Context, c *ent.Client) error {
			return c.User.Update().Where(user.ID(5)).IfVersion(4).SetName("n").Exec(ctx)
		}, false},
		"ID of another type": {func(ctx context.Context, c *ent.Client) error {
			return c.User.Update().Where(eq("id", "5")).IfVersion(4).SetName("n").Exec(ctx)
		}, true},
		"ID as int64": {func(ctx context.Context, c *ent.Client) error {
			return c.User.Update().Where(eq("id", int64(5))).IfVersion(4).SetName("n").Exec(ctx)
		}, true},
		"name": {func(ctx context.Context, c *ent.Client) error {
			return c.User.Update().Where(user.Name("x")).IfVersion(4).SetName("n").Exec(ctx)
		}, true},
		"text as ID": {func(ctx context.Context, c *ent.Client) error {
			return c.Setting.Update().Where(eq("id", "5")).IfVersion(4).SetValue("n").Exec(ctx)
		}, false},
		"UUID as text": {func(ctx context.Context, c *ent.Client) error {
			return c.Setting.Update().Where(eq("id", uuid.Nil)).IfVersion(4).SetValue("n").Exec(ctx)
		}, true},
		"number as text": {func(ctx context.Context, c *ent.Client) error {
			return c.Setting.Update().Where(eq("id", 5)).IfVersion(4).SetValue("n").Exec(ctx)
		}, true},
		"UUID": {func(ctx context.Context, c *ent.Client) error {
			return c.Document.Update().Where(eq("id", uuid.Nil)).IfVersion(uuid.MustParse("ffffffff-ffff-ffff-ffff-ffffffffffff")).SetTitle("n").Exec(ctx)
		}, false},
		"both": {func(ctx context.Context, c *ent.Client) error {
			return c.Like.Update().Where(eq("user_id", 5), eq("tweet_id", 6)).IfVersion(4).SetMood("n").Exec(ctx)
		}, false},
		"one of two": {func(ctx context.Context, c *ent.Client) error {
			return c.Like.Update().Where(eq("user_id", 5)).IfVersion(4).SetMood("n").Exec(ctx)
		}, true},
		"one of two of another type": {func(ctx context.Context, c *ent.Client) error {
			return c.Like.Update().Where(eq("user_id", 5), eq("tweet_id", "6")).IfVersion(4).SetMood("n").Exec(ctx)
		}, true},
		"deleted by ID": {func(ctx context.Context, c *ent.Client) error {
			return second(c.User.Delete().Where(user.ID(5)).IfVersion(4).Exec(ctx))
		}, false},
		"deleted by name": {func(ctx context.Context, c *ent.Client) error {
			return second(c.User.Delete().Where(user.Name("x")).IfVersion(4).Exec(ctx))
		}, true},
	} {
		assert.Equal(t, s.counts, strings.Contains(strings.ReplaceAll(first(t, dialect.Postgres, s.write), `"`, ""), counts), name)
	}
}

// MySQL does not allow a subquery on the table that is written unless the subquery is read first, which the LIMIT
// forces. FOR UPDATE takes the lock that the write would otherwise wait for.
func TestUpdateOneRow_ReadsTheRowsBeforeItWritesThem(t *testing.T) {
	byName := func(ctx context.Context, c *ent.Client) error {
		return c.User.Update().Where(user.Name("x")).IfVersion(4).SetAge(7).Exec(ctx)
	}
	assert.Equal(t, "UPDATE `users` SET `age` = ?, `version` = ? WHERE ((`users`.`name` = ?) AND `version` = ?) AND "+
		"(SELECT COUNT(*) FROM (SELECT 1 FROM `users` WHERE (`users`.`name` = ?) LIMIT 2 FOR UPDATE) AS `entocc_rows`) = 1 "+
		`[]interface {}{7, 5, "x", 4, "x"}`, first(t, dialect.MySQL, byName))
	assert.NotContains(t, first(t, dialect.Postgres, byName), " FOR ")
}

// A row whose key is known needs no extra statement to find it for a condition.
func TestDeleteOneRow_OfAKnownKeyIsOneStatement(t *testing.T) {
	assert.True(t, strings.HasPrefix(first(t, dialect.Postgres, func(ctx context.Context, c *ent.Client) error {
		return second(c.User.Delete().Where(user.ID(5)).IfMatch(exactly(4)).Exec(ctx))
	}), "DELETE FROM "))
	assert.True(t, strings.HasPrefix(first(t, dialect.Postgres, func(ctx context.Context, c *ent.Client) error {
		return second(c.User.Delete().Where(user.Name("x")).IfMatch(exactly(4)).Exec(ctx))
	}), "SELECT "), "the condition is asked for its row")
}

func second[T any](_ T, err error) error { return err }

// A predicate that can't be built fails the write. Without the predicate, the write would affect other rows.
func TestOneRow_PredicateThatFailsFailsTheWrite(t *testing.T) {
	_, client := open(t)
	u := client.User.Create().SetName("before").SaveX(t.Context())
	broken := errors.New("there is no such column")
	fails := func(s *sql.Selector) { s.AddError(broken) }
	require.ErrorContains(t, client.User.Update().Where(fails).IfVersion(1).SetName("lost").Exec(t.Context()), broken.Error())
	require.ErrorContains(t, client.User.Update().Where(fails, user.Name("before")).IfMatch(exactly(1)).SetName("lost").Exec(t.Context()), broken.Error())
	require.ErrorContains(t, second(client.User.Delete().Where(fails).IfVersion(1).Exec(t.Context())), broken.Error())
	assert.Equal(t, u.Name, client.User.GetX(t.Context(), u.ID).Name)
}

// A line found by something other than its key touches its purchase like any other, and so does one that is deleted.
func TestOneRow_FoundByItsPredicatesTouchesItsParent(t *testing.T) {
	_, client := open(t)
	ctx := t.Context()
	p := client.Purchase.Create().SaveX(ctx)
	line := client.PurchaseLine.Create().SetPurchase(p).SetArticle("tea").SaveX(ctx)
	other := client.PurchaseLine.Create().SetArticle("milk").SaveX(ctx)
	elsewhere := client.Purchase.Create().SaveX(ctx)
	elsewhere.Update().AddLines(client.PurchaseLine.Create().SetArticle("salt").SaveX(ctx)).ExecX(ctx)
	elsewhere = client.Purchase.GetX(ctx, elsewhere.ID)
	parent := func() int64 { return client.Purchase.GetX(ctx, p.ID).Version }
	before := parent()
	require.NoError(t, client.PurchaseLine.Update().Where(purchaseline.Article("tea")).IfVersion(line.Version).SetAmount(2).Exec(ctx))
	assert.Equal(t, before+1, parent())
	require.NoError(t, client.PurchaseLine.Update().Where(purchaseline.Article("milk")).IfVersion(other.Version).SetPurchase(p).Exec(ctx))
	assert.Equal(t, before+2, parent())
	require.NoError(t, second(client.PurchaseLine.Delete().Where(purchaseline.Article("tea")).IfVersion(line.Version+1).Exec(ctx)))
	assert.Equal(t, before+3, parent())
	assert.Equal(t, elsewhere.Version, client.Purchase.GetX(ctx, elsewhere.ID).Version, "it has no line of these")
}

// Fields are compared even if there is nothing to write.
func TestIfField_IsCheckedWhereNothingIsWritten(t *testing.T) {
	_, client := open(t)
	u := client.User.Create().SetName("before").SetAge(3).SaveX(t.Context())
	require.NoError(t, client.User.UpdateOneID(u.ID).IfField(user.Age(3)).Exec(t.Context()))
	require.Error(t, client.User.UpdateOneID(u.ID).IfField(user.Age(4)).Exec(t.Context()))
}
