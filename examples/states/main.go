// Command states moves a row from one state to the next. Nobody loads it first: the write itself says which state it
// starts from, and of many concurrent writes one succeeds.
//
//	go run ./examples/states
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"sync"
	"sync/atomic"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
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
	client, err := ent.Open(dialect.SQLite, "file:states?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	u := client.User.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(ctx)

	if err := suspend(ctx, client, u.ID); err != nil {
		return err
	}
	fmt.Fprintln(out, "suspended")
	err = suspend(ctx, client, u.ID)
	fmt.Fprintln(out, err)
	var state *entocc.StateError
	if errors.As(err, &state) {
		fmt.Fprintf(out, "it is %v already\n", state.Fields[0].Value)
	}
	return reactivate(ctx, out, client, u.ID)
}

// suspend makes one step of a state machine: from active to suspended.
func suspend(ctx context.Context, client *ent.Client, id int) error {
	return client.User.UpdateOneID(id).
		IfField(user.Status("active")).
		SetStatus("suspended").
		Exec(ctx)
}

// reactivate lets eight workers try the step back at once.
func reactivate(ctx context.Context, out io.Writer, client *ent.Client, id int) error {
	var (
		workers sync.WaitGroup
		made    atomic.Int64
	)
	for range 8 {
		workers.Go(func() {
			if client.User.UpdateOneID(id).IfField(user.Status("suspended")).SetStatus("active").Exec(ctx) == nil {
				made.Add(1)
			}
		})
	}
	workers.Wait()
	u, err := client.User.Get(ctx, id)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "8 workers, %d step: %s at version %d\n", made.Load(), u.Status, u.Version)
	return nil
}
