package databases

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"os"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/suite"
)

// Others returns the databases for which CI has no server, if the environment has their address. See
// integration/servers/others.yml for how they are set up.
func Others() []Database {
	var all []Database
	if os.Getenv("ENTOCC_MYSQL") != "" {
		for _, level := range [...]sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable} {
			all = append(all, likeMySQL("MySQL", level, servers.MySQLDatabase))
		}
	}
	if os.Getenv("ENTOCC_TIDB") != "" { // It has no SERIALIZABLE.
		for _, level := range [...]sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelRepeatableRead} {
			all = append(all, likeMySQL("TiDB", level, servers.TiDBDatabase))
		}
	}
	if os.Getenv("ENTOCC_COCKROACH") != "" {
		for _, level := range [...]sql.IsolationLevel{sql.LevelReadCommitted, sql.LevelSerializable} {
			all = append(all, postgres("CockroachDB, pgx", servers.CockroachDatabase, "pgx", level))
		}
	}
	return all
}

// likeMySQL is a server that speaks MySQL's protocol but lacks MariaDB's variables.
func likeMySQL(name string, level sql.IsolationLevel, dsn func(testing.TB) string) Database {
	words := strings.ToUpper(level.String())
	return Database{Name: name, Level: words, New: func(t testing.TB) suite.DB {
		t.Helper()
		cfg, err := mysql.ParseDSN(dsn(t))
		require.NoError(t, err)
		connector, err := mysql.NewConnector(cfg)
		require.NoError(t, err)
		return suite.DB{
			Name: name, Dialect: dialect.MySQL, Isolation: level,
			Open: func(t testing.TB) *sql.DB {
				t.Helper()
				db := sql.OpenDB(leveled{connector, words})
				require.NoError(t, db.PingContext(t.Context()))
				return db
			},
			Traits: suite.Traits{
				UnchangedIsZero: true,
				ReadsLock:       level == sql.LevelSerializable,
				Snapshot:        level == sql.LevelRepeatableRead,
			},
		}
	}}
}

// leveled sets the isolation level of each connection: each server has a different variable for it.
type leveled struct {
	driver.Connector
	level string
}

func (l leveled) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := l.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.(driver.ExecerContext).ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL "+l.level, nil)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
