package occtest_test

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	"github.com/entocc/entocc/occtest"
)

// A program runs the kit in its own tests, one for each type.
func ExampleRun() {
	_ = func(t *testing.T) { // func TestUser_IsGuarded(t *testing.T)
		client := enttest.Open(t, dialect.SQLite, "file:"+t.TempDir()+"/test.db?_fk=1")
		occtest.Run(t, client.User, occtest.Case[ent.User, *ent.UserUpdateOne]{
			Create: func(ctx context.Context) (*ent.User, error) { return client.User.Create().SetName("a").Save(ctx) },
			Change: func(u *ent.UserUpdateOne) { u.SetName("b") },
		})
	}
}
