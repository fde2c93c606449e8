package mixin_test

import (
	"context"
	"fmt"
	"log"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
)

// quiet lets enttest open a client outside of a test.
type quiet struct{}

func (quiet) FailNow()          { log.Fatal("failed") }
func (quiet) Error(args ...any) { log.Print(args...) }

// open returns a client of an empty SQLite database in memory.
func open(name string) (*ent.Client, context.Context) {
	dsn := fmt.Sprintf("file:%s?mode=memory&cache=shared&_fk=1", name)
	return enttest.Open(quiet{}, dialect.SQLite, dsn), context.Background()
}

// The schema of this example does not count who reads a bookmark as a change:
//
//	func (User) Mixin() []ent.Mixin {
//		return []ent.Mixin{mixin.Version{Ignore: []string{"last_login", "visits", "bookmarks"}}}
//	}
func ExampleVersion() {
	client, ctx := open("Version")
	a := client.User.Create().SetName("ada").SaveX(ctx)
	b := client.User.GetX(ctx, a.ID)

	a = a.Update().SetName("grace").SaveX(ctx)
	fmt.Println("saved version", a.Version)
	fmt.Println(b.Update().SetName("joan").Exec(ctx))
	a = a.Update().SetVisits([]string{"home"}).SaveX(ctx)
	fmt.Println("still version", a.Version)
	// Output:
	// saved version 2
	// entocc: User 1 was modified by somebody else: UpdateOne expected version 1, the row has 2
	// still version 2
}

// The schema of this example is
//
//	func (Event) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TimeVersion{}} }
func ExampleTimeVersion() {
	client, ctx := open("TimeVersion")
	e := client.Event.Create().SetName("concert").SaveX(ctx)
	later := e.Update().SetName("recital").SaveX(ctx)
	fmt.Println("rises:", later.Version > e.Version)

	err := e.Update().SetName("matinee").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err))
	// Output:
	// rises: true
	// true
}

// The schema of this example is
//
//	func (Document) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{}} }
//
// A row that is deleted and created again never has the version of the old one.
func ExampleTokenVersion() {
	client, ctx := open("TokenVersion")
	old := client.Document.Create().SetTitle("draft").SaveX(ctx)
	client.Document.DeleteOne(old).ExecX(ctx)
	client.Document.Create().SetID(old.ID).SetTitle("another draft").ExecX(ctx)

	err := old.Update().SetTitle("final").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err))
	// Output: true
}

// The schema of this example is
//
//	func (Gauge) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TriggerVersion{}} }
//
// The table has a trigger already, which counts in tens.
func ExampleTriggerVersion() {
	client, ctx := open("TriggerVersion")
	_, err := client.ExecContext(ctx, `CREATE TRIGGER by_ten AFTER UPDATE ON gauges BEGIN
		UPDATE gauges SET version = OLD.version + 10 WHERE id = OLD.id; END`)
	if err != nil {
		log.Fatal(err)
	}
	g := client.Gauge.Create().SetName("boiler").SaveX(ctx)
	warm := g.Update().SetLevel(60).SaveX(ctx)
	fmt.Println(warm.Version)
	fmt.Println(entocc.IsRecordModified(g.Update().SetLevel(70).Exec(ctx)))
	// Output:
	// 11
	// true
}

// The schema of this example has a counter that its table has had for years:
//
//	func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }
func ExampleGuard() {
	client, ctx := open("Guard")
	o := client.Order.Create().SetRev(41).SaveX(ctx)
	o.Update().SetState("paid").ExecX(ctx)
	fmt.Println(o.Update().SetState("cancelled").Exec(ctx))
	// Output: entocc: Order 1 was modified by somebody else: UpdateOne expected version 41, the row has 42
}
