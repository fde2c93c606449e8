// Command quickstart shows two editors who open the same row, and what happens to the second save. It needs only Go and
// a C compiler: the database is SQLite, in a temporary file.
//
//	go run ./examples/quickstart
//
// Read ent/schema/user.go for the mixin and ent/entc.go for the extension; the rest of ent/ is generated. Between the
// lines of the story it prints every statement that the database gets.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/quickstart/ent"
	_ "github.com/entocc/entocc/examples/quickstart/ent/runtime" // The guard is a schema hook: ent finds it through this import.
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs the example in its own database.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "entocc-quickstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &story{out: out}
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(dir, "quickstart.db")+"?_fk=1", ent.Log(s.statement))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	return s.tell(ctx, client.Debug())
}

// tell lets Ann and Bob edit the same user.
func (s *story) tell(ctx context.Context, client *ent.Client) error {
	s.say("A user is created. Its row starts at version 1.")
	u, err := client.User.Create().SetName("Ada").SetEmail("ada@example.com").Save(ctx)
	if err != nil {
		return err
	}

	s.say("Ann and Bob open it in their browsers. Both see version 1.")
	ann, err := client.User.Get(ctx, u.ID)
	if err != nil {
		return err
	}
	bob, err := client.User.Get(ctx, u.ID)
	if err != nil {
		return err
	}

	s.say("Ann saves a new name. The statement that writes compares the version that she saw, and bumps it.")
	ann, err = ann.Update().SetName("Ada Lovelace").Save(ctx)
	if err != nil {
		return err
	}
	s.say("Saved: %q, now at version %d.", ann.Name, ann.Version)

	s.say("Bob saves a new name too, from the copy that he opened before. No row has his version any more, so nothing\n" +
		"is written. Only now a second statement asks why.")
	_, err = bob.Update().SetName("Ada King").Save(ctx)
	var modified *ent.UserModifiedError
	if !errors.As(err, &modified) {
		return fmt.Errorf("the stale save was not refused: %w", err)
	}
	s.say("Refused: %v.", err)

	s.say("Bob is shown what he would have overwritten.")
	current, err := modified.Current(ctx)
	if err != nil {
		return err
	}
	s.say("He had opened %q; it is %q now.", modified.Loaded.Name, current.Name)

	s.say("He chooses a name that keeps both, and saves it from the current row.")
	bob, err = current.Update().SetName("Ada King, Countess of Lovelace").Save(ctx)
	if err != nil {
		return err
	}
	s.say("Saved: %q, now at version %d.", bob.Name, bob.Version)

	s.say("Ann deletes the user, from her copy of version %d. That would lose what Bob wrote.", ann.Version)
	err = client.User.DeleteOne(ann).Exec(ctx)
	if !ent.IsRecordModified(err) {
		return fmt.Errorf("the stale delete was not refused: %w", err)
	}
	s.say("Refused: %v.", err)
	return nil
}
