package bench_test

import (
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
	"github.com/stretchr/testify/require"
)

// BenchmarkCodegen generates the client of a schema of 50 types.
func BenchmarkCodegen(b *testing.B) {
	generate := func(b *testing.B, opts ...entc.Option) {
		for b.Loop() {
			config := &gen.Config{Package: "example.org/fifty/ent", Target: b.TempDir()}
			require.NoError(b, entc.Generate("./fifty/schema", config, opts...))
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
