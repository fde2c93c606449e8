// Command triggers lets two programs write to one table. One uses ent, and the other does not know about versions. A
// database trigger bumps the version for the second program, so that the first one notices.
//
//	go run ./examples/triggers
//	go run ./examples/triggers -postgres 'postgres://localhost/shop?sslmode=disable'
package main

import (
	"context"
	stdsql "database/sql"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime" // The guard is a schema hook: ent finds it through this import.
	"github.com/entocc/entocc/trigger"
)

func main() {
	postgres := flag.String("postgres", "", "URL of a PostgreSQL database to use instead of an embedded one")
	flag.Parse()
	if err := open(context.Background(), *postgres, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// open opens the database, and runs the example in it.
func open(ctx context.Context, postgres string, out io.Writer) error {
	name, driver, dsn := dialect.Postgres, "pgx", postgres
	if postgres == "" {
		dir, err := os.MkdirTemp("", "entocc-triggers")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		name, driver, dsn = dialect.SQLite, "sqlite3", "file:"+filepath.Join(dir, "triggers.db")+"?_fk=1"
	}
	db, err := stdsql.Open(driver, dsn)
	if err != nil {
		return err
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(name, db)))
	defer client.Close()
	return run(ctx, name, db, client, out)
}

func run(ctx context.Context, dialect string, db *stdsql.DB, client *ent.Client, out io.Writer) error {
	triggers, err := migrate(ctx, dialect, db, client)
	if err != nil {
		return err
	}
	if err := ent.CheckGuards(triggers.Require(ctx, db)); err != nil {
		return err
	}
	mine, err := client.User.Create().SetName("Ann").SetEmail("ann@example.com").Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "I read the row:        version %d, status %s\n", mine.Version, mine.Status)

	// The other program: another language, psql, an old script.
	if _, err := db.ExecContext(ctx, fmt.Sprintf("UPDATE users SET status = 'suspended' WHERE id = %d", mine.ID)); err != nil {
		return err
	}
	now, err := client.User.Get(ctx, mine.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Somebody else's SQL:   version %d, status %s\n", now.Version, now.Status)

	_, err = mine.Update().SetStatus("active").Save(ctx)
	fmt.Fprintf(out, "I save what I read:    modified %v\n", ent.IsRecordModified(err))
	saved, err := now.Update().SetPhone("555-0100").Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "I read again and save: version %d, status %s\n", saved.Version, saved.Status)
	return refuse(ctx, dialect, db, saved.ID, out)
}

// migrate creates the tables and their triggers.
func migrate(ctx context.Context, dialect string, db *stdsql.DB, client *ent.Client) (*trigger.Triggers, error) {
	triggers, err := trigger.New(dialect, ent.VersionedTables())
	if err != nil {
		return nil, err
	}
	return triggers, client.Schema.Create(ctx, triggers.Migrate(db))
}

// refuse makes the triggers refuse writers that forget the version.
func refuse(ctx context.Context, dialect string, db *stdsql.DB, id int, out io.Writer) error {
	strict, err := trigger.New(dialect, ent.VersionedTables(), trigger.Refusing())
	if err != nil {
		return err
	}
	if err := strict.Create(ctx, db); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("UPDATE users SET status = 'closed' WHERE id = %d", id))
	fmt.Fprintf(out, "With refusing ones:    refused %v\n", trigger.IsRefused(err))
	_, err = db.ExecContext(ctx, fmt.Sprintf("UPDATE users SET status = 'closed', version = version + 1 WHERE id = %d", id))
	fmt.Fprintf(out, "SQL that knows:        refused %v\n", trigger.IsRefused(err))
	return err
}
