// Command rest is a small JSON API over ent: projects, and the tasks in them. Every write states with If-Match the
// version that it is based on, and no client overwrites what it has not read.
//
//	go run ./examples/rest
//	go run ./examples/rest -postgres 'postgres://localhost/rest?sslmode=disable'
//	go run ./examples/rest -collide // two generated clients save the same project
//
//	curl -i -X PUT localhost:8080/projects/apollo -H 'If-None-Match: *' -d '{"name": "Apollo"}'
//	curl -i localhost:8080/projects/apollo
//	curl -i -X PATCH localhost:8080/projects/apollo -H 'If-Match: <the ETag>' -H 'Content-Type: application/merge-patch+json' -d '{"points": 11}'
//
// Read projects.go for the handlers, openapi.json for what clients see, and collide.go for one of them.
package main

import (
	"context"
	"database/sql"
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

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"github.com/entocc/entocc/examples/rest/ent"
	_ "github.com/entocc/entocc/examples/rest/ent/runtime" // The guard is a schema hook: ent finds it through this import.
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // the deferred stop only restores the signal
	}
}

// run serves the API until ctx is done. It prints the address that it listens on.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("rest", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "address to listen on")
	file := flags.String("sqlite", "rest.db", "file of the SQLite database")
	postgres := flags.String("postgres", "", "URL of a PostgreSQL database, instead of SQLite")
	collision := flags.Bool("collide", false, "let two generated clients save the same project, and exit")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := open(ctx, *file, *postgres)
	if err != nil {
		return err
	}
	defer client.Close()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: newAPI(client), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if *collision {
		defer server.Close()
		return collide(ctx, "http://"+listener.Addr().String(), out)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open opens the database and creates its tables.
func open(ctx context.Context, file, postgres string) (*ent.Client, error) {
	name, driver, dsn := dialect.Postgres, "pgx", postgres
	if postgres == "" {
		// Writers wait for each other instead of failing, and readers wait for nobody.
		name, driver, dsn = dialect.SQLite, "sqlite3", "file:"+file+"?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(16)
	client := ent.NewClient(ent.Driver(entsql.OpenDB(name, db)))
	if err := client.Schema.Create(ctx); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}
