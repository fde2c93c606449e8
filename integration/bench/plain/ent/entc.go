//go:build ignore

package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
	config := &gen.Config{
		Package: "github.com/entocc/entocc/integration/bench/plain/ent", Target: ".",
		Features: []gen.Feature{gen.FeatureLock},
	}
	if err := entc.Generate("../schema", config); err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
