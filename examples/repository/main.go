// Command repository puts versions into a program whose domain objects do not know about ent: the version travels
// through them as an opaque text, and each caller is guarded as soon as it sends the version back.
//
//	go run ./examples/repository
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
	"github.com/entocc/entocc/examples/repository/domain"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	client, err := ent.Open(dialect.SQLite, "file:repository?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	id := client.User.Create().SetName("Ada").SetEmail("ada@example.org").SaveX(ctx).ID
	repository := users{client}

	// The profile page sends the version back. The old import does not know it.
	seen, err := repository.Find(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s has version %s\n", seen.Name, seen.Version)
	imported, err := repository.Save(ctx, domain.User{ID: id, Name: "Ada", Email: "ada@new.example.org"})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the import overwrites: version %s\n", imported.Version)

	seen.Name = "Ada Lovelace"
	_, err = repository.Save(ctx, seen)
	fmt.Fprintf(out, "the page is refused: %t\n", errors.Is(err, domain.ErrConflict))

	seen, err = repository.Find(ctx, id)
	if err != nil {
		return err
	}
	seen.Name = "Ada Lovelace"
	saved, err := repository.Save(ctx, seen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "and reads again: %s, %s, version %s\n", saved.Name, saved.Email, saved.Version)
	return nil
}
