// Package peers_test compares a guarded save with libraries whose modules should stay out of the workspace.
package peers_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
	"xorm.io/xorm"
	"xorm.io/xorm/names"

	"github.com/entocc/entocc/integration/bench/guarded/ent"
	_ "github.com/entocc/entocc/integration/bench/guarded/ent/runtime"
	"github.com/entocc/entocc/integration/servers"
)

// rounds is how often the sides take turns, as in the benchmarks of the folder above.
var rounds = flag.Int("rounds", 1, "how often the sides of a comparison take turns")

// hot is the number of rows that the saves take turns at.
const hot = 100

// row is a guarded item as xorm maps it.
type row struct {
	ID      int64  `xorm:"pk 'id'"`
	Name    string `xorm:"'name'"`
	Version int64  `xorm:"version 'version'"`
}

// TableName is the table's name.
func (row) TableName() string { return "guarded_items" }

// BenchmarkPeer saves one field of one row with entocc and with xorm's version tag, which does not return the row. So
// entocc does not return it either.
func BenchmarkPeer(b *testing.B) {
	b.Run("db=SQLite", func(b *testing.B) {
		compare(b, dialect.SQLite, "sqlite3", "file:"+filepath.Join(b.TempDir(), "bench.db")+"?_fk=1&_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=10000")
	})
	if os.Getenv("ENTOCC_POSTGRES") != "" {
		b.Run("db=PostgreSQL-pgx", func(b *testing.B) { compare(b, dialect.Postgres, "pgx", servers.PostgresDatabase(b)) })
		b.Run("db=PostgreSQL-pq", func(b *testing.B) { compare(b, dialect.Postgres, "postgres", servers.PostgresDatabase(b)) })
	}
	if os.Getenv("ENTOCC_MARIADB") != "" {
		b.Run("db=MariaDB", func(b *testing.B) { compare(b, dialect.MySQL, "mysql", servers.MariaDBDatabase(b)) })
	}
}

func compare(b *testing.B, name, driver, dsn string) {
	db, err := sql.Open(driver, dsn)
	require.NoError(b, err)
	b.Cleanup(func() { _ = db.Close() })
	client := ent.NewClient(ent.Driver(entsql.OpenDB(name, db)))
	require.NoError(b, client.Schema.Create(b.Context()))
	sides := [...]struct {
		name string
		save func(context.Context, int) error
	}{{"entocc", saveGuarded(b, client)}, {"xorm", saveXorm(b, client, driver, dsn)}}
	var runs [len(sides)]int
	for round := range *rounds {
		for turn := range sides {
			k := (round + turn) % len(sides)
			b.Run("side="+sides[k].name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := sides[k].save(context.Background(), runs[k]); err != nil {
						b.Fatal(err)
					}
					runs[k]++
				}
			})
		}
	}
}

func items(b *testing.B, client *ent.Client) []*ent.Item {
	b.Helper()
	builders := make([]*ent.ItemCreate, hot)
	for i := range builders {
		builders[i] = client.Item.Create().SetName(fmt.Sprint("item ", i)).SetEmail("someone@example.org").SetCreatedAt(time.Now())
	}
	return client.Item.CreateBulk(builders...).SaveX(b.Context())
}

func saveGuarded(b *testing.B, client *ent.Client) func(context.Context, int) error {
	all := items(b, client)
	return func(ctx context.Context, i int) error {
		it := all[i%hot]
		err := client.Item.UpdateOneID(it.ID).IfVersion(it.Version).SetName(fmt.Sprint("name ", i)).Exec(ctx)
		it.Version++
		return err
	}
}

func saveXorm(b *testing.B, client *ent.Client, driver, dsn string) func(context.Context, int) error {
	x, err := xorm.NewEngine(driver, dsn)
	require.NoError(b, err)
	b.Cleanup(func() { _ = x.Close() })
	x.SetMapper(names.GonicMapper{})
	all := make([]*row, hot)
	for i, it := range items(b, client) {
		all[i] = &row{ID: int64(it.ID), Name: it.Name, Version: it.Version}
	}
	return func(ctx context.Context, i int) error {
		r := all[i%hot]
		r.Name = fmt.Sprint("name ", i)
		n, err := x.Context(ctx).ID(r.ID).Cols("name").Update(r)
		if err != nil || n != 1 {
			return fmt.Errorf("%d rows, %w", n, err)
		}
		return nil
	}
}
