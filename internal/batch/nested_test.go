package batch_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	genent "entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// around runs a user's hook around the write of each user, by its ID.
func around(client *ent.Client, hook func(ctx context.Context, id int, next func() (genent.Value, error)) (genent.Value, error)) {
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			id, _ := m.(*ent.UserMutation).ID()
			return hook(ctx, id, func() (genent.Value, error) { return next.Mutate(ctx, m) })
		})
	})
}

// This many builders are nested on several stacks. Whatever ends one of the stacks ends the batch all the same.
func TestDeleteBulk_OfMoreThanOneStackEndsAsAny(t *testing.T) {
	const n = 4100
	client := openPool(t)
	users := createUsers(t, client, n)
	last, leave := users[n-1].ID, func() { panic("left") }
	around(client, func(_ context.Context, id int, next func() (genent.Value, error)) (genent.Value, error) {
		if id == last {
			leave()
		}
		return next()
	})
	// deleteAll returns how many were deleted, negative if the batch did not return.
	deleteAll := func() (deleted int, panicked any) {
		over := make(chan struct{})
		deleted = -1
		go func() {
			defer close(over)
			defer func() { panicked = recover() }()
			deleted = client.User.DeleteBulk(users...).ExecX(context.Background())
		}()
		<-over
		return deleted, panicked
	}
	deleted, panicked := deleteAll()
	assert.Equal(t, "left", panicked)
	assert.Negative(t, deleted)

	leave = runtime.Goexit
	deleted, panicked = deleteAll()
	assert.Nil(t, panicked)
	assert.Negative(t, deleted)
	assert.Equal(t, n, client.User.Query().CountX(t.Context()))

	leave = func() {}
	deleted, _ = deleteAll()
	assert.Equal(t, n, deleted)
	assert.Zero(t, client.User.Query().CountX(t.Context()))
}

// A hook that recovers from another builder's panic has not saved anything, and neither have the hooks around it.
func TestBulk_HookThatRecoversFromThePanicOfALaterOneHasWrittenNothing(t *testing.T) {
	for kind, run := range map[string]func(*ent.Client, []*ent.User) error{
		"update": func(client *ent.Client, users []*ent.User) error {
			return second(client.User.UpdateBulk(aged(client, users)...).Save(context.Background()))
		},
		"delete": func(client *ent.Client, users []*ent.User) error {
			return second(client.User.DeleteBulk(users...).Exec(context.Background()))
		},
	} {
		t.Run(kind, func(t *testing.T) {
			client := openSQLite(t)
			users := createUsers(t, client, 3)
			var first error
			around(client, func(_ context.Context, id int, next func() (genent.Value, error)) (v genent.Value, err error) {
				switch id {
				case users[0].ID:
					v, err = next()
					first = err
					return v, err
				case users[1].ID:
					defer func() { _ = recover() }()
				default:
					panic("left")
				}
				return next()
			})
			require.ErrorContains(t, run(client, users), "before its rows were written")
			require.ErrorContains(t, first, "before its rows were written")
			for _, u := range client.User.Query().AllX(t.Context()) {
				assert.EqualValues(t, 1, u.Version)
			}
			assert.Equal(t, 3, client.User.Query().CountX(t.Context()))
		})
	}
}

func second[T any](_ T, err error) error { return err }

// An error that a hook returns after its row was written is returned to the caller, although the batch is committed.
func TestUpdateBulk_ErrorOfAHookAfterTheWriteIsReturned(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	after := errors.New("the mail was not sent")
	around(client, func(_ context.Context, id int, next func() (genent.Value, error)) (genent.Value, error) {
		v, err := next()
		if id == users[1].ID {
			return nil, errors.Join(err, after)
		}
		return v, err
	})
	saved, err := client.User.UpdateBulk(aged(client, users)...).Save(t.Context())
	require.ErrorIs(t, err, after)
	assert.Len(t, saved, 2)
	for _, u := range client.User.Query().AllX(t.Context()) {
		assert.EqualValues(t, 2, u.Version, "the rows are written")
	}
}

// An all-or-nothing batch with conflicts fails with them, and with nothing else.
func TestBulk_ConflictsAreTheWholeError(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	client.User.UpdateOne(users[1]).SetName("theirs").ExecX(t.Context())
	for _, err := range []error{
		second(client.User.UpdateBulk(aged(client, users)...).Save(t.Context())),
		second(client.User.DeleteBulk(users...).Exec(t.Context())),
		second(client.User.UpdateBulk(aged(client, users)...).SkipModified().Save(t.Context())),
	} {
		bulk, ok := err.(*entocc.BulkModifiedError) //nolint:errorlint // nothing is joined to it
		require.True(t, ok, "%T: %v", err, err)
		assert.Len(t, bulk.Conflicts, 1)
	}
	assert.PanicsWithError(t, second(client.User.UpdateBulk(aged(client, users)...).Save(t.Context())).Error(), func() {
		client.User.UpdateBulk(aged(client, users)...).SaveX(t.Context())
	})
}

// A hook's predicate is part of the delete, even if it has no argument.
func TestDeleteBulk_PredicateOfAHookHolds(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	users[1] = client.User.UpdateOne(users[1]).SetEmail("kept").SaveX(t.Context())
	client.User.Use(func(next genent.Mutator) genent.Mutator {
		return genent.MutateFunc(func(ctx context.Context, m genent.Mutation) (genent.Value, error) {
			m.(*ent.UserMutation).Where(user.EmailIsNil())
			return next.Mutate(ctx, m)
		})
	})
	_, err := client.User.DeleteBulk(users...).Exec(t.Context())
	require.True(t, ent.IsNotFound(err), "%v", err)
	assert.Equal(t, 3, client.User.Query().CountX(t.Context()))
}

// A single row is written without a transaction, and its progress is still reported.
func TestBulk_ProgressOfOneRowIsReported(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 1)
	var seen [][2]int
	progress := func(done, total int) { seen = append(seen, [2]int{done, total}) }
	users = client.User.UpdateBulk(aged(client, users)...).OnProgress(progress).SaveX(t.Context())
	client.User.DeleteBulk(users...).OnProgress(progress).ExecX(t.Context())
	assert.Equal(t, [][2]int{{1, 1}, {1, 1}}, seen)
}

// Integers, UUIDs and booleans are the same key to Go and to every database. For texts the collation decides, so the
// database first distinguishes rows that are written whatever their version.
func TestUpdateBulk_AsksForKeysThatTheDatabaseComparesInItsOwnWay(t *testing.T) {
	for name, s := range map[string]struct {
		update func(*ent.Client) error
		begins string
	}{
		"UUID": {func(c *ent.Client) error {
			return second(c.Document.UpdateBulk(c.Document.UpdateOneID(uuid.MustParse("ffffffff-ffff-ffff-ffff-ffffffffffff")).IgnoreVersion().SetTitle("a"), c.Document.UpdateOneID(uuid.Nil).IgnoreVersion().SetTitle("b")).Save(t.Context()))
		}, "UPDATE "},
		"int": {func(c *ent.Client) error {
			return second(c.User.UpdateBulk(c.User.UpdateOneID(1).IgnoreVersion().SetName("a"), c.User.UpdateOneID(2).IgnoreVersion().SetName("b")).Save(t.Context()))
		}, "UPDATE "},
		"text": {func(c *ent.Client) error {
			return second(c.Setting.UpdateBulk(c.Setting.UpdateOneID("a").SetValue("a"), c.Setting.UpdateOneID("b").SetValue("b")).Save(t.Context()))
		}, "SELECT 0, "},
		"text with a version": {func(c *ent.Client) error {
			return second(c.Setting.UpdateBulk(c.Setting.UpdateOneID("a").IfVersion(1).SetValue("a"), c.Setting.UpdateOneID("b").IfVersion(1).SetValue("b")).Save(t.Context()))
		}, "UPDATE "},
	} {
		drv := &drivertest.Sent{Name: dialect.Postgres}
		require.Error(t, s.update(ent.NewClient(ent.Driver(drv))), name)
		assert.True(t, strings.HasPrefix(drv.Statements[0], s.begins), "%s: %s", name, drv.Statements[0])
	}
}

// Rows whose keys are texts need one statement, like others.
func TestUpdateBulk_OfTextsIsOneStatement(t *testing.T) {
	var sent []string
	client := openSQLite(t, ent.Log(func(v ...any) { sent = append(sent, fmt.Sprint(v...)) }))
	debug := client.Debug()
	var updates []*ent.SettingUpdateOne
	for i := range 3 {
		updates = append(updates, debug.Setting.UpdateOne(client.Setting.Create().SetID(fmt.Sprint(i)).SetValue("before").SaveX(t.Context())).SetValue("after"))
	}
	assert.Len(t, debug.Setting.UpdateBulk(updates...).SaveX(t.Context()), 3)
	statements := 0
	for _, s := range sent {
		if strings.Contains(s, "UPDATE") || strings.Contains(s, "SELECT") {
			statements++
		}
	}
	assert.Equal(t, 1, statements, sent)
}
