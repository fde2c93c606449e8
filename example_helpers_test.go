package entocc_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"log"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
)

// quiet lets enttest open a client outside of a test.
type quiet struct{}

func (quiet) FailNow()          { log.Fatal("failed") }
func (quiet) Error(args ...any) { log.Print(args...) }

// open returns a client of an empty SQLite database in memory.
func open(name string) (*ent.Client, context.Context) {
	return enttest.Open(quiet{}, dialect.SQLite, dsn(name)), context.Background()
}

func dsn(name string) string { return fmt.Sprintf("file:%s?mode=memory&cache=shared&_fk=1", name) }

// unplugged returns a client of the same database whose connection breaks after each UPDATE, before the answer.
func unplugged(name string) *ent.Client {
	drv, err := sql.Open(dialect.SQLite, dsn(name))
	if err != nil {
		log.Fatal(err)
	}
	return ent.NewClient(ent.Driver(lossy{drv}))
}

// lossy loses the answers to updates.
type lossy struct{ dialect.Driver }

func (d lossy) Exec(ctx context.Context, query string, args, v any) error {
	if err := d.Driver.Exec(ctx, query, args, v); err != nil || !strings.HasPrefix(query, "UPDATE") {
		return err
	}
	return driver.ErrBadConn
}
