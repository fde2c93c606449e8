//go:build ignore

// This program generates a client whose types are guarded by PostgreSQL's xmin.
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
	features := []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier, gen.FeatureExecQuery}
	if err := entc.Generate("./schema", &gen.Config{Features: features}, entc.Extensions(ext)); err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
