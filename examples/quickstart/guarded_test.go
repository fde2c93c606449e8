package main

import (
	"context"
	"testing"

	"github.com/entocc/entocc/examples/quickstart/ent"
	"github.com/entocc/entocc/examples/quickstart/ent/enttest"
	"github.com/entocc/entocc/occtest"
)

func TestUser_IsGuarded(t *testing.T) {
	client := enttest.Open(t, "sqlite3", "file:"+t.Name()+"?mode=memory&cache=shared&_fk=1")
	occtest.Run(t, client.User, occtest.Case[ent.User, *ent.UserUpdateOne]{
		Create: func(ctx context.Context) (*ent.User, error) {
			return client.User.Create().SetName("Ada").SetEmail("ada@example.com").Save(ctx)
		},
		Change: func(u *ent.UserUpdateOne) { u.SetName("Ada Lovelace") },
	})
}
