package databases

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "github.com/lib/pq"              // the driver "postgres"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/integration/servers"
	"github.com/entocc/entocc/internal/suite"
)

// Postgres returns PostgreSQL 15 and 18: both drivers, at their three levels. READ UNCOMMITTED is READ COMMITTED there.
func Postgres() []Database {
	var all []Database
	for _, driver := range [...]struct{ name, registered string }{{"lib/pq", "postgres"}, {"pgx", "pgx"}} {
		for _, level := range [...]sql.IsolationLevel{
			sql.LevelReadCommitted, sql.LevelRepeatableRead, sql.LevelSerializable,
		} {
			all = append(all,
				postgres("PostgreSQL, "+driver.name, servers.PostgresDatabase, driver.registered, level),
				postgres("PostgreSQL 18, "+driver.name, servers.Postgres18Database, driver.registered, level))
		}
	}
	return all
}

func postgres(name string, database func(testing.TB) string, driver string, level sql.IsolationLevel) Database {
	words := strings.ToUpper(level.String())
	return Database{Name: name, Level: words, New: func(t testing.TB) suite.DB {
		t.Helper()
		dsn, err := url.Parse(database(t))
		require.NoError(t, err)
		params := dsn.Query()
		params.Set("default_transaction_isolation", strings.ToLower(words))
		dsn.RawQuery = strings.ReplaceAll(params.Encode(), "+", "%20") // pgx takes + for itself
		return suite.DB{
			Name: name, Dialect: dialect.Postgres, Isolation: level,
			Open: func(t testing.TB) *sql.DB { return pool(t, driver, dsn.String()) },
			Traits: suite.Traits{
				Repeats:        driver == "postgres",
				Snapshot:       level != sql.LevelReadCommitted,
				ConflictEndsTx: level != sql.LevelReadCommitted,
			},
		}
	}}
}
