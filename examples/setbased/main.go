// Command setbased migrates the optimistic locking of ent's documentation. A set-based update with the version among
// its predicates, whose caller counts rows, becomes the same call with IfVersion, whose conflict says what happened.
//
//	go run ./examples/setbased
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime"
	"github.com/entocc/entocc/examples/ent/user"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	client, err := ent.Open(dialect.SQLite, "file:setbased?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)

	for _, name := range []string{"Ada Lovelace", "Ada King"} { // Both have seen version 1.
		if err := rename(ctx, client, u.ID, u.Version, name); err != nil {
			fmt.Fprintln(out, err)
			continue
		}
		fmt.Fprintln(out, "renamed to", name)
	}
	if err := refusals(ctx, out, client, u); err != nil {
		return err
	}
	return suspend(ctx, out, client, u.ID)
}

// rename is the update of ent's documentation. Nobody has to count its rows any more.
func rename(ctx context.Context, client *ent.Client, id int, seen int64, name string) error {
	_, err := client.User.Update().
		Where(user.ID(id), user.Status("active")).
		IfVersion(seen).
		SetName(name).
		Save(ctx)
	return err
}

// refusals shows what else can go wrong.
func refusals(ctx context.Context, out io.Writer, client *ent.Client, u *ent.User) error {
	client.User.Create().SetName("Bob").SetEmail("bob@example.com").SaveX(ctx)
	_, err := client.User.Update().Where(user.Status("active")).IfVersion(1).SetPhone("1815").Save(ctx)
	fmt.Fprintln(out, err)

	_, err = client.User.Delete().Where(user.ID(u.ID), user.Status("suspended")).IfVersion(2).Exec(ctx)
	fmt.Fprintln(out, "not found:", ent.IsNotFound(err), "modified:", ent.IsRecordModified(err))
	return nil
}

// suspend continues from the current row if it was modified.
func suspend(ctx context.Context, out io.Writer, client *ent.Client, id int) error {
	_, err := client.User.Update().Where(user.ID(id)).IfVersion(1).SetStatus("suspended").Save(ctx)
	var modified *ent.UserModifiedError
	if !errors.As(err, &modified) {
		return err
	}
	current, err := modified.Current(ctx)
	if err != nil {
		return err
	}
	n, err := client.User.Delete().Where(user.ID(id)).IfVersion(current.Version).Exec(ctx)
	fmt.Fprintf(out, "%s is at version %d now; %d row deleted\n", current.Name, current.Version, n)
	return err
}
