package occtest_test

import (
	"context"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	"github.com/entocc/entocc/occtest"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

func TestRun_PassesOnGuardedTypes(t *testing.T) {
	client := enttest.Open(t, dialect.SQLite, "file:"+t.TempDir()+"/occtest.db?_fk=1")
	occtest.Run(t, client.User, occtest.Case[ent.User, *ent.UserUpdateOne]{
		Create: func(ctx context.Context) (*ent.User, error) { return client.User.Create().SetName("a").Save(ctx) },
		Change: func(u *ent.UserUpdateOne) { u.SetName("b") },
	})
	occtest.Run(t, client.Document, occtest.Case[ent.Document, *ent.DocumentUpdateOne]{
		Create: func(ctx context.Context) (*ent.Document, error) {
			return client.Document.Create().SetTitle("a").Save(ctx)
		},
		Change: func(u *ent.DocumentUpdateOne) { u.SetTitle("b") },
	})
	key := 0
	occtest.Run(t, client.Setting, occtest.Case[ent.Setting, *ent.SettingUpdateOne]{
		Create: func(ctx context.Context) (*ent.Setting, error) {
			key++
			return client.Setting.Create().SetID(string(rune('a' + key))).SetValue("1").Save(ctx)
		},
		Change:     func(u *ent.SettingUpdateOne) { u.SetValue("2") },
		AllowBlind: true,
	})
}

func TestCheckGuards_IsQuietWhereRuntimeIsImported(t *testing.T) {
	require.NoError(t, ent.CheckGuards())
}
