package bench_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	entocc "github.com/entocc/entocc/entc"
	"github.com/stretchr/testify/require"
)

// BenchmarkVet looks at a project of 50 and of 90 types, which is compiled already, and which neither side has looked at: by
// go vet, and by entocc vet. What they depend on they have looked at.
func BenchmarkVet(b *testing.B) {
	command := filepath.Join(b.TempDir(), "entocc")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", command, ".")
	build.Dir = "../../cmd/entocc"
	out, err := build.CombinedOutput()
	require.NoError(b, err, string(out))
	sides := []struct {
		name string
		args []string
	}{{"go", []string{"go", "vet"}}, {"entocc", []string{command, "vet"}}}
	for _, types := range []int{50, 90} {
		b.Run(fmt.Sprintf("types=%d", types), func(b *testing.B) {
			for range *rounds {
				for _, side := range sides {
					b.Run("side="+side.name, func(b *testing.B) { vet(b, types, side.args) })
				}
			}
		})
	}
}

func vet(b *testing.B, types int, args []string) {
	vetted(b, "./guarded/...", args) // What the project depends on.
	for b.Loop() {
		b.StopTimer()
		dir := project(b, types)
		b.StartTimer()
		said := vetted(b, "./"+dir+"/...", args)
		b.StopTimer()
		if args[0] != "go" {
			require.Equal(b, types, strings.Count(said, "occblind"), said)
		}
		require.NoError(b, os.RemoveAll(dir))
		b.StartTimer()
	}
}

// vetted returns what a command says of packages.
func vetted(b *testing.B, packages string, args []string) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), args[0], append(args[1:], packages)...).CombinedOutput()
	if strings.Contains(string(out), "occblind") {
		return string(out)
	}
	require.NoError(b, err, string(out))
	return string(out)
}

// project makes and compiles a client, and a package for each type that uses it.
func project(b *testing.B, types int) (dir string) {
	b.Helper()
	dir, err := os.MkdirTemp("fifty", "ent") //nolint:usetesting // generated code has to lie in a module
	require.NoError(b, err)
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	pkg := "github.com/entocc/entocc/integration/bench/" + dir
	schema := "package schema\n\nimport (\n\t\"entgo.io/ent\"\n\t\"entgo.io/ent/schema/edge\"\n\t\"entgo.io/ent/schema/field\"\n\t\"github.com/entocc/entocc/mixin\"\n)\n"
	for i := range types {
		schema += fmt.Sprintf(vetSchema, i, (i+1)%types, (i+types-1)%types)
		name := fmt.Sprintf("app%02d", i)
		write(b, filepath.Join(dir, name, name+".go"), fmt.Sprintf(vetCode, name, pkg+"/ent", i))
	}
	write(b, filepath.Join(dir, "schema", "schema.go"), schema)
	ext, err := entocc.NewExtension()
	require.NoError(b, err)
	write(b, filepath.Join(dir, "ent", "generate.go"), "package ent\n\n//go:generate go run entc.go\n")
	config := &gen.Config{Package: pkg + "/ent", Target: filepath.Join(dir, "ent")}
	require.NoError(b, entc.Generate("./"+dir+"/schema", config, entc.Extensions(ext)))
	out, err := exec.CommandContext(b.Context(), "go", "build", "./"+dir+"/...").CombinedOutput()
	require.NoError(b, err, string(out))
	return dir
}

func write(b *testing.B, path, text string) {
	b.Helper()
	require.NoError(b, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(b, os.WriteFile(path, []byte(text), 0o644))
}

const vetSchema = `
type Type%02[1]d struct{ ent.Schema }

func (Type%02[1]d) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

func (Type%02[1]d) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.Int("age").Optional(), field.Time("at").Optional(), field.Bool("on").Default(true)}
}

func (Type%02[1]d) Edges() []ent.Edge {
	return []ent.Edge{edge.To("next", Type%02[2]d.Type), edge.From("previous", Type%02[3]d.Type).Ref("next").Unique()}
}
`

const vetCode = `package %[1]s

import (
	"context"
	"net/http"
	"strconv"

	"%[2]s"
)

type repository struct{ client *ent.Client }

func (r repository) rename(ctx context.Context, row *ent.Type%02[3]d, name string) (*ent.Type%02[3]d, error) {
	return row.Update().SetName(name).Save(ctx)
}

func (r repository) stated(ctx context.Context, id int, version int64, name string) error {
	err := r.client.Type%02[3]d.UpdateOneID(id).IfVersion(version).SetName(name).Exec(ctx)
	if ent.IsRecordModified(err) {
		return err
	}
	return err
}

func (r repository) blind(ctx context.Context, id int) error {
	return r.client.Type%02[3]d.UpdateOneID(id).SetOn(false).Exec(ctx)
}

// ServeHTTP renames a row.
func (r repository) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	id, _ := strconv.Atoi(req.PathValue("id"))
	version, _ := strconv.ParseInt(req.FormValue("version"), 10, 64)
	if err := r.stated(req.Context(), id, version, req.FormValue("name")); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}
`
