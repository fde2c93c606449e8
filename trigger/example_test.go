package trigger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	"github.com/entocc/entocc/trigger"
)

// open returns a client of an empty SQLite database in memory.
func open(name string) (*ent.Client, *sql.DB, context.Context) {
	db, err := sql.Open("sqlite3", fmt.Sprintf("file:%s?mode=memory&cache=shared&_fk=1", name))
	if err != nil {
		log.Fatal(err)
	}
	return ent.NewClient(ent.Driver(entsql.OpenDB(dialect.SQLite, db))), db, context.Background()
}

// users returns the trigger of the users' table.
func users(opts ...trigger.Option) *trigger.Triggers {
	triggers, err := trigger.New(dialect.SQLite, ent.VersionedTables(), append(opts, trigger.For(ent.TypeUser))...)
	if err != nil {
		log.Fatal(err)
	}
	return triggers
}

// Somebody changes the row past ent. The trigger moves its version on, so the next save notices.
func ExampleNew() {
	client, db, ctx := open("New")
	triggers, err := trigger.New(dialect.SQLite, ent.VersionedTables(), trigger.For(ent.TypeUser))
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Schema.Create(ctx, triggers.Migrate(db)); err != nil {
		log.Fatal(err)
	}
	u := client.User.Create().SetName("ada").SaveX(ctx)
	if _, err := db.ExecContext(ctx, "UPDATE users SET name = 'grace'"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(u.Update().SetName("joan").Exec(ctx))
	// Output: entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
}

func ExampleFor() {
	triggers, err := trigger.New(dialect.SQLite, ent.VersionedTables(), trigger.For(ent.TypeUser, ent.TypePet))
	fmt.Println(triggers.DropSQL(), err)
	_, err = trigger.New(dialect.SQLite, ent.VersionedTables(), trigger.For("Usr"))
	fmt.Println(err)
	// Output:
	// [DROP TRIGGER IF EXISTS "entocc_pets" DROP TRIGGER IF EXISTS "entocc_users"] <nil>
	// entocc: no trigger for "Usr": it is not the name of a type with a version
}

// With Refusing no program can forget the version.
func ExampleRefusing() {
	client, db, ctx := open("Refusing")
	if err := client.Schema.Create(ctx, users(trigger.Refusing()).Migrate(db)); err != nil {
		log.Fatal(err)
	}
	client.User.Create().SetName("ada").ExecX(ctx)

	_, err := db.ExecContext(ctx, "UPDATE users SET name = 'grace'")
	fmt.Println(err)
	_, err = db.ExecContext(ctx, "UPDATE users SET name = 'grace', version = version + 1 WHERE version = 1")
	fmt.Println(err)
	// Output:
	// entocc: refused an UPDATE of users that leaves the version of a row where it is: move version on in the same statement
	// <nil>
}

func ExampleIsRefused() {
	client, db, ctx := open("IsRefused")
	if err := client.Schema.Create(ctx, users(trigger.Refusing()).Migrate(db)); err != nil {
		log.Fatal(err)
	}
	u := client.User.Create().SetName("ada").SaveX(ctx)
	err := u.Update().SetName("grace").Exec(entocc.SkipIncrement(ctx)) // leaves the version alone
	fmt.Println(trigger.IsRefused(err))
	// Output: true
}

// A program that must not run without its triggers looks for them when it starts.
func ExampleTriggers_Require() {
	client, db, ctx := open("Require")
	if err := client.Schema.Create(ctx); err != nil {
		log.Fatal(err)
	}
	triggers := users()
	fmt.Println(ent.CheckGuards(triggers.Require(ctx, db)))
	if err := triggers.Create(ctx, db); err != nil {
		log.Fatal(err)
	}
	fmt.Println(ent.CheckGuards(triggers.Require(ctx, db)))
	// Output:
	// entocc: the trigger entocc_users of the table users (User) is missing: create it with Create
	// <nil>
}

func ExampleTriggers_Check() {
	client, db, ctx := open("Check")
	if err := client.Schema.Create(ctx); err != nil {
		log.Fatal(err)
	}
	triggers := users()
	report := func() {
		wrong, err := triggers.Check(ctx, db)
		for _, w := range wrong {
			fmt.Println(w.Table, w.Trigger, w.Problem)
		}
		fmt.Println(len(wrong), err)
	}
	report()
	if err := triggers.Create(ctx, db); err != nil {
		log.Fatal(err)
	}
	report()
	if err := triggers.Drop(ctx, db); err != nil {
		log.Fatal(err)
	}
	report()
	// Output:
	// users entocc_users missing
	// 1 <nil>
	// 0 <nil>
	// users entocc_users missing
	// 1 <nil>
}

func ExampleError() {
	client, db, ctx := open("Error")
	if err := client.Schema.Create(ctx); err != nil {
		log.Fatal(err)
	}
	err := users().Require(ctx, db)()
	var wrong *trigger.Error
	if errors.As(err, &wrong) && wrong.Problem == trigger.Missing {
		fmt.Println("nothing moves on the versions of", wrong.Table)
	}
	// Output: nothing moves on the versions of users
}

// SQL and DropSQL are for the files of versioned migrations.
func ExampleTriggers_SQL() {
	triggers := users()
	for _, statement := range append(triggers.SQL(), triggers.DropSQL()...) {
		first, _, _ := strings.Cut(statement, "\n")
		fmt.Println(first)
	}
	// Output:
	// DROP TRIGGER IF EXISTS "entocc_users"
	// CREATE TRIGGER "entocc_users" AFTER UPDATE ON "users" FOR EACH ROW
	// DROP TRIGGER IF EXISTS "entocc_users"
}
