package batch_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	genent "entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/migrate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// openPool is openSQLite with a pool of one connection.
func openPool(t *testing.T) *ent.Client {
	t.Helper()
	db, err := stdsql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "pool.db")+"?_fk=1")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	client := ent.NewClient(ent.Driver(sql.OpenDB(dialect.SQLite, db)))
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, migrate.Create(t.Context(), client.Schema, migrate.Tables))
	return client
}

func TestBulk_NilIsRefusedByItsPosition(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 2)
	_, err := client.User.UpdateBulk(client.User.UpdateOne(users[0]).SetAge(7), nil).Save(t.Context())
	assert.EqualError(t, err, "entocc: builder 2 of a batch of 2 is nil (*ent.UserUpdateOne)")
	_, err = client.User.DeleteBulk(users[0], nil, users[1]).Exec(t.Context())
	assert.EqualError(t, err, "entocc: entity 2 of a batch of 3 is nil (*ent.User)")
	_, err = client.User.DeleteBulk(nil, users[0]).Exec(t.Context())
	assert.EqualError(t, err, "entocc: entity 1 of a batch of 2 is nil (*ent.User)")
	assert.Equal(t, 2, client.User.Query().CountX(t.Context()))
	assert.Zero(t, client.User.GetX(t.Context(), users[0].ID).Age)
}

func TestUpdateBulk_WhatAResolverReturnsWithoutSavingIsNotWritten(t *testing.T) {
	for name, resolve := range map[string]hook.Resolver{
		"StoreWins": hook.StoreWins(),
		"custom":    func(ctx context.Context, c *hook.Conflict) (genent.Value, error) { return c.Current(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			client := openSQLite(t)
			users := createUsers(t, client, 3)
			client.User.UpdateOne(users[1]).SetName("theirs").ExecX(t.Context())
			client.User.Use(hook.OnModified(resolve))
			saved, err := client.User.UpdateBulk(aged(client, users)...).SkipModified().Save(t.Context())
			require.NoError(t, err, "the resolver has settled it")
			require.Len(t, saved, 2)
			assert.Equal(t, []int{users[0].ID, users[2].ID}, []int{saved[0].ID, saved[1].ID})
		})
	}
}

func TestUpdateBulk_WhatAResolverSavesIsWritten(t *testing.T) {
	client := openSQLite(t)
	users := createUsers(t, client, 3)
	client.User.UpdateOne(users[1]).SetName("theirs").ExecX(t.Context())
	client.User.Use(hook.OnModified(hook.ClientWins()))
	n, err := client.User.UpdateBulk(aged(client, users)...).SkipModified().Exec(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	assert.EqualValues(t, 3, client.User.GetX(t.Context(), users[1].ID).Version)
}

// However a callback of a batch ends, its transaction ends: the only connection serves the next query.
func TestBatch_CallbackThatDoesNotReturnEndsTheTransaction(t *testing.T) {
	for name, leave := range map[string]func(){"panic": func() { panic("left") }, "Goexit": runtime.Goexit} {
		for at, ready := range map[string]func(*ent.Client, *ent.UserUpdateBulk, *ent.UserUpdateOne){
			"OnProgress": func(_ *ent.Client, b *ent.UserUpdateBulk, _ *ent.UserUpdateOne) {
				b.OnProgress(func(int, int) { leave() })
			},
			"the modifier": func(_ *ent.Client, _ *ent.UserUpdateBulk, u *ent.UserUpdateOne) {
				u.Modify(func(*sql.UpdateBuilder) { leave() })
			},
		} {
			t.Run(name+" in "+at, func(t *testing.T) {
				client := openPool(t)
				builders := aged(client, createUsers(t, client, 3))
				batch := client.User.UpdateBulk(builders...)
				ready(client, batch, builders[2])
				left := make(chan struct{})
				go func() {
					defer close(left)
					defer func() { _ = recover() }()
					_, _ = batch.Save(t.Context())
				}()
				<-left
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				users, err := client.User.Query().All(ctx)
				require.NoError(t, err)
				for _, u := range users {
					assert.EqualValues(t, 1, u.Version)
				}
			})
		}
	}
}

// A row that a resolver saves after the batch is over touches its parent by itself.
func TestUpdateBulk_WhatAResolverSavesTouchesItsParent(t *testing.T) {
	client, ctx := openSQLite(t), t.Context()
	p := client.Purchase.Create().SaveX(ctx)
	a, b := client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx), client.PurchaseLine.Create().SetPurchase(p).SaveX(ctx)
	client.PurchaseLine.UpdateOne(b).SetAmount(5).ExecX(ctx)
	before := client.Purchase.GetX(ctx, p.ID).Version
	client.PurchaseLine.Use(hook.OnModified(hook.ClientWins()))
	n, err := client.PurchaseLine.UpdateBulk(client.PurchaseLine.UpdateOne(a).SetAmount(2), client.PurchaseLine.UpdateOne(b).SetAmount(3)).
		SkipModified().Exec(ctx)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.Equal(t, before+2, client.Purchase.GetX(ctx, p.ID).Version, "by the batch, and by the resolver after it")
}

// A single row is written like one of several, and a resolver decides about it in the same way.
func TestUpdateBulk_WhatAResolverSavesOfASingleRowIsWritten(t *testing.T) {
	client := openSQLite(t)
	u := createUsers(t, client, 1)[0]
	client.User.UpdateOne(u).SetName("theirs").ExecX(t.Context())
	client.User.Use(hook.OnModified(hook.ClientWins()))
	n, err := client.User.UpdateBulk(aged(client, []*ent.User{u})...).SkipModified().Exec(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.EqualValues(t, 3, client.User.GetX(t.Context(), u.ID).Version)
}

// The hooks of a builder are in their place after its batch: a context that allows no write is obeyed.
func TestUpdateBulk_BuilderIsGuardedAfterIt(t *testing.T) {
	client := openSQLite(t)
	builders := aged(client, createUsers(t, client, 2))
	client.User.UpdateBulk(builders...).SaveX(t.Context())
	refused := errors.New("read-only")
	ctx := entocc.BeforeWrite(t.Context(), func(string) error { return refused })
	require.ErrorIs(t, builders[0].Exec(ctx), refused)
}
