// Command smallest is the program of the README's quick start.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/quickstart/ent"
	_ "github.com/entocc/entocc/examples/quickstart/ent/runtime" // Without it ent refuses every write.
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	client, err := ent.Open(dialect.SQLite, "file:ent?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)

	a := client.User.GetX(ctx, u.ID) // Two editors open the same row.
	b := client.User.GetX(ctx, u.ID)

	a = a.Update().SetName("Ada Lovelace").SaveX(ctx)
	fmt.Println("a saved version", a.Version)

	_, err = b.Update().SetEmail("ada@example.org").Save(ctx)
	var modified *ent.UserModifiedError
	if errors.As(err, &modified) {
		fmt.Println(err)
		current, err := modified.Current(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("b had opened %q, it is %q now\n", modified.Loaded.Name, current.Name)
	}
	return nil
}
