// Package integers_test shows that mixin.Guard takes every kind of integer that ent has, and what happens at the largest one.
package integers_test

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/integration/integers/ent"
	"github.com/entocc/entocc/integration/integers/ent/migrate"
	_ "github.com/entocc/entocc/integration/integers/ent/runtime"
	"github.com/entocc/entocc/internal/suite"
)

// each runs a test for each kind of integer on each database. ent's migration makes the tables, with columns as small
// as the database has them.
func each(t *testing.T, test func(t *testing.T, db *sql.DB, conn suite.DB, k kind)) {
	t.Helper()
	for _, name := range [][2]string{
		{"SQLite, mattn, WAL", "deferred"},
		{"SQLite, modernc, WAL", "deferred"},
		{"PostgreSQL, pgx", "READ COMMITTED"},
		{"PostgreSQL, lib/pq", "REPEATABLE READ"},
		{"PostgreSQL 18, pgx", "SERIALIZABLE"},
		{"MariaDB", "REPEATABLE READ"},
		{"MariaDB, clientFoundRows", "REPEATABLE READ"},
		{"Galera, two nodes", "REPEATABLE READ"},
	} {
		for _, mode := range []string{"", "no strict mode"} {
			t.Run(name[0]+mode, func(t *testing.T) {
				conn := databases.Find(t, name[0], name[1]).New(t)
				if mode != "" && conn.Dialect != dialect.MySQL {
					return
				}
				db := conn.Open(t)
				t.Cleanup(func() { require.NoError(t, db.Close()) })
				if mode != "" { // In that mode MySQL truncates numbers that are too large.
					db.SetMaxOpenConns(1)
					db.SetConnMaxLifetime(0)
					_, err := db.ExecContext(t.Context(), "SET SESSION sql_mode = ''")
					require.NoError(t, err)
				}
				client := ent.NewClient(ent.Driver(entsql.OpenDB(conn.Dialect, db)))
				require.NoError(t, migrate.Create(t.Context(), client.Schema, migrate.Tables))
				for _, k := range kinds(client) {
					t.Run(k.name, func(t *testing.T) { test(t, db, conn, k) })
				}
			})
		}
	}
}

// must returns a row, and requires that there is no error.
func must(t *testing.T) func(row, error) row {
	t.Helper()
	return func(r row, err error) row {
		t.Helper()
		require.NoError(t, err)
		return r
	}
}

func TestGuard_EveryKindOfInteger(t *testing.T) {
	each(t, func(t *testing.T, _ *sql.DB, _ suite.DB, k kind) {
		ctx, must := t.Context(), must(t)
		a := must(k.create(ctx, 1))
		stale := must(k.load(ctx, a.id))
		a = must(a.save(ctx, "after"))
		assert.EqualValues(t, 2, a.rev)
		_, err := stale.save(ctx, "lost")
		var modified *entocc.RecordModifiedError
		require.ErrorAs(t, err, &modified)
		assert.EqualValues(t, 1, modified.Expected)
		assert.EqualValues(t, 2, modified.Actual)
		assert.True(t, entocc.IsRecordModified(stale.delete(ctx)))
		is, err := stale.modified(ctx)
		require.NoError(t, err)
		assert.True(t, is)
		assert.True(t, entocc.IsRecordModified(a.ifVersion(ctx, 1)))
		require.NoError(t, a.ifVersion(ctx, 2))
		n, err := k.all(ctx)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		now := must(k.load(ctx, a.id))
		assert.EqualValues(t, 4, now.rev)
		assert.Equal(t, "all", now.title)

		b := must(k.create(ctx, 1))
		require.NoError(t, k.batch(ctx, now, b))
		assert.True(t, entocc.IsRecordModified(k.batch(ctx, must(k.load(ctx, a.id)), b)))
		assert.EqualValues(t, 5, must(k.load(ctx, a.id)).rev)
		require.NoError(t, must(k.load(ctx, a.id)).delete(ctx))
	})
}

// The largest version of its kind has no successor. Every write is refused with an error that says so, whatever the
// database would make of the number, and nothing is written.
func TestGuard_LargestIntegerIsRefused(t *testing.T) {
	each(t, func(t *testing.T, _ *sql.DB, _ suite.DB, k kind) {
		ctx, must := t.Context(), must(t)
		last := must(must(k.create(ctx, k.largest-1)).save(ctx, "last"))
		require.Equal(t, k.largest, last.rev)
		other := must(k.create(ctx, 1))
		_, saved := last.save(ctx, "lost")
		_, all := k.all(ctx)
		for name, err := range map[string]error{"save": saved, "by ID": last.ifVersion(ctx, k.largest), "set-based": all, "batch": k.batch(ctx, other, last)} {
			assert.True(t, entocc.IsVersionError(err), "%s: %v", name, err)
			assert.ErrorContains(t, err, fmt.Sprint(k.largest), name)
		}
		now := must(k.load(ctx, last.id))
		assert.Equal(t, k.largest, now.rev)
		assert.Equal(t, "last", now.title)
		assert.Equal(t, "before", must(k.load(ctx, other.id)).title)
		require.NoError(t, now.delete(ctx), "it can be deleted")
	})
}

// A column is smaller than the field's Go type: the database refuses the number, or the save notices that it was truncated.
func TestGuard_ColumnThatIsSmallerThanItsGoTypeIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *sql.DB, conn suite.DB, k kind) {
		if conn.Dialect == dialect.SQLite || k.largest < math.MaxInt32 {
			return // There are no smaller columns.
		}
		ctx, must := t.Context(), must(t)
		table := map[string]string{"Plain": "plains", "Medium": "media", "Bare": "bares", "Quad": "quads", "Huge": "huges"}[k.name]
		alter := "ALTER TABLE " + table + " MODIFY rev smallint NOT NULL DEFAULT 1"
		if conn.Dialect == dialect.Postgres {
			alter = "ALTER TABLE " + table + " ALTER COLUMN rev TYPE smallint"
		}
		_, err := db.ExecContext(context.WithoutCancel(ctx), alter)
		require.NoError(t, err)
		last := must(k.create(ctx, math.MaxInt16))
		_, saved := last.save(ctx, "lost")
		require.Error(t, saved)
		assert.False(t, entocc.IsRecordModified(saved), "%v", saved)
		_, all := k.all(ctx)
		t.Log(saved, all)
		now := must(k.load(ctx, last.id))
		assert.EqualValues(t, math.MaxInt16, now.rev)
		if all != nil {
			assert.Equal(t, "before", now.title)
		}
	})
}
