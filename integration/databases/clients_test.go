package databases_test

import (
	"database/sql"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/databases"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/migrate"
	"github.com/entocc/entocc/internal/suite"
)

// Databases that single tests need.
const (
	mariadb          = "MariaDB"
	mariadbSnapshot  = "MariaDB, innodb_snapshot_isolation"
	galera           = "Galera, two nodes"
	postgres         = "PostgreSQL, pgx"
	readCommitted    = "READ COMMITTED"
	repeatableRead   = "REPEATABLE READ"
	serializable     = "SERIALIZABLE"
	sqliteWAL        = "SQLite, mattn, WAL"
	sqliteDeferred   = "deferred"
	patience         = 30 * time.Second
	waitingForOthers = "the other transaction waits for a lock"
)

// session is a pool of connections to a database, and a client of it.
type session struct {
	*ent.Client
	Pool *sql.DB
}

// pair returns two sessions of a new database with the tables of the fixtures. On a cluster they are on two nodes.
func pair(t *testing.T, db databases.Database) (mine, theirs session) {
	t.Helper()
	conn := db.New(t)
	mine, theirs = open(t, conn), open(t, conn)
	createTables(t, mine.Client)
	return mine, theirs
}

// pairOn is pair for the database of this name and level.
func pairOn(t *testing.T, name, level string) (mine, theirs session) {
	t.Helper()
	return pair(t, databases.Find(t, name, level))
}

func open(t *testing.T, conn suite.DB) session {
	t.Helper()
	pool := conn.Open(t)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	return session{ent.NewClient(ent.Driver(entsql.OpenDB(conn.Dialect, pool))), pool}
}

// openMySQL opens a session with the driver's defaults.
func openMySQL(t *testing.T, dsn string) session {
	t.Helper()
	return openWith(t, dialect.MySQL, "mysql", dsn)
}

// openPostgres opens a session with the driver's defaults.
func openPostgres(t *testing.T, dsn string) session {
	t.Helper()
	return openWith(t, dialect.Postgres, "pgx", dsn)
}

func openWith(t *testing.T, name, driver, dsn string) session {
	t.Helper()
	return open(t, suite.DB{Dialect: name, Open: func(t testing.TB) *sql.DB {
		pool, err := sql.Open(driver, dsn)
		require.NoError(t, err)
		return pool
	}})
}

// each runs a test on one database of each kind: each engine, driver and way to report a conflict, but not each level.
func each(t *testing.T, test func(t *testing.T, conn suite.DB)) {
	t.Helper()
	on(t, [][2]string{
		{sqliteWAL, sqliteDeferred},
		{"SQLite, modernc, WAL", sqliteDeferred},
		{"SQLite, mattn, rollback journal", "immediate"},
		{postgres, readCommitted},
		{postgres, serializable},
		{"PostgreSQL 18, pgx", repeatableRead},
		{"PostgreSQL, lib/pq", repeatableRead},
		{"PostgreSQL 18, lib/pq", readCommitted},
		{mariadb, repeatableRead},
		{mariadbSnapshot, repeatableRead},
		{mariadb + ", clientFoundRows", repeatableRead},
		{galera, readCommitted},
		{galera, repeatableRead},
	}, test)
}

// on runs a test on databases, by their names and levels.
func on(t *testing.T, names [][2]string, test func(t *testing.T, conn suite.DB)) {
	t.Helper()
	for _, db := range names {
		t.Run(db[0]+", "+db[1], func(t *testing.T) { test(t, databases.Find(t, db[0], db[1]).New(t)) })
	}
}

// createTables creates the tables that these tests write to.
func createTables(t *testing.T, client *ent.Client) {
	t.Helper()
	require.NoError(t, migrate.Create(t.Context(), client.Schema, migrate.Tables))
}

// user creates a User.
func (s session) user(t *testing.T, name string) *ent.User {
	t.Helper()
	u, err := s.User.Create().SetName(name).SetEmail(uuid.NewString()).Save(t.Context())
	require.NoError(t, err)
	return u
}

// load loads a User.
func (s session) load(t *testing.T, id int) *ent.User {
	t.Helper()
	u, err := s.User.Get(t.Context(), id)
	require.NoError(t, err)
	return u
}

// tx begins a transaction. It is rolled back at the end if it is still open.
func (s session) tx(t *testing.T) *ent.Tx {
	t.Helper()
	tx, err := s.Tx(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// overtake saves the User as somebody else would.
func (s session) overtake(t *testing.T, id int) {
	t.Helper()
	require.NoError(t, s.User.UpdateOneID(id).IgnoreVersion().SetName("theirs").Exec(t.Context()))
}
