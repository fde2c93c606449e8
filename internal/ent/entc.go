//go:build ignore

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
	err = entc.Generate("./schema", &gen.Config{
		Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier, gen.FeatureIntercept, gen.FeaturePrivacy, gen.FeatureLock, gen.FeatureExecQuery},
	}, entc.Extensions(ext))
	if err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
