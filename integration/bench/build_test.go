package bench_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
	"github.com/stretchr/testify/require"
)

// BenchmarkBuild compiles the client of a schema of 50 types, whose dependencies are compiled already: by ent alone, by the
// extension, and by the extension without each of its parts, and without all. The time is that of all processors, user and
// system, as a build uses as many as there are.
func BenchmarkBuild(b *testing.B) {
	parts := []entocc.Part{entocc.Bulk, entocc.Check, entocc.Diff, entocc.Match, entocc.Modify, entocc.SetBased, entocc.State, entocc.Verify}
	sides := []string{"ent", "entocc", "guard"}
	for _, part := range parts {
		sides = append(sides, "without"+string(part))
	}
	for range *rounds {
		for _, side := range sides {
			b.Run("side="+side, func(b *testing.B) {
				var without []entocc.Part
				for _, part := range parts {
					if side == "guard" || strings.HasSuffix(side, string(part)) {
						without = append(without, part)
					}
				}
				for b.Loop() {
					build(b, side != "ent", without)
				}
			})
		}
	}
}

// build generates a client into a folder whose name nobody has compiled, and compiles it.
func build(b *testing.B, extended bool, without []entocc.Part) {
	b.Helper()
	dir, err := os.MkdirTemp("fifty", "ent") //nolint:usetesting // generated code must be inside a module
	require.NoError(b, err)
	defer func() { require.NoError(b, os.RemoveAll(dir)) }()
	opts := []entc.Option{fields(true)}
	if extended {
		var parts []entocc.Option
		if len(without) > 0 {
			parts = append(parts, entocc.Without(without...))
		}
		ext, err := entocc.NewExtension(parts...)
		require.NoError(b, err)
		opts = append(opts, entc.Extensions(ext))
	}
	config := &gen.Config{Package: "github.com/entocc/entocc/integration/bench/" + dir, Target: dir}
	require.NoError(b, entc.Generate("./fifty/schema", config, opts...))
	cmd := exec.CommandContext(b.Context(), "go", "build", "./"+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, string(out))
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(cpu.Nanoseconds()), "ns/op")
}
