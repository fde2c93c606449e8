//go:build ignore

package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
)

func main() {
	gql, err := entgql.NewExtension(
		entgql.WithSchemaGenerator(),
		entgql.WithSchemaPath("../ent.graphql"),
		entgql.WithConfigPath("../gqlgen.yml"),
	)
	if err != nil {
		log.Fatalf("creating the entgql extension: %v", err)
	}
	occ, err := entocc.NewExtension()
	if err != nil {
		log.Fatalf("creating the entocc extension: %v", err)
	}
	config := &gen.Config{Features: []gen.Feature{gen.FeaturePrivacy}}
	if err := entc.Generate("./schema", config, entc.Extensions(gql, occ)); err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
