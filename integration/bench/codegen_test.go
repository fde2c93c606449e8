package bench_test

import (
	"os"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
	"github.com/stretchr/testify/require"
)

// BenchmarkCodegen generates the client of a schema of 50 types, into a folder of this module: elsewhere goimports would
// look for its packages all over the machine.
func BenchmarkCodegen(b *testing.B) {
	generate := func(b *testing.B, opts ...entc.Option) {
		for b.Loop() {
			dir, err := os.MkdirTemp("fifty", "ent") //nolint:usetesting // generated code has to lie in a module
			require.NoError(b, err)
			config := &gen.Config{Package: "github.com/entocc/entocc/integration/bench/" + dir, Target: dir}
			err = entc.Generate("./fifty/schema", config, opts...)
			require.NoError(b, os.RemoveAll(dir))
			require.NoError(b, err)
		}
	}
	for range *rounds {
		b.Run("side=entocc", func(b *testing.B) {
			ext, err := entocc.NewExtension()
			require.NoError(b, err)
			generate(b, entc.Extensions(ext))
		})
		b.Run("side=ent", func(b *testing.B) { generate(b) })
	}
}
