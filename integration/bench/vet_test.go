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

// BenchmarkVet runs go vet and entocc vet on projects of 50 and of 90 types. The projects are already compiled, which
// takes longest, and both sides have already analyzed their dependencies, but not the projects. Run it with -benchtime
// 1x: go vet caches results, so a second run would measure the cache.
func BenchmarkVet(b *testing.B) {
	command := filepath.Join(b.TempDir(), "entocc")
	build := exec.CommandContext(b.Context(), "go", "build", "-o", command, ".")
	build.Dir = "../../cmd/entocc"
	out, err := build.CombinedOutput()
	require.NoError(b, err, string(out))
	tool, err := exec.CommandContext(b.Context(), "go", "tool", "-n", "vet").Output()
	require.NoError(b, err)
	smallest := project(b, 1)
	for _, types := range []int{50, 90} {
		b.Run(fmt.Sprintf("types=%d", types), func(b *testing.B) {
			dir := project(b, types)
			for round := range *rounds {
				sides := []vetSide{
					{"go", []string{"go", "vet", "-vettool=" + renamed(b, strings.TrimSpace(string(tool)), round)}},
					{"entocc", []string{renamed(b, command, round), "vet"}},
				}
				for turn := range sides {
					s := sides[(round+turn)%len(sides)]
					s.look(b, smallest, 1) // The first run also analyzes the dependencies.
					b.Run("side="+s.name, func(b *testing.B) {
						for b.Loop() {
							s.look(b, dir, types)
						}
						require.Equal(b, 1, b.N, "the second run measured go vet's cache: use -benchtime 1x")
					})
				}
			}
		})
	}
}

// renamed returns a copy of a tool that go vet takes for another tool, because it goes by name and contents.
func renamed(b *testing.B, tool string, round int) string {
	data, err := os.ReadFile(tool)
	require.NoError(b, err)
	path := filepath.Join(b.TempDir(), fmt.Sprint(filepath.Base(tool), round))
	require.NoError(b, os.WriteFile(path, append(data, fmt.Sprint(round)...), 0o755))
	return path
}

// vetSide is a command that analyzes packages.
type vetSide struct {
	name string
	args []string
}

// look runs the command on a project, in which entocc finds one write by ID for each type.
func (s vetSide) look(b *testing.B, dir string, types int) {
	said := vetted(b, "./"+dir+"/...", s.args)
	if s.name == "entocc" {
		require.Equal(b, types, strings.Count(said, "occblind"), said)
	}
}

// vetted returns what a command reports for packages.
func vetted(b *testing.B, packages string, args []string) string {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), args[0], append(args[1:], packages)...).CombinedOutput()
	if strings.Contains(string(out), "occblind") {
		return string(out)
	}
	require.NoError(b, err, string(out))
	return string(out)
}

// project makes and compiles a client, and for each type a package that uses it.
func project(b *testing.B, types int) (dir string) {
	b.Helper()
	dir, err := os.MkdirTemp("fifty", "ent") //nolint:usetesting // generated code must be inside a module
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
