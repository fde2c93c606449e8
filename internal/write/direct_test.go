package write_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A modifier that does nothing makes ent's builder build the statement.
func TestUpdateOne_DirectStatementIsThatOfEntsBuilder(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	changes := map[string]func(*ent.UserUpdateOne) *ent.UserUpdateOne{
		"fields":          func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetName("n").SetAge(3).SetLastLogin(at) },
		"cleared":         func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.ClearEmail().ClearAvatar().SetName("n") },
		"only cleared":    func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.ClearEmail() },
		"JSON and bytes":  func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetLabels([]string{"a"}).SetAvatar(nil) },
		"foreign key":     func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetParentID(7) },
		"no foreign key":  func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.ClearParent() },
		"a new parent":    func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.ClearParent().SetParentID(8) },
		"selected fields": func(u *ent.UserUpdateOne) *ent.UserUpdateOne { return u.SetName("n").Select("name") },
	}
	for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
		for name, change := range changes {
			t.Run(d+"/"+name, func(t *testing.T) {
				drv := &drivertest.Sent{Name: d}
				client := ent.NewClient(ent.Driver(drv))
				u := &ent.User{ID: 5, Version: 41}
				for _, b := range []*ent.UserUpdateOne{
					change(client.User.UpdateOne(u)),
					change(client.User.UpdateOne(u)).Modify(func(*sql.UpdateBuilder) {}),
				} {
					require.ErrorIs(t, b.Exec(t.Context()), context.Canceled)
					_, err := b.Save(t.Context())
					require.ErrorIs(t, err, context.Canceled)
				}
				require.Len(t, drv.Statements, 4)
				assert.Equal(t, drv.Statements[2:], drv.Statements[:2])
			})
		}
	}
}

func TestDeleteOne_DirectStatementIsThatOfEntsBuilder(t *testing.T) {
	for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
		t.Run(d, func(t *testing.T) {
			drv := &drivertest.Sent{Name: d}
			u := &ent.User{ID: 5, Version: 41}
			require.ErrorIs(t, ent.NewClient(ent.Driver(drv)).User.DeleteOne(u).Exec(t.Context()), context.Canceled)
			table := sql.Dialect(d).Table("users")
			is := sql.And(sql.EQ(table.C("id"), 5), sql.EQ("version", int64(41)))
			query, args := sql.Dialect(d).Delete("users").Where(is).Query()
			assert.Equal(t, []string{fmt.Sprintf("%s %#v", query, args)}, drv.Statements)
		})
	}
}
