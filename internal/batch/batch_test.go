package batch_test

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	genent "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/migrate"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openSQLite(t testing.TB, opts ...ent.Option) *ent.Client {
	t.Helper()
	db, err := stdsql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "bulk.db")+"?_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(append(opts, ent.Driver(sql.OpenDB(dialect.SQLite, db)))...)
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, migrate.Create(t.Context(), client.Schema, migrate.Tables))
	return client
}

func createUsers(t testing.TB, client *ent.Client, n int) []*ent.User {
	t.Helper()
	builders := make([]*ent.UserCreate, n)
	for i := range builders {
		builders[i] = client.User.Create().SetName(fmt.Sprint("user ", i))
	}
	return client.User.CreateBulk(builders...).SaveX(context.Background())
}

func aged(client *ent.Client, users []*ent.User) []*ent.UserUpdateOne {
	builders := make([]*ent.UserUpdateOne, len(users))
	for i, u := range users {
		builders[i] = client.User.UpdateOne(u).SetAge(i)
	}
	return builders
}

// passOn is a user's hook that does nothing.
func passOn(next genent.Mutator) genent.Mutator {
	return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) { return next.Mutate(ctx, m) })
}

// A deep stack has to be grown, and scanned by the garbage collector.
func TestUpdateBulk_NestsOnlyWhereThereAreHooks(t *testing.T) {
	client := openSQLite(t)
	depth := func() (frames int) {
		users := createUsers(t, client, 200)
		client.User.UpdateBulk(aged(client, users)...).OnProgress(func(int, int) {
			frames = runtime.Callers(0, make([]uintptr, 10_000))
		}).SaveX(t.Context())
		return frames
	}
	assert.Less(t, depth(), 100)
	client.User.Use(passOn)
	assert.Greater(t, depth(), 1000, "each builder's hooks are around those of the next")
}

func TestUpdateBulk_HooksOfOneBuilderNestAll(t *testing.T) {
	client := openSQLite(t)
	builders := aged(client, createUsers(t, client, 2))
	var seen []string
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			v, err := next.Mutate(ctx, m)
			if u, ok := v.(*ent.User); ok {
				seen = append(seen, fmt.Sprint(u.Name, " ", u.Version))
			}
			return v, err
		})
	})
	builders = append(builders, aged(client, createUsers(t, client, 1))...)
	require.NoError(t, builders[2].Mutation().SetField("name", "hooked"))
	saved := client.User.UpdateBulk(builders...).SaveX(t.Context())
	require.Len(t, saved, 3)
	assert.Contains(t, seen, "hooked 2", "the hook sees the row as it was written")
}

func TestUpdateBulk_AllocatesLittle(t *testing.T) {
	const n = 200
	client := openSQLite(t)
	users := createUsers(t, client, n)
	allocs := testing.AllocsPerRun(5, func() {
		users = client.User.UpdateBulk(aged(client, users)...).SaveX(context.Background())
	})
	assert.Less(t, allocs/n, 60.0, "for each row of twelve columns")
}

func TestUpdateBulk_BuilderTwiceIsRefused(t *testing.T) {
	for name, hooks := range map[string][]genent.Hook{"planned": nil, "nested": {passOn}} {
		t.Run(name, func(t *testing.T) {
			client := openSQLite(t)
			client.User.Use(hooks...)
			builders := aged(client, createUsers(t, client, 2))
			_, err := client.User.UpdateBulk(builders[0], builders[1], builders[0]).Save(t.Context())
			assert.True(t, ent.IsVersionError(err), "%v", err)
			assert.EqualValues(t, 1, client.User.GetX(t.Context(), 1).Version)
		})
	}
}

// In whatever order the rows come, none may be written twice.
func TestUpdateBulk_RowTwiceIsRefusedInAnyOrder(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	for _, order := range [][]int{{0, 0}, {0, 1, 0}, {1, 0, 0}, {2, 1, 0, 1}, {1, 2, 0, 2}} {
		var builders []*ent.UserUpdateOne
		for i, at := range order {
			builders = append(builders, client.User.UpdateOne(users[at]).SetAge(i))
		}
		_, err := client.User.UpdateBulk(builders...).Save(t.Context())
		require.True(t, ent.IsVersionError(err), "%v: %v", order, err)
		require.ErrorContains(t, err, "twice")
	}
	assert.EqualValues(t, 1, client.User.GetX(t.Context(), users[0].ID).Version)
}

func TestUpdateBulk_BuildersCanBeSavedAfterIt(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 2)
	builders := aged(client, users)
	client.User.UpdateOne(users[1]).SetAge(7).ExecX(t.Context())
	_, err := client.User.UpdateBulk(builders...).Save(t.Context())
	require.True(t, ent.IsRecordModified(err), "%v", err)
	assert.EqualValues(t, 2, builders[0].SaveX(t.Context()).Version)
	_, err = builders[1].Save(t.Context())
	assert.True(t, ent.IsRecordModified(err), "%v", err)
	_, err = client.User.UpdateOneID(1).SetAge(3).Save(t.Context())
	assert.True(t, ent.IsVersionError(err), "the guard is in its place: %v", err)
}

func TestUpdateBulk_RefusesAsASaveDoes(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 2)
	blind := client.User.UpdateOneID(users[1].ID).SetName("")
	_, want := client.User.UpdateOneID(users[1].ID).SetName("").Save(t.Context())
	_, err := client.User.UpdateBulk(client.User.UpdateOne(users[0]).SetName("x"), blind).Save(t.Context())
	require.True(t, ent.IsVersionError(err), "the guard comes before the validators: %v", err)
	assert.EqualError(t, err, want.Error())
	assert.Equal(t, "user 0", client.User.GetX(t.Context(), users[0].ID).Name)

	_, err = client.User.UpdateBulk(client.User.UpdateOne(users[0]).SetName("x"), client.User.UpdateOne(users[1]).SetName("")).Save(t.Context())
	assert.True(t, ent.IsValidationError(err), "%v", err)
	assert.Equal(t, "user 0", client.User.GetX(t.Context(), users[0].ID).Name)
}

// A row is scanned into the same destinations as the row before it.
func TestUpdateBulk_EntitiesKeepTheirOwnValues(t *testing.T) {
	client, ctx := openSQLite(t), t.Context()
	at := time.Date(2026, 11, 23, 4, 5, 6, 0, time.UTC)
	var users []*ent.User
	for i := range 6 {
		create := client.User.Create().SetName(fmt.Sprint("user ", i))
		if i%2 == 0 {
			create.SetEmail(fmt.Sprint(i)).SetLastLogin(at.Add(time.Duration(i))).SetLabels([]string{fmt.Sprint(i)}).
				SetSettings(map[string]string{"i": fmt.Sprint(i)}).SetAvatar([]byte{byte(i), 1}).SetBornIn(fmt.Sprint(i)).SetPassword(fmt.Sprint(i))
		}
		users = append(users, create.SaveX(ctx))
	}
	saved := client.User.UpdateBulk(aged(client, users)...).SaveX(ctx)
	for _, u := range saved {
		now := client.User.GetX(ctx, u.ID)
		assert.Equal(t, now.String(), u.String())
		assert.Equal(t, now.Password, u.Password)
		assert.Equal(t, now.Avatar, u.Avatar)
		assert.Equal(t, now.Email == nil, u.Email == nil)
	}

	var documents []*ent.DocumentUpdateOne
	for i := range 4 {
		documents = append(documents, client.Document.Create().SetTitle(fmt.Sprint(i)).SaveX(ctx).Update().SetTitle(fmt.Sprint("new ", i)))
	}
	for i, d := range client.Document.UpdateBulk(documents...).SaveX(ctx) {
		assert.Equal(t, fmt.Sprint("new ", i), d.Title)
		assert.Equal(t, client.Document.GetX(ctx, d.ID).Version, d.Version, "a token")
	}
}

// sent returns the statement of a batch that sets the age of all Users to one value, and their names to different ones.
func sent(t *testing.T, d string, versions ...int64) string {
	t.Helper()
	drv := &drivertest.Sent{Name: d}
	client := ent.NewClient(ent.Driver(drv))
	var builders []*ent.UserUpdateOne
	for i, v := range versions {
		builders = append(builders, client.User.UpdateOne(&ent.User{ID: 9 - i, Version: v}).SetName(fmt.Sprint("n", i)).SetAge(5))
	}
	_, err := client.User.UpdateBulk(builders...).Save(t.Context())
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, drv.Statements)
	statement, _, _ := strings.Cut(drv.Statements[0], " RETURNING")
	return statement
}

func TestUpdateBulk_ValueOfAllRowsIsOneArgument(t *testing.T) {
	assert.Equal(t, "UPDATE `users` SET `name` = entocc_rows.column2, `age` = ?, `version` = `users`.`version` + 1 "+
		"FROM (VALUES (?,?), (?,?)) AS entocc_rows WHERE `users`.`id` = entocc_rows.column1 AND `users`.`version` = ?",
		sent(t, dialect.SQLite, 4, 4))
	assert.Equal(t, "UPDATE `users` SET `name` = entocc_rows.column3, `age` = ?, `version` = `users`.`version` + 1 "+
		"FROM (VALUES (?,?,?), (?,?,?)) AS entocc_rows WHERE `users`.`id` = entocc_rows.column1 AND `users`.`version` = entocc_rows.column2",
		sent(t, dialect.SQLite, 4, 7))
	assert.Equal(t, `UPDATE "users" SET "name" = entocc_rows.column2, "age" = $1, "version" = "users"."version" + 1 `+
		`FROM (VALUES ((NULL::"users")."id", (NULL::"users")."name"), ($2,$3), ($4,$5)) AS entocc_rows `+
		`WHERE "users"."id" = entocc_rows.column1 AND "users"."version" = $6`,
		sent(t, dialect.Postgres, 4, 4))
}

func TestUpdateBulk_LooksIntegerKeysUpOnMySQL(t *testing.T) {
	assert.Equal(t, "UPDATE `users` SET `name` = CASE `users`.`id` WHEN ? THEN ? WHEN ? THEN ? END, `age` = ?, `version` = `users`.`version` + 1 "+
		"WHERE `users`.`id` IN (?, ?) AND `users`.`version` = ? "+`[]interface {}{8, "n1", 9, "n0", 5, 8, 9, 4}`,
		sent(t, dialect.MySQL, 4, 4))
	assert.Contains(t, sent(t, dialect.MySQL, 4, 7), "WHERE `users`.`id` IN (?, ?) AND (`users`.`id`, `users`.`version`) IN ((?, ?), (?, ?)) ")
	many := make([]int64, 100)
	for i := range many {
		many[i] = 3
	}
	statement := sent(t, dialect.MySQL, many...)
	assert.Contains(t, statement, "`name` = CASE WHEN `users`.`id` <= ? THEN CASE `users`.`id` WHEN ? THEN ? ")
	assert.Equal(t, 4, strings.Count(statement, "<="))
	assert.Equal(t, 100, strings.Count(statement, "WHEN ?"))
}

// MySQL searches the whole list for each row if keys are not integers, so the list is shorter there. No statement is
// longer than the smallest packet that a server may be configured for.
func TestUpdateBulk_StatementsAreAsLongAsTheDatabaseTakes(t *testing.T) {
	rows := func(d string, n int, title string) int {
		drv := &drivertest.Sent{Name: d}
		client := ent.NewClient(ent.Driver(drv))
		var builders []*ent.SettingUpdateOne
		for i := range n {
			builders = append(builders, client.Setting.UpdateOne(&ent.Setting{ID: fmt.Sprint("key ", i), Version: 1}).SetValue(fmt.Sprint(title, i)))
		}
		require.Error(t, second(client.Setting.UpdateBulk(builders...).Save(t.Context())))
		return strings.Count(drv.Statements[0], `"key `)
	}
	assert.Equal(t, 250*2, rows(dialect.MySQL, 300, ""), "once for the value, once for the condition")
	assert.Equal(t, 300, rows(dialect.Postgres, 300, ""))
	assert.Equal(t, 1000, rows(dialect.Postgres, 1100, ""))
	assert.Equal(t, 1000, rows(dialect.SQLite, 1100, ""))
	long := strings.Repeat("x", 100<<10)
	assert.Equal(t, 5*2, rows(dialect.MySQL, 20, long), "512 KiB")
	assert.Equal(t, 20, rows(dialect.Postgres, 20, long))
	assert.Equal(t, 81, rows(dialect.SQLite, 90, long), "8 MiB")
	assert.Equal(t, 81, rows(dialect.Postgres, 90, long), "8 MiB")

	many := make([]int64, 1100)
	for i := range many {
		many[i] = 3
	}
	assert.Equal(t, 1000, strings.Count(sent(t, dialect.MySQL, many...), "WHEN ? THEN ? "), "integers are looked up")
}

// A batch of one row is written like a single save: without a transaction if one statement is enough.
func TestBulk_OneRowIsOneStatement(t *testing.T) {
	var sent []string
	client := openSQLite(t, ent.Log(func(v ...any) { sent = append(sent, fmt.Sprint(v...)) }))
	u := createUsers(t, client, 1)[0]
	debug := client.Debug()
	saved, err := debug.User.UpdateBulk(debug.User.UpdateOne(u).SetAge(7)).Save(t.Context())
	require.NoError(t, err)
	require.Len(t, saved, 1)
	assert.Equal(t, 7, saved[0].Age)
	assert.Len(t, sent, 1)

	for _, skip := range []bool{false, true} {
		stale := debug.User.UpdateBulk(debug.User.UpdateOne(u).SetAge(8))
		if skip {
			stale.SkipModified()
		}
		left, err := stale.Save(t.Context())
		assert.Empty(t, left)
		var conflicts *entocc.BulkModifiedError
		require.ErrorAs(t, err, &conflicts)
		assert.Len(t, conflicts.Conflicts, 1)
		assert.EqualValues(t, 2, conflicts.Conflicts[0].Actual)
		assert.Zero(t, conflicts.Written)
	}
	sent = nil
	n, err := debug.User.DeleteBulk(u).Exec(t.Context())
	assert.True(t, ent.IsRecordModified(err))
	assert.Zero(t, n)
	sent = nil
	n, err = debug.User.DeleteBulk(saved...).Exec(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Len(t, sent, 1)
}

// The stack of a batch must not grow to the point at which Go ends the process.
func TestUpdateBulk_TakesManyRows(t *testing.T) {
	const n = 20000
	db, err := sql.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "bulk.db")+"?_fk=1")
	require.NoError(t, err)
	client := ent.NewClient(ent.Driver(db))
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, client.Schema.Create(t.Context()))
	var builders []*ent.EventCreate
	for i := range n {
		builders = append(builders, client.Event.Create().SetName(fmt.Sprint("event ", i)))
	}
	var updates []*ent.EventUpdateOne
	for i := 0; i < n; i += 1000 {
		for _, e := range client.Event.CreateBulk(builders[i : i+1000]...).SaveX(t.Context()) {
			updates = append(updates, e.Update().SetName("batch"))
		}
	}
	steps := 0
	saved, err := client.Event.UpdateBulk(updates...).OnProgress(func(_, total int) {
		steps++
		assert.Equal(t, n, total)
	}).Save(t.Context())
	require.NoError(t, err)
	assert.Len(t, saved, n)
	assert.Equal(t, n/1000, steps)
	saved, err = client.Event.UpdateBulk(updates...).Save(t.Context())
	assert.Empty(t, saved)
	assert.True(t, ent.IsRecordModified(err))
}
