// Command statements shows each call of the README next to the SQL that it sends.
//
//	go run ./examples/statements
//
// The calls are in calls.go. The statements are SQLite's, without the quotes around names.
package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/statements/ent"
	_ "github.com/entocc/entocc/examples/statements/ent/runtime"
)

//go:embed calls.go
var source string

func main() {
	for _, c := range calls {
		text, err := c.show(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(text)
	}
}

// show runs the call in its own database, and returns it in Markdown with the statements that it sent.
func (c call) show(ctx context.Context) (string, error) {
	body, err := bodyOf(c.name)
	if err != nil {
		return "", err
	}
	sent := &journal{}
	client, err := open(ctx, c.name, sent)
	if err != nil {
		return "", err
	}
	defer client.Close()
	r := rows{
		stale: client.User.Create().SetName("Ada").SetEmail("ada@example.com").SetVersion(6).SaveX(ctx),
		pet:   client.Pet.Create().SetName("Rex").SaveX(ctx),
		group: client.Group.Create().SetName("admins").SaveX(ctx),
	}
	r.u = r.stale.Update().ForceIncrement().SaveX(ctx)
	sent.lines = nil
	c.do(ctx, client, r)
	return fmt.Sprintf("%s\n\n```go\n%s\n```\n\n```sql\n%s\n```\n", c.title, body, sent), nil
}

// open returns a client of a new database in memory, whose statements go to the journal.
func open(ctx context.Context, name string, sent *journal) (*ent.Client, error) {
	client, err := ent.Open(dialect.SQLite, "file:"+name+"?mode=memory&cache=shared&_fk=1", ent.Log(sent.add), ent.Debug())
	if err != nil {
		return nil, err
	}
	if err := client.Schema.Create(ctx); err != nil {
		client.Close()
		return nil, err
	}
	return client, nil
}
