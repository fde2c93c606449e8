package system_test

import (
	"bytes"
	"database/sql"
	"net/url"
	"os/exec"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/integration/system/ent"
)

// at opens a client of a database.
func at(t *testing.T, dsn string) (*sql.DB, *ent.Client) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db, ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
}

// A dump has no xmin, and restored rows have the xmin of the restore. Every entity from before is refused, even one
// with the newest version.
func TestSystem_LimitDumpIsRestoredElsewhere(t *testing.T) {
	from, to := servers.PostgresDatabase(t), servers.PostgresDatabase(t)
	db, client := at(t, from)
	require.NoError(t, client.Schema.Create(t.Context()))
	older := client.Account.Create().SetName("older").SetEmail(uuid.NewString()).SaveX(t.Context())
	newer := older.Update().SetName("newer").SaveX(t.Context())
	other := client.Account.Create().SetName("other").SetEmail(uuid.NewString()).SaveX(t.Context())
	restored, home := at(t, to)
	copyDatabase(t, db, restored, from, to)

	for _, held := range []int64{older.Version, newer.Version, other.Version} {
		err := home.Account.UpdateOneID(newer.ID).IfVersion(held).SetName("lost").Exec(t.Context())
		assert.True(t, ent.IsRecordModified(err), "%v", err)
	}
	now := home.Account.GetX(t.Context(), newer.ID)
	assert.Equal(t, "newer", now.Name)
	assert.Equal(t, now.Version, home.Account.GetX(t.Context(), other.ID).Version, "one statement wrote both")
	saved := now.Update().SetName("read again").SaveX(t.Context())
	assert.True(t, ent.IsRecordModified(now.Update().SetName("lost").Exec(t.Context())))
	require.NoError(t, saved.Update().SetName("again").Exec(t.Context()))
}

// copyDatabase copies a database with pg_dump and psql. If these are not installed, it does as they would: it creates
// the tables, and fills each with one statement.
func copyDatabase(t *testing.T, from, to *sql.DB, fromDSN, toDSN string) {
	t.Helper()
	if dump, err := exec.LookPath("pg_dump"); err == nil {
		script, err := exec.CommandContext(t.Context(), dump, "--no-owner", "--dbname", fromDSN).Output()
		require.NoError(t, err)
		restore := exec.CommandContext(t.Context(), "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", toDSN)
		restore.Stdin = bytes.NewReader(script)
		said, err := restore.CombinedOutput()
		require.NoError(t, err, "%s", said)
		return
	}
	_, home := entsql.OpenDB(dialect.Postgres, to), ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, to)))
	require.NoError(t, home.Schema.Create(t.Context()))
	var rows string
	require.NoError(t, from.QueryRowContext(t.Context(), "SELECT json_agg(a) FROM accounts AS a").Scan(&rows))
	_, err := to.ExecContext(t.Context(), "INSERT INTO accounts SELECT * FROM json_populate_recordset(NULL::accounts, $1)", rows)
	require.NoError(t, err)
}

// A standby has the primary's rows with their xmin: an entity from the standby is as good as one that was read on the
// primary at the same position.
func TestSystem_ReadOnTheStandbyIsWrittenOnThePrimary(t *testing.T) {
	dsn := servers.PostgresDatabase(t)
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	replica, err := url.Parse(servers.PostgresReplica(t))
	require.NoError(t, err)
	replica.Path = u.Path
	_, primary := at(t, dsn)
	_, standby := at(t, replica.String())
	require.NoError(t, primary.Schema.Create(t.Context()))
	created := primary.Account.Create().SetName("before").SetEmail(uuid.NewString()).SaveX(t.Context())
	read := func(name string) (a *ent.Account) {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			var err error
			a, err = standby.Account.Get(t.Context(), created.ID)
			if assert.NoError(c, err) {
				assert.Equal(c, name, a.Name)
			}
		}, time.Minute, 10*time.Millisecond, "the standby does not get it")
		return a
	}

	seen := read("before")
	assert.Equal(t, created.Version, seen.Version)
	saved := primary.Account.UpdateOne(seen).SetName("after").SaveX(t.Context())
	for _, err := range []error{
		primary.Account.UpdateOne(seen).SetName("lost").Exec(t.Context()),
		primary.Account.UpdateOneID(seen.ID).IfVersion(seen.Version).SetName("lost").Exec(t.Context()),
		primary.Account.DeleteOne(seen).Exec(t.Context()),
		primary.Account.Create().SetEmail(seen.Email).SetName("lost").OnConflictColumns("email").UpdateNewValues().IfVersion(seen.Version).Exec(t.Context()),
	} {
		assert.True(t, ent.IsRecordModified(err), "%v", err)
	}
	seen = read("after")
	assert.Equal(t, saved.Version, seen.Version)
	require.NoError(t, primary.Account.UpdateOneID(seen.ID).IfVersion(seen.Version).SetName("again").Exec(t.Context()))
}
