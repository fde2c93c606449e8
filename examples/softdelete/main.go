// Command softdelete shows versions beside two neighbours that many projects have: a mixin that turns deletes into
// updates, and a hook that copies each state of a row to a history table.
//
//	go run ./examples/softdelete
//
// Both are ordinary ent, in ent/schema/softdelete.go and ent/schema/history.go: they do not know about versions. A
// stale delete is refused although it has become an update. A delete bumps the version once, and the history gets a row
// for each save that went through and none for the others.
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

	"github.com/entocc/entocc/examples/softdelete/ent"
	_ "github.com/entocc/entocc/examples/softdelete/ent/runtime"
	"github.com/entocc/entocc/examples/softdelete/ent/schema"
	"github.com/entocc/entocc/examples/softdelete/ent/userhistory"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs the example in a database in memory.
func run(ctx context.Context, out io.Writer) error {
	client, err := ent.Open(dialect.SQLite, "file:softdelete?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	if err := tell(ctx, out, client); err != nil {
		return err
	}
	return history(ctx, out, client)
}

// tell lets Ann and Bob work on one user: one edits, the other deletes.
func tell(ctx context.Context, out io.Writer, client *ent.Client) error {
	u, err := client.User.Create().SetName("Ada").SetEmail("ada@example.com").Save(ctx)
	if err != nil {
		return err
	}
	ann, bob := client.User.GetX(ctx, u.ID), client.User.GetX(ctx, u.ID)

	err = inTx(ctx, client, func(tx *ent.Tx) (err error) {
		ann, err = tx.User.UpdateOne(ann).SetName("Ada Lovelace").Save(ctx)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Ann renames %s to %s: version %d\n", bob.Name, ann.Name, ann.Version)

	err = inTx(ctx, client, func(tx *ent.Tx) error { return tx.User.DeleteOne(bob).Exec(ctx) })
	if !ent.IsRecordModified(err) {
		return errors.Join(errors.New("the stale delete was not refused"), err)
	}
	fmt.Fprintf(out, "Bob deletes the user as he knows it: %v\n", err)

	bob = client.User.GetX(ctx, u.ID)
	err = inTx(ctx, client, func(tx *ent.Tx) error { return tx.User.DeleteOne(bob).Exec(ctx) })
	if err != nil {
		return err
	}
	kept := client.User.GetX(schema.WithDeleted(ctx), u.ID)
	fmt.Fprintf(out, "Bob looks again, and deletes: %d users to be seen, the row is kept at version %d\n", client.User.Query().CountX(ctx), kept.Version)

	err = inTx(ctx, client, func(tx *ent.Tx) error { return tx.User.UpdateOne(ann).SetEmail("ada@example.org").Exec(ctx) })
	var modified *ent.UserModifiedError
	if !errors.As(err, &modified) {
		return errors.Join(errors.New("the stale save was not refused"), err)
	}
	fmt.Fprintf(out, "Ann changes the e-mail as she knows it: %v\n", err)
	_, err = client.User.Get(ctx, modified.Loaded.ID)
	fmt.Fprintf(out, "She looks again: %v\n", err)
	return nil
}

// history prints what the history table holds.
func history(ctx context.Context, out io.Writer, client *ent.Client) error {
	states, err := client.UserHistory.Query().Order(userhistory.ByID()).All(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "History:\n")
	for _, s := range states {
		fmt.Fprintf(out, "  version %d: %s <%s>, deleted: %v\n", s.Version, s.Name, s.Email, s.Deleted)
	}
	return nil
}

// inTx runs fn in a transaction, so that a save and its row of history succeed or fail together.
func inTx(ctx context.Context, client *ent.Client, fn func(*ent.Tx) error) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
