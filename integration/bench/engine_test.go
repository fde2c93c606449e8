package bench_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc/integration/bench/guarded/ent"
	_ "github.com/entocc/entocc/integration/bench/guarded/ent/runtime"
	plain "github.com/entocc/entocc/integration/bench/plain/ent"
	_ "github.com/entocc/entocc/integration/bench/plain/ent/runtime"
	"github.com/entocc/entocc/integration/servers"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

// engine is a database with clients of both kinds on it.
type engine struct {
	dialect, driver, dsn string

	db      *sql.DB
	guarded *ent.Client
	plain   *plain.Client
}

// postgres reports whether the engine is PostgreSQL.
func (e *engine) postgres() bool { return e.dialect == dialect.Postgres }

// returns reports whether the engine has UPDATE .. RETURNING.
func (e *engine) returns() bool { return e.dialect != dialect.MySQL }

// onEngines runs a benchmark on each available database: always on SQLite, and on the servers that ENTOCC_POSTGRES and ENTOCC_MARIADB name.
func onEngines(b *testing.B, run func(b *testing.B, e *engine)) {
	b.Helper()
	b.Run("db=SQLite", func(b *testing.B) {
		dsn := "file:" + filepath.Join(b.TempDir(), "bench.db") + "?_fk=1&_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=10000"
		run(b, open(b, &engine{dialect: dialect.SQLite, driver: "sqlite3", dsn: dsn}))
	})
	for _, driver := range [...]string{"pgx", "pq"} {
		if os.Getenv("ENTOCC_POSTGRES") == "" {
			continue
		}
		b.Run("db=PostgreSQL-"+driver, func(b *testing.B) {
			e := &engine{dialect: dialect.Postgres, driver: driver, dsn: servers.PostgresDatabase(b)}
			if driver == "pq" {
				e.driver = "postgres"
			}
			run(b, open(b, e))
		})
	}
	if os.Getenv("ENTOCC_MARIADB") != "" {
		b.Run("db=MariaDB", func(b *testing.B) {
			run(b, open(b, &engine{dialect: dialect.MySQL, driver: "mysql", dsn: servers.MariaDBDatabase(b)}))
		})
	}
}

// open opens the pool that all sides of a comparison share, and creates the tables of both clients.
func open(b *testing.B, e *engine) *engine {
	b.Helper()
	db, err := sql.Open(e.driver, e.dsn)
	require.NoError(b, err)
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(80)
	db.SetMaxIdleConns(80)
	drv := entsql.OpenDB(e.dialect, db)
	e.db, e.guarded, e.plain = db, ent.NewClient(ent.Driver(drv)), plain.NewClient(plain.Driver(drv))
	require.NoError(b, e.guarded.Schema.Create(b.Context()))
	require.NoError(b, e.plain.Schema.Create(b.Context()))
	return e
}
