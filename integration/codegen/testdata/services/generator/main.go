// Command generator generates the client of ./ent/schema, and the file of its services.
package main

import (
	"log"

	"entgo.io/contrib/entproto"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
)

func main() {
	proto, err := entproto.NewExtension()
	if err != nil {
		log.Fatal(err)
	}
	ext, err := entocc.NewExtension()
	if err != nil {
		log.Fatal(err)
	}
	if err := entc.Generate("./ent/schema", &gen.Config{}, entc.Extensions(proto, ext)); err != nil {
		log.Fatal(err)
	}
}
