// Package system_test tests mixin.SystemVersion with the suite's core scenarios for every kind, and its limits.
package system_test

import (
	"context"
	"database/sql"
	"testing"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/system/ent"
	_ "github.com/entocc/entocc/integration/system/ent/runtime"
	"github.com/entocc/entocc/internal/suite"
)

// scene is the fixture of a test.
type scene struct {
	*testing.T
	ctx  context.Context
	conn suite.DB
	// client and other are clients with their own pools, and db is the pool of writers that bypass ent.
	client, other *ent.Client
	db            *sql.DB
	// sent records what client sends.
	sent *suite.Recorder
}

// each runs a test on each PostgreSQL, by both drivers and at each level.
func each(t *testing.T, test func(s *scene)) {
	t.Helper()
	for _, name := range [][2]string{
		{"PostgreSQL, pgx", "READ COMMITTED"},
		{"PostgreSQL, lib/pq", "READ COMMITTED"},
		{"PostgreSQL, lib/pq", "REPEATABLE READ"},
		{"PostgreSQL 18, pgx", "READ COMMITTED"},
		{"PostgreSQL 18, pgx", "SERIALIZABLE"},
		{"PostgreSQL 18, lib/pq", "READ COMMITTED"},
	} {
		t.Run(name[0]+", "+name[1], func(t *testing.T) {
			conn := databases.Find(t, name[0], name[1]).New(t)
			open := func() *sql.DB {
				db := conn.Open(t)
				t.Cleanup(func() { _ = db.Close() })
				return db
			}
			s := &scene{T: t, ctx: t.Context(), conn: conn, db: open()}
			s.sent = suite.Record(entsql.OpenDB(conn.Dialect, open()))
			s.client = ent.NewClient(ent.Driver(s.sent))
			s.other = ent.NewClient(ent.Driver(entsql.OpenDB(conn.Dialect, s.db)))
			require.NoError(t, s.client.Schema.Create(t.Context()))
			test(s)
		})
	}
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

func (s *scene) account(name string) *ent.Account {
	s.Helper()
	return do[*ent.Account](s)(s.client.Account.Create().SetName(name).SetEmail(uuid.NewString()).Save(s.ctx))
}

func (s *scene) load(id int) *ent.Account {
	s.Helper()
	return do[*ent.Account](s)(s.client.Account.Get(s.ctx, id))
}

// saved saves an account.
func (s *scene) saved(u *ent.AccountUpdateOne) *ent.Account {
	s.Helper()
	return do[*ent.Account](s)(u.Save(s.ctx))
}

// psql runs a statement that bypasses ent.
func (s *scene) psql(query string, args ...any) {
	s.Helper()
	_, err := s.db.ExecContext(context.WithoutCancel(s.ctx), query, args...)
	require.NoError(s, err)
}

// xmin returns the version of an account as PostgreSQL itself shows it.
func (s *scene) xmin(id int) (version int64) {
	s.Helper()
	require.NoError(s, s.db.QueryRowContext(s.ctx, "SELECT xmin::text::bigint FROM accounts WHERE id = $1", id).Scan(&version))
	return version
}

// conflict requires that a write was refused because its row has another version.
func (s *scene) conflict(err error) {
	s.Helper()
	_ = s.modified(err)
}

// modified returns the error of a conflict.
func (s *scene) modified(err error) *entocc.RecordModifiedError {
	s.Helper()
	require.Error(s, err)
	assert.True(s, ent.IsRecordModified(err), "%v", err)
	var modified *entocc.RecordModifiedError
	require.ErrorAs(s, err, &modified)
	return modified
}

// tx begins a transaction, and rolls it back at the end if it is still open.
func (s *scene) tx() *ent.Tx {
	s.Helper()
	tx := do[*ent.Tx](s)(s.client.Tx(s.ctx))
	s.Cleanup(func() { _ = tx.Rollback() })
	return tx
}
