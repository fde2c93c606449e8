//go:build ignore

// This program generates a client whose types are guarded by integers of every kind.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"

	entocc "github.com/entocc/entocc/entc"
)

func main() {
	ext, err := entocc.NewExtension()
	if err != nil {
		log.Fatalf("creating the entocc extension: %v", err)
	}
	err = entc.Generate("./schema", &gen.Config{}, entc.Extensions(ext))
	if err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
