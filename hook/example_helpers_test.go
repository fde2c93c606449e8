package hook_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

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

// stale returns a user called ada, whom somebody else has renamed to grace since.
func stale(ctx context.Context, client *ent.Client) *ent.User {
	u := client.User.GetX(ctx, client.User.Create().SetName("ada").SetAge(36).SaveX(ctx).ID)
	u.Update().SetName("grace").ExecX(ctx)
	return u
}

// logger logs to standard output, without what differs from run to run.
func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "line":
				return slog.Attr{}
			case "file":
				return slog.String("file", filepath.Base(a.Value.String()))
			}
			return a
		},
	}))
}
