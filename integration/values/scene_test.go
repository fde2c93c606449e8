// Package values shows mixin.Values: guards by the values that the caller saw, and what they can't see.
package values_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/values/ent"
	_ "github.com/entocc/entocc/integration/values/ent/runtime"
	"github.com/entocc/entocc/internal/suite"
)

// scene is what a test plays in.
type scene struct {
	*testing.T
	ctx  context.Context
	conn suite.DB
	// client and other are clients with pools of their own, and db is the pool of writers who do without ent.
	client, other *ent.Client
	db            *sql.DB
	// sent is what client sends.
	sent *suite.Recorder
}

// each runs a test on each database, by each driver, at levels that differ in what they do.
func each(t *testing.T, test func(s *scene)) {
	t.Helper()
	for _, name := range [][2]string{
		{"SQLite, mattn, rollback journal", "deferred"},
		{"SQLite, mattn, WAL", "immediate"},
		{"SQLite, modernc, rollback journal", "immediate"},
		{"SQLite, modernc, WAL", "deferred"},
		{"PostgreSQL, pgx", "READ COMMITTED"},
		{"PostgreSQL, lib/pq", "REPEATABLE READ"},
		{"PostgreSQL 18, lib/pq", "READ COMMITTED"},
		{"PostgreSQL 18, pgx", "SERIALIZABLE"},
		{"MariaDB", "READ COMMITTED"},
		{"MariaDB", "REPEATABLE READ"},
		{"MariaDB, innodb_snapshot_isolation", "REPEATABLE READ"},
		{"MariaDB, clientFoundRows", "REPEATABLE READ"},
		{"Galera, two nodes", "REPEATABLE READ"},
	} {
		on(t, name[0], name[1], test)
	}
}

func on(t *testing.T, name, level string, test func(s *scene)) {
	t.Helper()
	t.Run(name+", "+level, func(t *testing.T) {
		conn := databases.Find(t, name, level).New(t)
		open := func() *sql.DB {
			db := conn.Open(t)
			t.Cleanup(func() { _ = db.Close() })
			return db
		}
		s := &scene{T: t, ctx: t.Context(), conn: conn}
		s.sent = suite.Record(entsql.OpenDB(conn.Dialect, open()))
		s.client = ent.NewClient(ent.Driver(s.sent))
		require.NoError(t, s.client.Schema.Create(t.Context()))
		s.db = open()
		s.other = ent.NewClient(ent.Driver(entsql.OpenDB(conn.Dialect, s.db)))
		test(s)
	})
}

// do requires that something works.
func do[T any](s *scene) func(v T, err error) T {
	s.Helper()
	return func(v T, err error) T {
		s.Helper()
		require.NoError(s, err)
		return v
	}
}

func (s *scene) page(title string) *ent.Page {
	s.Helper()
	return do[*ent.Page](s)(s.client.Page.Create().SetTitle(title).Save(s.ctx))
}

func (s *scene) load(id int) *ent.Page {
	s.Helper()
	return do[*ent.Page](s)(s.client.Page.Get(s.ctx, id))
}

// saved saves a page.
func (s *scene) saved(u *ent.PageUpdateOne) *ent.Page {
	s.Helper()
	return do[*ent.Page](s)(u.Save(s.ctx))
}

// raw runs a statement that bypasses ent, with ? for its arguments.
func (s *scene) raw(query string, args ...any) {
	s.Helper()
	_, err := s.db.ExecContext(s.ctx, s.placed(query), args...)
	require.NoError(s, err)
}

func (s *scene) placed(query string) string {
	if s.conn.Dialect != dialect.Postgres {
		return query
	}
	for i := 1; strings.Contains(query, "?"); i++ {
		query = strings.Replace(query, "?", fmt.Sprint("$", i), 1)
	}
	return query
}

// conflict requires that a write was refused as its row has other values, and returns which.
func (s *scene) conflict(err error) []string {
	s.Helper()
	require.Error(s, err)
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	assert.False(s, ent.IsNotFound(err), "%v", err)
	var seen *entocc.ValuesError
	if !assert.ErrorAs(s, err, &seen) {
		return nil
	}
	var names []string
	for _, f := range seen.Fields {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// refused requires that a write was refused before anything was sent.
func (s *scene) refused(err error, says string) {
	s.Helper()
	require.Error(s, err)
	assert.True(s, ent.IsVersionError(err), "%v", err)
	assert.ErrorContains(s, err, says)
}
