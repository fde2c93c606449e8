package bench_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
	"github.com/stretchr/testify/require"
)

// BenchmarkCodegen generates the client of a schema of 50 types, into a folder of this module: elsewhere goimports
// would search the whole machine for its packages. The types have one JSON field each, or none. With JSON fields ent
// alone takes more than twice as long, because its files use encoding/json without importing it.
func BenchmarkCodegen(b *testing.B) {
	generate := func(b *testing.B, opts ...entc.Option) {
		for b.Loop() {
			dir, err := os.MkdirTemp("fifty", "ent") //nolint:usetesting // generated code must be inside a module
			require.NoError(b, err)
			config := &gen.Config{Package: "github.com/entocc/entocc/integration/bench/" + dir, Target: dir}
			err = entc.Generate("./fifty/schema", config, opts...)
			require.NoError(b, os.RemoveAll(dir))
			require.NoError(b, err)
		}
	}
	for _, json := range []bool{false, true} {
		b.Run(fmt.Sprintf("json=%t", json), func(b *testing.B) {
			for range *rounds {
				b.Run("side=entocc", func(b *testing.B) {
					ext, err := entocc.NewExtension()
					require.NoError(b, err)
					generate(b, fields(json), entc.Extensions(ext))
				})
				b.Run("side=ent", func(b *testing.B) { generate(b, fields(json)) })
			}
		})
	}
}

// fields removes the JSON fields from the graph unless json is set.
func fields(json bool) entc.Option {
	return func(config *gen.Config) error {
		config.Hooks = append(config.Hooks, func(next gen.Generator) gen.Generator {
			return gen.GenerateFunc(func(g *gen.Graph) error {
				for _, n := range g.Nodes {
					n.Fields = slices.DeleteFunc(n.Fields, func(f *gen.Field) bool { return f.IsJSON() && !json })
				}
				return next.Generate(g)
			})
		})
		return nil
	}
}
