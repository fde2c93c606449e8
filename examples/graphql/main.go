// Command graphql is entgql's todo application, with versions: a GraphQL API in which no update is ever overwritten unseen,
// and a page on which two people collide.
//
//	go run ./examples/graphql
//
// Open http://localhost:8082/?as=ann and http://localhost:8082/?as=bob side by side, and change the same todo in both. The
// playground is at /playground.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/99designs/gqlgen/graphql/playground"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/graphql/ent"
	"github.com/entocc/entocc/examples/graphql/ent/migrate"
	_ "github.com/entocc/entocc/examples/graphql/ent/runtime" // The guard is a schema hook: ent finds it through this import.
	"github.com/entocc/entocc/examples/graphql/viewer"
	"github.com/entocc/entocc/occgql"
)

//go:embed index.html
var page []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // the deferred stop only restores the signal
	}
}

// run serves the application until ctx is done.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("graphql", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8082", "address to listen on")
	file := flags.String("sqlite", "graphql.db", "file of the SQLite database")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := open(ctx, *file)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := seed(viewer.NewContext(ctx, "ann"), client); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: newApp(client), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open opens the database and creates its tables. A mutation is a transaction that takes SQLite's lock when it begins,
// so that none has to give up halfway.
func open(ctx context.Context, file string) (*ent.Client, error) {
	client, err := ent.Open("sqlite3", "file:"+file+"?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(ent.CheckGuards(), client.Schema.Create(ctx, migrate.WithGlobalUniqueID(true))); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// seed adds some todos to an empty database.
func seed(ctx context.Context, client *ent.Client) error {
	if n, err := client.Todo.Query().Count(ctx); err != nil || n > 0 {
		return err
	}
	add := func(text string, priority int) *ent.TodoCreate {
		return client.Todo.Create().SetText(text).SetPriority(priority).SetOwner(viewer.FromContext(ctx))
	}
	return client.Todo.CreateBulk(
		add("Book the train to Ghent", 2), add("Water the plants", 1), add("Call the plumber", 3),
		add("Buy Bob a present", 5).SetPrivate(true),
	).Exec(ctx)
}

// newApp returns the handler of the API, the page and the playground. The header X-User names the user; a real
// application would use a session.
func newApp(client *ent.Client) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page) // the client is gone
	})
	mux.Handle("GET /playground", playground.HandlerWithHeaders("Todo", "/query", nil, map[string]string{"X-User": "ann"}))
	mux.Handle("POST /query", withViewer(newServer(client), client))
	return mux
}

// withViewer puts the user and the client into the context of a handler.
func withViewer(next http.Handler, client *ent.Client) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := viewer.NewContext(r.Context(), r.Header.Get("X-User"))
		next.ServeHTTP(w, r.WithContext(ent.NewContext(ctx, client)))
	})
}

// newServer returns the server of the API. Every mutation is one transaction.
func newServer(client *ent.Client) *handler.Server {
	srv := handler.New(NewExecutableSchema(Config{Resolvers: &Resolver{}}))
	srv.AddTransport(transport.POST{})
	srv.Use(extension.Introspection{})
	srv.Use(&occgql.Conflicts{HideGone: true}) // Before the transactioner: it reads what is committed.
	srv.Use(entgql.Transactioner{TxOpener: occgql.OpenTx(client)})
	return srv
}
