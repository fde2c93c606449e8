// Package model_test compares random sequences of writes on SQLite with a reference in memory. If the two disagree,
// rapid shrinks the sequence to the smallest one.
package model_test

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime" // the hooks of the schemas
	"github.com/entocc/entocc/internal/ent/user"
)

// row is a User in the reference.
type row struct {
	version int64
	name    string
	age     int
	visits  string // a field that Ignore names
}

// held is an entity that somebody has read, with its version and values at that time. It may be stale.
type held struct {
	entity *ent.User
	row    row
	ghost  bool // returned by a transaction that was rolled back
}

// machine is the database and its reference.
type machine struct {
	client *ent.Client
	ctx    context.Context
	rows   map[int]row
	held   []held
	names  int
}

// TestModel_EveryWritePath runs sequences of about thirty writes.
//
//	go test ./model -rapid.checks 10000 -rapid.steps 60
func TestModel_EveryWritePath(t *testing.T) {
	client := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{client: client, ctx: t.Context(), rows: make(map[int]row)}
		_, err := client.User.Delete().Exec(m.ctx)
		require.NoError(rt, err)
		rt.Repeat(map[string]func(*rapid.T){
			"":               m.agree,
			"create":         m.create,
			"load":           m.load,
			"save":           m.save,
			"save by ID":     m.saveByID,
			"set-based":      m.setBased,
			"delete":         m.delete,
			"delete by ID":   m.deleteByID,
			"delete many":    m.deleteMany,
			"Modify":         m.modify,
			"upsert":         m.upsert,
			"UpdateBulk":     m.updateBulk,
			"DeleteBulk":     m.deleteBulk,
			"transaction":    m.transaction,
			"GetVersion":     m.getVersion,
			"without checks": m.switched,
		})
	})
}

func open(t *testing.T) *ent.Client {
	t.Helper()
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "model.db")+"?_fk=1&_synchronous=OFF&_journal_mode=WAL")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	return client
}

// agree compares all rows.
func (m *machine) agree(t *rapid.T) {
	all, err := m.client.User.Query().All(m.ctx)
	require.NoError(t, err)
	found := make(map[int]row)
	for _, u := range all {
		found[u.ID] = rowOf(u)
	}
	require.Equal(t, m.rows, found)
}

func rowOf(u *ent.User) row {
	r := row{version: u.Version, name: u.Name, age: u.Age}
	if len(u.Visits) > 0 {
		r.visits = u.Visits[0]
	}
	return r
}

// keep remembers an entity, which must match the reference.
func (m *machine) keep(t *rapid.T, u *ent.User) {
	require.Equal(t, m.rows[u.ID], rowOf(u), "the returned entity")
	m.held = append(m.held, held{entity: u, row: rowOf(u)})
}

// any draws an entity that was read earlier.
func (m *machine) any(t *rapid.T) held {
	var usable []held
	for _, h := range m.held {
		if !h.ghost {
			usable = append(usable, h)
		}
	}
	if len(usable) == 0 {
		t.Skip("nothing has been read yet")
	}
	// The newest ones are drawn most often, as they are not stale.
	back := rapid.IntRange(0, min(len(usable), 8)-1).Draw(t, "back")
	return usable[len(usable)-1-back]
}

// id draws the ID of a row, which may be deleted.
func (m *machine) id(t *rapid.T) int {
	ids := append(slices.Sorted(maps.Keys(m.rows)), 1<<30)
	return rapid.SampledFrom(ids).Draw(t, "id")
}

// version draws the row's version, or a neighbouring one.
func (m *machine) version(t *rapid.T, id int) int64 {
	return m.rows[id].version + rapid.SampledFrom([]int64{0, 0, 0, -1, 1}).Draw(t, "off by")
}

func (m *machine) create(t *rapid.T) {
	u, err := m.client.User.Create().SetName(m.name()).Save(m.ctx)
	require.NoError(t, err)
	m.rows[u.ID] = row{version: 1, name: u.Name}
	m.keep(t, u)
}

func (m *machine) load(t *rapid.T) {
	id := m.id(t)
	u, err := m.client.User.Query().Where(user.ID(id)).Only(m.ctx)
	if _, there := m.rows[id]; !there {
		require.True(t, ent.IsNotFound(err), "%v", err)
		return
	}
	require.NoError(t, err)
	m.keep(t, u)
}

// name returns a new name, so that setting it is a change.
func (m *machine) name() string {
	m.names++
	return "name " + string(rune('a'+m.names%26)) + string(rune('a'+m.names/26%26)) + string(rune('a'+m.names/676%26))
}
