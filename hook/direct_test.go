package hook_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// statements keeps what is sent, and sends nothing.
type statements struct {
	dialect.Driver
	name string
	sent []string
}

func (s *statements) Dialect() string { return s.name }

func (s *statements) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(s), nil }

func (s *statements) Query(_ context.Context, query string, args, v any) error {
	if rows, ok := v.(*sql.Rows); ok && strings.HasPrefix(query, "SHOW ") { // A client's question about its server.
		rows.ColumnScanner = noRows{}
		return nil
	}
	s.sent = append(s.sent, fmt.Sprintf("%s %#v", query, args))
	return context.Canceled
}

func (s *statements) Exec(_ context.Context, query string, args, _ any) error {
	s.sent = append(s.sent, fmt.Sprintf("%s %#v", query, args))
	return context.Canceled
}

// noRows is the answer of a server that knows no such variable.
type noRows struct{ sql.ColumnScanner }

func (noRows) Columns() ([]string, error) { return nil, nil }
func (noRows) Next() bool                 { return false }
func (noRows) Err() error                 { return nil }
func (noRows) Close() error               { return nil }

// A modifier that does nothing has the statement built by ent's builder.
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
				drv := &statements{name: d}
				client := ent.NewClient(ent.Driver(drv))
				u := &ent.User{ID: 5, Version: 41}
				require.ErrorIs(t, change(client.User.UpdateOne(u)).Exec(t.Context()), context.Canceled)
				built := change(client.User.UpdateOne(u)).Modify(func(*sql.UpdateBuilder) {})
				require.ErrorIs(t, built.Exec(t.Context()), context.Canceled)
				require.Len(t, drv.sent, 2)
				assert.Equal(t, drv.sent[1], drv.sent[0])
			})
		}
	}
}

func TestDeleteOne_DirectStatementIsThatOfEntsBuilder(t *testing.T) {
	for _, d := range []string{dialect.SQLite, dialect.Postgres, dialect.MySQL} {
		t.Run(d, func(t *testing.T) {
			drv := &statements{name: d}
			u := &ent.User{ID: 5, Version: 41}
			require.ErrorIs(t, ent.NewClient(ent.Driver(drv)).User.DeleteOne(u).Exec(t.Context()), context.Canceled)
			table := sql.Dialect(d).Table("users")
			is := sql.And(sql.EQ(table.C("id"), 5), sql.EQ("version", int64(41)))
			query, args := sql.Dialect(d).Delete("users").Where(is).Query()
			assert.Equal(t, []string{fmt.Sprintf("%s %#v", query, args)}, drv.sent)
		})
	}
}

// The stack of a batch must not grow until Go ends the process.
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
