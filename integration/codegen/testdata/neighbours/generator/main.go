// Command generator generates the client of ../schema once for each argument: a name, and the extensions and template
// folders that it has, in their order, "name=entgql,entocc,templates".
package main

import (
	"log"
	"os"
	"path/filepath"
	"strings"

	"entgo.io/contrib/entgql"
	"entgo.io/contrib/entoas"
	"entgo.io/contrib/entproto"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
)

func main() {
	for _, arg := range os.Args[1:] {
		name, parts, _ := strings.Cut(arg, "=")
		if err := generate("clients/"+name, strings.Split(parts, ",")); err != nil {
			log.Fatalf("%s: %v", arg, err)
		}
	}
}

func generate(target string, parts []string) error {
	folder, err := filepath.Abs(target) // entproto needs an absolute path.
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var opts []entc.Option
	for _, part := range parts {
		ext, err := extension(target, part)
		if err != nil {
			return err
		}
		if ext == nil {
			opts = append(opts, entc.TemplateDir("templates"))
			continue
		}
		opts = append(opts, entc.Extensions(ext))
	}
	return entc.Generate("./schema", &gen.Config{Target: folder, Package: "fixtures/" + target}, opts...)
}

func extension(target, name string) (entc.Extension, error) {
	switch name {
	case "entocc":
		return entocc.NewExtension()
	case "entgql":
		return entgql.NewExtension(entgql.WithSchemaGenerator(), entgql.WithSchemaPath(target+"/ent.graphql"),
			entgql.WithWhereInputs(true), entgql.WithRelaySpec(true), entgql.WithNodeDescriptor(true))
	case "entproto":
		return entproto.NewExtension()
	case "entoas":
		return entoas.NewExtension()
	}
	return nil, nil
}
