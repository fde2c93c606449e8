// Command desk is a help desk.
package main

import (
	"context"
	"log"
	"net/http"

	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"

	"example.com/desk/ent"
)

func main() {
	client, err := ent.Open(dialect.SQLite, "file:desk.db?_fk=1")
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Schema.Create(context.Background()); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:8080", handler(&desk{client})))
}
