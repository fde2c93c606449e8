package batch_test

import (
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// MySQLError is an error of MySQL's driver, by which it is known.
type MySQLError struct {
	Number  uint16
	Message string
}

func (e *MySQLError) Error() string { return fmt.Sprintf("Error %d: %s", e.Number, e.Message) }

// MySQL ends the transaction when it reports a deadlock. All rows are written again, a few times.
func TestUpdateBulk_IsWrittenAgainAfterADeadlock(t *testing.T) {
	deadlock := &MySQLError{1213, "Deadlock found when trying to get lock"}
	for times, attempts := range map[int]int{0: 1, 1: 2, 4: 5, 9: 5} {
		t.Run(fmt.Sprint(times), func(t *testing.T) {
			client, altered, drv := openAltered(t, dialect.MySQL)
			users := createUsers(t, client, 3)
			left := times
			drv.Fails = func(query string, _ []any) error {
				if left > 0 && strings.HasPrefix(query, "UPDATE") {
					left--
					return deadlock
				}
				return nil
			}
			saved, err := altered.User.UpdateBulk(setNames(altered, users, "new")...).Save(t.Context())
			assert.Equal(t, attempts, drv.Count("UPDATE"))
			assert.Equal(t, attempts, drv.Count("COMMIT")+drv.Count("ROLLBACK")-drv.Count("ROLLBACK TO"))
			if times >= attempts {
				require.ErrorIs(t, err, deadlock)
				assert.Empty(t, saved)
				unchanged(t, client, users)
				return
			}
			require.NoError(t, err)
			require.Len(t, saved, 3)
			for i, u := range saved {
				assert.Equal(t, fmt.Sprint("new", i), u.Name)
				assert.EqualValues(t, 2, u.Version)
			}
		})
	}
}

// MySQL does not say which rows a statement has matched. If it were not all of them, halves are written.
func TestUpdateBulk_OnMySQLFindsTheStaleRowByHalves(t *testing.T) {
	for _, skip := range []bool{false, true} {
		t.Run(fmt.Sprint(skip), func(t *testing.T) {
			ctx := t.Context()
			client, altered, drv := openAltered(t, dialect.MySQL)
			users := createUsers(t, client, 5)
			theirs := client.User.UpdateOne(users[3]).SetName("theirs").SaveX(ctx)
			batch := altered.User.UpdateBulk(setNames(altered, users, "new")...)
			if skip {
				batch.SkipModified()
			}
			saved, err := batch.Save(ctx)
			var bulk *entocc.BulkModifiedError
			require.ErrorAs(t, err, &bulk)
			require.Len(t, bulk.Conflicts, 1)
			assert.Equal(t, theirs.ID, bulk.Conflicts[0].ID)
			assert.Equal(t, theirs.Version, bulk.Conflicts[0].Actual)
			assert.Equal(t, drv.Count("SAVEPOINT"), drv.Count("RELEASE SAVEPOINT"), drv.Sent)
			unchanged(t, client, []*ent.User{theirs})
			if skip {
				assert.Len(t, saved, 4)
				return
			}
			assert.Empty(t, saved)
			unchanged(t, client, users[:3])
		})
	}
}

// Rows that were written and can't be read again fail the batch. If their keys are texts, MySQL may have treated two of them as equal,
// so its own keys are asked for first.
func TestUpdateBulk_OnMySQLReadsEachRowThatItWrote(t *testing.T) {
	ctx := t.Context()
	for _, kind := range []string{"numbers", "texts"} {
		t.Run(kind, func(t *testing.T) {
			client, altered, drv := openAltered(t, dialect.MySQL)
			drv.Rewrite = func(query string) string { return strings.ReplaceAll(query, " LOCK IN SHARE MODE", " LIMIT 1") }
			if kind == "numbers" {
				users := createUsers(t, client, 3)
				_, err := altered.User.UpdateBulk(setNames(altered, users, "lost")...).Save(ctx)
				require.ErrorContains(t, err, "3 rows of User were updated, and 1 of them found again")
				unchanged(t, client, users)
				assert.Zero(t, drv.Count("SELECT 0"))
				return
			}
			var updates []*ent.SettingUpdateOne
			for i := range 3 {
				updates = append(updates, altered.Setting.UpdateOne(client.Setting.Create().SetID(fmt.Sprint(i)).SetValue("before").SaveX(ctx)).SetValue("lost"))
			}
			_, err := altered.Setting.UpdateBulk(updates...).Save(ctx)
			require.ErrorContains(t, err, "3 rows of Setting were updated, and 1 of them found again")
			assert.Equal(t, 1, drv.Count("SELECT 0"))
			for _, s := range client.Setting.Query().AllX(ctx) {
				assert.Equal(t, "before", s.Value)
			}
			drv.Rewrite, drv.Sent = nil, nil
			_, err = altered.Setting.UpdateBulk(updates...).Save(ctx)
			require.NoError(t, err)
			assert.Zero(t, drv.Count("SELECT 0"), "all rows came back")
		})
	}
	t.Run("of two columns", func(t *testing.T) {
		client, altered, _ := openAltered(t, dialect.MySQL)
		u := createUsers(t, client, 1)[0]
		var likes []*ent.LikeUpdateOne
		for range 3 {
			tweet := client.Tweet.Create().SetText("text").SaveX(ctx)
			like := client.Like.Create().SetUser(u).SetTweet(tweet).SaveX(ctx)
			likes = append(likes, altered.Like.UpdateOne(like).SetMood("new"))
		}
		saved, err := altered.Like.UpdateBulk(likes[:2]...).Save(ctx)
		require.NoError(t, err)
		assert.Len(t, saved, 2)
	})
}

// What MySQL reports of a DELETE is a number, too. Rows that were all deleted are not asked about.
func TestDeleteBulk_OnMySQLFindsTheStaleRowByHalves(t *testing.T) {
	ctx := t.Context()
	client, altered, drv := openAltered(t, dialect.MySQL)
	users := createUsers(t, client, 5)
	theirs := client.User.UpdateOne(users[3]).SetName("theirs").SaveX(ctx)
	n, err := altered.User.DeleteBulk(users...).Exec(ctx)
	var bulk *entocc.BulkModifiedError
	require.ErrorAs(t, err, &bulk)
	require.Len(t, bulk.Conflicts, 1)
	assert.Equal(t, theirs.ID, bulk.Conflicts[0].ID)
	assert.Zero(t, n)
	assert.Equal(t, 5, client.User.Query().CountX(ctx))
	assert.Equal(t, drv.Count("SAVEPOINT"), drv.Count("RELEASE SAVEPOINT"), drv.Sent)

	drv.Sent = nil
	n, err = altered.User.DeleteBulk(users[:3]...).Exec(ctx)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.Equal(t, 2, client.User.Query().CountX(ctx))
	assert.Zero(t, drv.Count("SELECT"), drv.Sent)
}
