//go:build ignore

// The generator of the Chinook client: what a user's ent/entc.go looks like.
package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	err := entc.Generate("./schema", &gen.Config{
		Features: []gen.Feature{gen.FeatureVersionedMigration, gen.FeatureUpsert, gen.FeatureModifier},
	})
	if err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
