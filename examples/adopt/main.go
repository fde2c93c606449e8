// Command adopt gives versions to a database that has had rows for years and no version column: a music shop of eleven
// tables whose names and types are not ent's. old.sql creates it as it was before entocc.
//
//	go run ./examples/adopt
//
//	go run ./examples/adopt -diff add_version    # wrote the file in migrations/
//
// It works on copies, one migrated by ent's auto-migration and one by the file in migrations/. ent/schema describes the
// tables, and adds mixin.Version to all of them in one place.
//
// Env: ENTOCC_CHINOOK, if set, is a folder with chinook.sqlite, the Chinook sample database, which has the same tables.
// Then the example works on a copy of it.
package main

import (
	"context"
	"database/sql"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/adopt/ent"
	_ "github.com/entocc/entocc/examples/adopt/ent/runtime"
)

// shop is an old database, and the client on it.
type shop struct {
	*ent.Client
	db *sql.DB
}

func main() {
	diff := flag.String("diff", "", "write the next migration file to examples/adopt/migrations, with this name")
	flag.Parse()
	if err := start(context.Background(), *diff); err != nil {
		log.Fatal(err)
	}
}

// start writes a migration file if it has a name for one, and otherwise runs the example.
func start(ctx context.Context, diff string) error {
	if diff != "" {
		return writeMigration(ctx, "examples/adopt/migrations", diff)
	}
	return run(ctx, os.Stdout, os.Getenv("ENTOCC_CHINOOK"))
}

// run runs the example twice, once for each way to migrate. chinook is the folder of the Chinook database, or "" for the example's own.
func run(ctx context.Context, out io.Writer, chinook string) error {
	fmt.Fprintf(out, "With ent's auto-migration:\n")
	if err := tell(ctx, out, chinook, autoMigrate); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nWith a versioned migration file:\n")
	return tell(ctx, out, chinook, fileMigrate)
}

// tell migrates an old database, compares it with what it was, and lets people work on it.
func tell(ctx context.Context, out io.Writer, chinook string, migrate func(context.Context, shop) error) error {
	return withShop(ctx, chinook, func(s shop) error {
		before, err := look(ctx, s.db, nil)
		if err != nil {
			return err
		}
		if err := migrate(ctx, s); err != nil {
			return err
		}
		after, err := look(ctx, s.db, before.columns)
		if err != nil {
			return err
		}
		if err := compare(ctx, out, s.db, before, after); err != nil {
			return err
		}
		if err := collide(ctx, out, s.Client); err != nil {
			return err
		}
		return editTogether(ctx, out, s.Client)
	})
}

//go:embed old.sql
var oldDatabase string

// withShop makes the old database, or a copy of Chinook. Writers wait for each other, and take their lock when they
// begin. Otherwise SQLite would refuse a transaction that reads and then writes if another one wrote any row in
// between.
func withShop(ctx context.Context, chinook string, use func(shop) error) (err error) {
	dir, err := os.MkdirTemp("", "entocc-adopt")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "shop.sqlite")
	if chinook != "" {
		data, err := os.ReadFile(filepath.Join(chinook, "chinook.sqlite"))
		if err != nil {
			return fmt.Errorf("ENTOCC_CHINOOK: %w", err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_fk=1&_busy_timeout=20000&_txlock=immediate")
	if err != nil {
		return err
	}
	defer db.Close()
	if chinook == "" {
		if _, err := db.ExecContext(ctx, oldDatabase); err != nil {
			return fmt.Errorf("old.sql: %w", err)
		}
	}
	return use(shop{ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db))), db})
}
