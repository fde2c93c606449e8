// Command admin is a web application in which several people edit the products of a shop at once. Nobody's change is
// ever overwritten unseen: forms carry the signed version of what they show, which guards every write.
//
//	go run ./examples/admin
//	go run ./examples/admin -postgres 'postgres://localhost/shop?sslmode=disable'
//
// Open http://localhost:8081 in two tabs, change the same product in both, and save both.
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

	"github.com/entocc/entocc/examples/admin/ent"
	_ "github.com/entocc/entocc/examples/admin/ent/runtime" // The guard is a schema hook: ent finds it through this import.
)

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
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8081", "address to listen on")
	file := flags.String("sqlite", "admin.db", "file of the SQLite database")
	postgres := flags.String("postgres", "", "URL of a PostgreSQL database, instead of SQLite")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := open(ctx, *file, *postgres)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := seed(ctx, client); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: newAdmin(client), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// open opens the database and creates its tables.
func open(ctx context.Context, file, postgres string) (*ent.Client, error) {
	name, driver, dsn := dialect.Postgres, "pgx", postgres
	if postgres == "" {
		name, driver, dsn = dialect.SQLite, "sqlite3", "file:"+file+"?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(name, db)))
	if err := client.Schema.Create(ctx); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// seed puts some products into an empty database.
func seed(ctx context.Context, client *ent.Client) error {
	if n, err := client.Product.Query().Count(ctx); n > 0 || err != nil {
		return err
	}
	add := func(sku, name string, price, stock int, status string, notes string) *ent.ProductCreate {
		create := client.Product.Create().SetSku(sku).SetName(name).SetPrice(price).SetStock(stock).SetNotes(notes)
		_ = create.Mutation().SetField("status", statusOf(status)) // the field is there
		return create
	}
	return client.Product.CreateBulk(
		add("TEA-01", "Darjeeling, first flush", 1450, 40, "active", "From the spring harvest.\nOrder again in May."),
		add("TEA-02", "Earl Grey", 890, 120, "active", ""),
		add("TEA-03", "Genmaicha", 1120, 12, "active", "With roasted rice."),
		add("POT-01", "Cast-iron pot, 0.8 l", 6900, 7, "active", "Supplier has a lead time of six weeks."),
		add("CUP-01", "Porcelain cup", 1250, 64, "draft", ""),
		add("TIN-01", "Tin for 100 g", 420, 300, "archived", "Replaced by the new design."),
	).Exec(ctx)
}
