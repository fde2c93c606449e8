package databases

import (
	"database/sql"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/go-sql-driver/mysql" // the driver "mysql"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/suite"
)

// mariadb are the settings of a session of MariaDB.
type mariadb struct {
	level sql.IsolationLevel
	// snapshot is innodb_snapshot_isolation: error 1020 for a write to a row that changed since it was read. It is on by
	// default from MariaDB 11.6.2.
	snapshot bool
	// found is the driver's clientFoundRows: an UPDATE that changes nothing counts its rows too.
	found bool
	// cluster adds what a session of Galera needs. With wsrep_sync_wait=7 a statement waits until this node has what
	// the others have committed. The driver's interpolateParams avoids prepared statements: closing one is never
	// answered, and can swallow the error that the transaction has ended.
	cluster bool
}

// MariaDB returns MariaDB at its four levels, each with and without innodb_snapshot_isolation, and the default again
// with clientFoundRows, which only changes how the driver counts.
func MariaDB() []Database {
	var all []Database
	for _, snapshot := range [...]bool{false, true} {
		for _, level := range [...]sql.IsolationLevel{
			sql.LevelReadUncommitted, sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable,
		} {
			all = append(all, mariadb{level: level, snapshot: snapshot}.on("MariaDB", oneServer))
		}
	}
	return append(all, mariadb{level: sql.LevelRepeatableRead, found: true}.on("MariaDB", oneServer))
}

// Galera returns a cluster of MariaDB nodes: a test's first pool is connected to one node, the second to another.
func Galera() []Database {
	var all []Database
	for _, session := range [...]mariadb{
		{level: sql.LevelReadCommitted},
		{level: sql.LevelRepeatableRead},
		{level: sql.LevelRepeatableRead, snapshot: true},
		{level: sql.LevelSerializable},
	} {
		session.cluster = true
		all = append(all, session.on("Galera, two nodes", servers.GaleraDatabase))
	}
	return all
}

func oneServer(t testing.TB) []string {
	t.Helper()
	return []string{servers.MariaDBDatabase(t)}
}

func (s mariadb) on(name string, dsns func(testing.TB) []string) Database {
	if s.snapshot {
		name += ", innodb_snapshot_isolation"
	}
	if s.found {
		name += ", clientFoundRows"
	}
	level := strings.ToUpper(s.level.String())
	return Database{Name: name, Level: level, New: func(t testing.TB) suite.DB {
		t.Helper()
		nodes := dsns(t)
		next := 0
		return suite.DB{
			Name: name, Dialect: dialect.MySQL, Isolation: s.level,
			Open: func(t testing.TB) *sql.DB {
				t.Helper()
				node := nodes[next%min(len(nodes), 2)]
				next++
				return pool(t, "mysql", s.dsn(t, node))
			},
			Traits: suite.Traits{
				UnchangedIsZero: !s.found,
				ReadsLock:       s.level == sql.LevelSerializable,
				Snapshot:        s.level == sql.LevelRepeatableRead,
				ConflictEndsTx:  s.snapshot && s.level >= sql.LevelRepeatableRead,
				Nodes:           s.cluster,
			},
		}
	}}
}

// dsn adds the session's variables to a DSN.
func (s mariadb) dsn(t testing.TB, dsn string) string {
	t.Helper()
	cfg, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	cfg.ClientFoundRows = s.found
	if cfg.Params == nil {
		cfg.Params = make(map[string]string)
	}
	cfg.Params["tx_isolation"] = "'" + strings.ToUpper(strings.ReplaceAll(s.level.String(), " ", "-")) + "'"
	cfg.Params["innodb_snapshot_isolation"] = map[bool]string{false: "0", true: "1"}[s.snapshot]
	if s.cluster {
		cfg.InterpolateParams = true
		cfg.Params["wsrep_sync_wait"] = "7"
	}
	return cfg.FormatDSN()
}
