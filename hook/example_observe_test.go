package hook_test

import (
	"context"
	"fmt"
	"path/filepath"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
)

func ExampleDisable() {
	client, ctx := open("Disable")
	client.Use(hook.Disable(ent.TypeUser))
	u := stale(ctx, client)
	u, err := u.Update().SetName("joan").Save(ctx) // overwrites grace
	fmt.Println(u.Name, u.Version, err)
	// Output: joan 3 <nil>
}

func ExampleObserve() {
	client, ctx := open("Observe")
	client.Use(hook.Observe(func(_ context.Context, c *entocc.RecordModifiedError) {
		fmt.Printf("conflict: %s %v, %v and not %v\n", c.Type, c.ID, c.Actual, c.Expected)
	}))
	err := stale(ctx, client).Update().SetName("joan").Exec(ctx)
	fmt.Println(entocc.IsRecordModified(err))
	// Output:
	// conflict: User 1, 2 and not 1
	// true
}

func ExampleLog() {
	client, ctx := open("Log")
	client.Use(hook.Log(logger()))
	_ = stale(ctx, client).Update().SetName("joan").Exec(ctx)
	// Output: level=WARN msg="entocc: record modified" type=User id=1 op=UpdateOne expected=1 actual=2 deleted=false
}

func ExampleTally() {
	client, ctx := open("Tally")
	tally := new(hook.Tally)
	client.Use(tally.Hook())
	u := stale(ctx, client)
	for range 3 {
		_ = u.Update().SetName("joan").Exec(ctx)
	}
	fmt.Println(tally.Counts()[ent.TypeUser])
	fmt.Println(tally) // JSON, for expvar.Publish
	// Output:
	// 3
	// {"User":3}
}

// A program that adopts versions counts what would be refused, for each line of code.
func ExampleTally_Report() {
	client, ctx := open("TallyReport")
	tally := new(hook.Tally)
	client.Use(hook.Report(tally.Report))
	id := stale(ctx, client).ID
	for range 3 {
		client.User.UpdateOneID(id).AddAge(1).ExecX(ctx)
	}
	for place, n := range tally.Reported() {
		fmt.Println(n, place.Kind, place.Op, place.Type, filepath.Base(place.File))
	}
	// Output: 3 unguarded OpUpdateOne User example_observe_test.go
}

func ExampleReport() {
	client, ctx := open("Report")
	client.Use(hook.Report(func(_ context.Context, e hook.Event) {
		fmt.Println(e.Kind, e.Type, e.ID, e.Expected, e.Actual)
	}))
	u := stale(ctx, client)
	fmt.Println(u.Update().SetName("joan").Exec(ctx)) // what others wrote is lost, as it was before
	// Output:
	// stale User 1 1 2
	// <nil>
}

func ExampleLogReport() {
	client, ctx := open("LogReport")
	client.Use(hook.Report(hook.LogReport(logger())))
	client.User.UpdateOneID(stale(ctx, client).ID).SetName("joan").ExecX(ctx)
	// Output: level=WARN msg="entocc: would be refused" kind=unguarded type=User id=1 op=UpdateOne expected=<nil> actual=<nil> file=example_observe_test.go
}

// Users are only reported. All other types are enforced.
func ExampleReportTypes() {
	client, ctx := open("ReportTypes")
	client.Use(hook.Report(func(_ context.Context, e hook.Event) { fmt.Println("reported:", e.Type) }, hook.ReportTypes(ent.TypeUser)))
	u := client.User.Create().SetName("ada").SaveX(ctx)
	p := client.Pet.Create().SetName("tom").SaveX(ctx)

	fmt.Println(client.User.UpdateOneID(u.ID).SetName("grace").Exec(ctx))
	fmt.Println(entocc.IsVersionError(client.Pet.UpdateOneID(p.ID).SetName("tim").Exec(ctx)))
	// Output:
	// reported: User
	// <nil>
	// true
}

func ExampleReportOnce() {
	client, ctx := open("ReportOnce")
	client.Use(hook.Report(func(_ context.Context, e hook.Event) { fmt.Println("reported:", e.Kind) }, hook.ReportOnce()))
	id := client.User.Create().SetName("ada").SaveX(ctx).ID
	for range 3 {
		client.User.UpdateOneID(id).AddAge(1).ExecX(ctx) // one place, one report
	}
	// Output: reported: unguarded
}

// The reported call sites are in the code that calls the repository layer, not in that layer.
func ExampleReportCallersOf() {
	client, ctx := open("ReportCallersOf")
	client.Use(hook.Report(hook.LogReport(logger()), hook.ReportCallersOf("example.org/shop/repository")))
	client.User.UpdateOneID(stale(ctx, client).ID).SetName("joan").ExecX(ctx) // in a method of the repository
}

// A driver that wraps another one must hand out its connections.
func ExamplePin() {
	drv, err := sql.Open(dialect.SQLite, "file:Pin?mode=memory")
	if err != nil {
		fmt.Println(err)
		return
	}
	conn, err := hook.Pin(context.Background(), drv)
	if conn == nil || err != nil {
		fmt.Println("none", err)
		return
	}
	defer conn.Release(true)
	fmt.Println(conn.Exec(context.Background(), "CREATE TABLE t (id int)", []any{}, nil))
	// Output: <nil>
}
