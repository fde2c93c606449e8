package main

import (
	"context"

	"entgo.io/ent/dialect"

	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime"
)

// work is the program: it was written before there were versions.
func work(ctx context.Context, hooks ...ent.Hook) error {
	client, err := ent.Open(dialect.SQLite, "file:report?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	client.Use(hooks...)

	account := client.Account.Create().SetOwner("Ada").SetBalance(100).SaveX(ctx)
	for range 3 {
		if err := client.Account.UpdateOneID(account.ID).AddBalance(-10).Exec(ctx); err != nil { //entocc:ignore it is what the example reports
			return err
		}
	}
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)
	ann, bob := client.User.GetX(ctx, u.ID), client.User.GetX(ctx, u.ID)
	if err := ann.Update().SetName("Ada Lovelace").Exec(ctx); err != nil {
		return err
	}
	return bob.Update().SetName("Ada King").Exec(ctx) // Ann's name is lost.
}
