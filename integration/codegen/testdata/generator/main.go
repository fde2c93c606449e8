// Command generator generates the client of ../schema once for each argument: a name, and the features that it has,
// "name=feature,feature".
package main

import (
	"log"
	"os"
	"slices"
	"strings"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
)

func main() {
	for _, arg := range os.Args[1:] {
		name, features, _ := strings.Cut(arg, "=")
		if err := generate(name, strings.Split(features, ",")); err != nil {
			log.Fatalf("%s: %v", arg, err)
		}
	}
}

func generate(name string, features []string) error {
	ext, err := entocc.NewExtension()
	if err != nil {
		return err
	}
	target := "clients/" + name
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	config := &gen.Config{Target: target, Package: "fixtures/" + target}
	for _, f := range gen.AllFeatures {
		if slices.Contains(features, f.Name) {
			config.Features = append(config.Features, f)
		}
	}
	return entc.Generate("./schema", config, entc.Extensions(ext))
}
