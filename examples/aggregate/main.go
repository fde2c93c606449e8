// Command aggregate shows an order whose lines have a rule together: they must not cost more than 100. Two editors who
// change different lines never meet each other's version, and break the rule between them. With Touch every change of a
// line bumps the order, and with IfOrderVersion a change of a line expects the order that its editor saw.
//
//	go run ./examples/aggregate
//
// Read ent/schema/order.go for the mixin's option. Between the lines of the story it prints every statement that the database gets.
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

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/aggregate/ent"
	_ "github.com/entocc/entocc/examples/aggregate/ent/runtime" // The guard is a schema hook: ent finds it through this import.
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs the example in its own database.
func run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "entocc-aggregate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &story{out: out}
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(dir, "aggregate.db")+"?_fk=1", ent.Log(s.statement))
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	order, err := client.Order.Create().Save(ctx)
	if err != nil {
		return err
	}
	for _, article := range []string{"desk", "chair"} {
		if err := client.Line.Create().SetArticle(article).SetPrice(40).SetOrder(order).Exec(ctx); err != nil {
			return err
		}
	}
	return s.tell(ctx, client, client.Debug(), order.ID)
}

// tell lets Ann and Bob change a line each. quiet is a client whose statements are not shown.
func (s *story) tell(ctx context.Context, quiet, client *ent.Client, id int) error {
	order, err := quiet.Order.Get(ctx, id)
	if err != nil {
		return err
	}
	lines, err := order.QueryLines().All(ctx)
	if err != nil {
		return err
	}
	desk, chair := lines[0], lines[1]
	s.say("Ann and Bob open an order: a desk and a chair at 40 each. Both lines bumped the order when they were added, so it\n"+
		"is at version %d. The lines must not cost more than 100 together.", order.Version)

	s.say("Ann raises the desk to 60, which makes 100. The same transaction bumps the order. It begins with an UPDATE\n" +
		"of nothing, because SQLite has no other way to keep other writers out.")
	if err := client.Line.UpdateOne(desk).SetPrice(60).IfOrderVersion(order.Version).Exec(ctx); err != nil {
		return err
	}

	s.say("Bob raises the chair to 60, which makes 100 on his screen. Nobody has touched the chair, but the order is no\n" +
		"longer the one that he added up.")
	err = client.Line.UpdateOne(chair).SetPrice(60).IfOrderVersion(order.Version).Exec(ctx)
	var modified *entocc.RecordModifiedError
	if !errors.As(err, &modified) {
		return fmt.Errorf("the second change was not refused: %w", err)
	}
	s.say("Refused: %v.", err)

	s.say("Carol, who still looks at the old order, wants to ship it.")
	err = client.Order.UpdateOne(order).SetState("shipped").Exec(ctx)
	if !ent.IsRecordModified(err) {
		return fmt.Errorf("the stale order was not refused: %w", err)
	}
	s.say("Refused: %v.", err)
	return nil
}
