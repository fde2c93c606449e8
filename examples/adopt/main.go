// Command adopt gives versions to a database that has had rows for years and no version column: the Chinook sample
// database, a music shop of eleven tables whose names and types are not ent's.
//
//	go run ./examples/adopt
//
//	go run ./examples/adopt -diff add_version    # wrote the file in migrations/
//
// It works on copies, one migrated by ent's auto-migration and one by the file in migrations/. ent/schema describes the
// tables, and adds mixin.Version to all of them in one place.
//
// Env: ENTOCC_CHINOOK is the folder with chinook.sqlite; without it shared/data/chinook beside the checkout.
package main

import (
	"context"
	"database/sql"
	"errors"
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

// shop is a copy of the Chinook database, and the client on it.
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

// start writes a migration file if there is a name for one, and tells the story else.
func start(ctx context.Context, diff string) error {
	if diff != "" {
		return writeMigration(ctx, "examples/adopt/migrations", diff)
	}
	return run(ctx, os.Stdout)
}

// run tells the story twice: once for each way to migrate.
func run(ctx context.Context, out io.Writer) error {
	fmt.Fprintf(out, "With ent's auto-migration:\n")
	if err := tell(ctx, out, autoMigrate); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nWith a versioned migration file:\n")
	return tell(ctx, out, fileMigrate)
}

// tell migrates a copy, compares it with what it was, and has people work on it.
func tell(ctx context.Context, out io.Writer, migrate func(context.Context, shop) error) error {
	return withCopy(func(s shop) error {
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

// withCopy opens a copy of the database. Writers wait for each other, and take their lock when they begin: SQLite
// refuses a transaction that reads first and writes after another one has written, whichever row that wrote.
func withCopy(use func(shop) error) (err error) {
	source, err := chinook()
	if err != nil {
		return err
	}
	data, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "entocc-adopt")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "chinook.sqlite")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_fk=1&_busy_timeout=20000&_txlock=immediate")
	if err != nil {
		return err
	}
	defer db.Close()
	return use(shop{ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db))), db})
}

// errNoData says that the Chinook database is not on this machine.
var errNoData = errors.New("no chinook.sqlite: set ENTOCC_CHINOOK to the folder that has it")

// chinook returns the path of the database.
func chinook() (string, error) {
	if dir := os.Getenv("ENTOCC_CHINOOK"); dir != "" {
		return filepath.Join(dir, "chinook.sqlite"), nil
	}
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "data", "chinook", "chinook.sqlite")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		dir = filepath.Dir(dir)
	}
	return "", errors.Join(errNoData, err)
}
