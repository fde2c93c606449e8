package entc_test

import (
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	entocc "github.com/entocc/entocc/entc"
)

// None of these tests is parallel: ent's codegen has process-wide state, and its own folder (F20).

// generate generates a client from a schema into a new folder, and returns its files.
func generate(t *testing.T, schema string, cfg gen.Config, opts ...entc.Option) (map[string]string, error) {
	t.Helper()
	cfg.Target = t.TempDir()
	if cfg.Package == "" {
		cfg.Package = "example.org/shop/ent"
	}
	if err := entc.Generate(schema, &cfg, opts...); err != nil {
		return nil, err
	}
	return files(t, cfg.Target), nil
}

// clients are the clients that tests share, by their schema and options.
var clients = make(map[string]map[string]string)

// client returns the client of a schema with the features of upserts and modifiers, generated once.
func client(t *testing.T, schema string, opts ...entc.Option) map[string]string {
	t.Helper()
	return clientWithout(t, schema, nil, opts...)
}

// clientWithout is client without some parts, generated with opts.
func clientWithout(t *testing.T, schema string, parts []entocc.Part, opts ...entc.Option) map[string]string {
	t.Helper()
	key := fmt.Sprint(schema, parts, len(opts))
	if clients[key] == nil {
		made, err := generate(t, schema, gen.Config{Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier}}, opts...)
		require.NoError(t, err)
		clients[key] = made
	}
	return clients[key]
}

// extended generates with the extension, without some of its parts.
func extended(t *testing.T, without ...entocc.Part) entc.Option {
	t.Helper()
	var opts []entocc.Option
	if len(without) > 0 {
		opts = append(opts, entocc.Without(without...))
	}
	ext, err := entocc.NewExtension(opts...)
	require.NoError(t, err)
	return entc.Extensions(ext)
}

// requireCompiles compiles the client in a folder. Without the optimizer it takes half the time.
func requireCompiles(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e -N -l", "./"+dir+"/...").CombinedOutput()
	require.NoError(t, err, string(out))
}

// files returns the Go files in and below a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(src)
		return err
	}))
	return all
}

func TestGenerate_WrongSetUpsAreRefused(t *testing.T) {
	slow(t)
	for _, row := range []struct {
		schema string
		words  []string // type, field and fix
	}{
		{"twoversions", []string{"User", `"version"`, `"token"`, "keep one"}},
		{"unknownname", []string{"User", `"last_seen"`, "Ignore", "version, last_login"}},
		{"onlyunknown", []string{"User", `"nick"`, "Only", "version, name"}},
		{"bothlists", []string{"User", "Only and Ignore", "keep"}},
		{"ignoresitself", []string{"User", `"version"`, "leave it out"}},
		{"wrongtype", []string{"Order.rev", "string", "field.Int64"}},
		{"wholeseconds", []string{"Order.updated_at", "whole seconds", `"datetime(6)"`, "mixin.TimeVersion"}},
		{"wholesecondspostgres", []string{"Order.updated_at", "PostgreSQL", "mixin.TimeVersion"}},
		{"missingfield", []string{"Order", `"rev"`, "add it"}},
		{"takenname", []string{"User.is_modified", "rename", "StorageKey"}},
		{"takengetter", []string{"User.version_guard", "rename", "StorageKey"}},
		{"takenkey", []string{"User.version_key", "rename", "StorageKey"}},
		{"takenpackage", []string{"type Stdsql", "rename", `Table: "stdsqls"`}},
		{"takencolumn", []string{"Order.version", `"version"`, `"rev"`, `mixin.Guard{Field: "rev"}`, "StorageKey"}},
		{"systemfield", []string{"Order.version", "mixin.SystemVersion", "xmin", "drop"}},
		{"nillable", []string{"Order.rev", "Nillable()"}},
		{"guardnothing", []string{"Order", "names no field", `mixin.Guard{Field: "rev"}`}},
		{"badname", []string{"Order", `"my version"`, "letters", "StorageKey"}},
		{"optionsdiffer", []string{"Order", `"version"`, "other options", "keep one mixin itself in Mixin()"}},
		{"twofields", []string{"Order", `"version"`, `"token"`, "keep one"}},
		{"exported", []string{"type UserModifiedError", "User", "rename", `Table: "user_modified_errors"`}},
		{"view", []string{"Summary", "view", "drop the mixin"}},
		{"valuesversion", []string{"Order", "mixin.Values", `mixin.Version (field "version")`, "keep one"}},
		{"valuesnothing", []string{"Order", "mixin.Values", "nothing to compare", "leave a field out of Ignore"}},
		{"valuesunknown", []string{"Order", `"nick"`, "Ignore of mixin.Values", "name"}},
		{"valuesfloat", []string{"Order.rate", "six digits", "double", `mixin.Values{Ignore: []string{"rate"}}`}},
		{"valuespoint", []string{"Order.place", "type point", "MySQL", `mixin.Values{Ignore: []string{"place"}}`}},
		{"valuesview", []string{"Summary", "view", "drop the mixin"}},
		{"valuestouched", []string{"Touch", "Line", "Order", "without a version"}},
	} {
		t.Run(row.schema, func(t *testing.T) {
			_, err := generate(t, "./testdata/"+row.schema+"/schema", gen.Config{}, extended(t))
			require.Error(t, err)
			for _, word := range append(row.words, "entocc: ") {
				assert.ErrorContains(t, err, word)
			}
		})
	}
}

func TestGenerate_TargetThatIsNotThePackageIsRefused(t *testing.T) {
	const parent = "github.com/entocc/entocc/entc/testdata/versioned" // The default: the folder of the schema's.
	for name, row := range map[string]struct {
		pkg     string
		refused bool
	}{
		"no package":        {"", true},
		"another's package": {parent, true},
		"its own":           {parent + "/db", false},
		"another module's":  {"example.org/shop/ent", false},
	} {
		t.Run(name, func(t *testing.T) {
			target := "testdata/versioned/db"
			t.Cleanup(func() { assert.NoError(t, os.RemoveAll(target)) })
			require.NoError(t, os.MkdirAll(target, 0o755))
			err := entc.Generate("./testdata/versioned/schema", &gen.Config{Target: target, Package: row.pkg}, extended(t))
			if !row.refused {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "entocc: Target ")
			require.ErrorContains(t, err, `gen.Config{Target: "testdata/versioned/db", Package: "`+parent+`/db"}`)
		})
	}
}

func TestGenerate_TargetIsFoundByALinkToo(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	abs, err := filepath.Abs("testdata/versioned")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(abs, link))
	target := filepath.Join(link, "linked")
	require.NoError(t, os.Mkdir(target, 0o755))
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll("testdata/versioned/linked")) })
	cfg := &gen.Config{Target: target, Package: "github.com/entocc/entocc/entc/testdata/versioned/linked"}
	require.NoError(t, entc.Generate("./testdata/versioned/schema", cfg, extended(t)))
}

func TestGenerate_CompilesBesideTemplatesThatImportTheSame(t *testing.T) {
	slow(t)
	dir, err := os.MkdirTemp("testdata", "templates_*") //nolint:usetesting // generated code must be inside a module
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	cfg := &gen.Config{Target: dir, Package: "github.com/entocc/entocc/entc/" + filepath.ToSlash(dir)}
	require.NoError(t, entc.Generate("./testdata/versioned/schema", cfg, extended(t), entc.TemplateDir("./testdata/templates")))
	requireCompiles(t, dir)
}

func TestGenerate_GremlinIsRefused(t *testing.T) {
	storage, err := gen.NewStorage("gremlin")
	require.NoError(t, err)
	_, err = generate(t, "./testdata/versioned/schema", gen.Config{Storage: storage}, extended(t))
	assert.ErrorContains(t, err, "entocc: ")
	assert.ErrorContains(t, err, "gremlin")
	assert.ErrorContains(t, err, "SQL storage", "the fix")
}

func TestGenerate_TheExtensionTwiceIsRefused(t *testing.T) {
	_, err := generate(t, "./testdata/versioned/schema", gen.Config{}, extended(t), extended(t))
	assert.EqualError(t, err, "entocc: entc.Extensions has the extension of entocc twice: keep one")
}

func TestGenerate_VersionOfAnEmbeddedMixinAndType(t *testing.T) {
	client := client(t, "./testdata/versioned/schema", extended(t))
	for _, typ := range []string{"User", "Person"} {
		assert.Contains(t, client["entocc.go"], "type "+typ+"ModifiedError = ")
		assert.Contains(t, client[strings.ToLower(typ)+"_update.go"], ") IfVersion(version int64) *"+typ+"UpdateOne")
	}
}

func TestGenerate_TypesWithoutMixinAreAsEntMakesThem(t *testing.T) {
	const schema = "./testdata/unversioned/schema"
	ours, ents := client(t, schema, extended(t)), client(t, schema)
	for name, src := range ents {
		if name != "client.go" && name != "tx.go" { // They have what belongs to no single type, such as RetryTx.
			assert.Equal(t, dense(src), dense(ours[name]), name)
		}
	}
	for _, word := range []string{"IfVersion", "ifLoaded", "byID()", "GetVersion"} {
		for name, src := range ours {
			assert.NotContains(t, src, word, name)
		}
	}
}

// A project may have the extension before its first mixin, or after its last one is gone.
func TestGenerate_AClientWithoutVersionsCompiles(t *testing.T) {
	dir, err := os.MkdirTemp("testdata", "unversioned_*") //nolint:usetesting // generated code must be inside a module
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	cfg := &gen.Config{Target: dir, Package: "github.com/entocc/entocc/entc/" + filepath.ToSlash(dir)}
	require.NoError(t, entc.Generate("./testdata/unversioned/schema", cfg, extended(t)))
	requireCompiles(t, dir)
}

func TestGenerate_RowsThatWritesAreGuardedByAreNotForgotten(t *testing.T) {
	ext, err := entocc.NewExtension(entocc.ForgetLoaded("User"))
	require.NoError(t, err)
	_, err = generate(t, "./testdata/values/schema", gen.Config{}, entc.Extensions(ext))
	require.ErrorContains(t, err, `ForgetLoaded names "User", whose mixin.Values guards writes by the row as it was read`)
	ext, err = entocc.NewExtension(entocc.ForgetLoaded())
	require.NoError(t, err)
	made, err := generate(t, "./testdata/values/schema", gen.Config{}, entc.Extensions(ext))
	require.NoError(t, err)
	assert.Contains(t, made["user_query.go"], "node.occ.Keep(columns, values)")
}

// dense drops empty lines, which templates leave when they print nothing.
func dense(src string) string {
	return regexp.MustCompile(`\n\n+`).ReplaceAllString(src, "\n")
}

// committed returns the configuration in internal/ent/entc.go.
func committed() gen.Config {
	return gen.Config{
		Package:  "github.com/entocc/entocc/internal/ent",
		Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier, gen.FeatureIntercept, gen.FeaturePrivacy, gen.FeatureLock, gen.FeatureExecQuery},
	}
}

func TestGenerate_CommittedClientIsWhatItMakes(t *testing.T) {
	there := files(t, "../internal/ent")
	made, err := generate(t, "../internal/ent/schema", committed(), extended(t))
	require.NoError(t, err)
	for name, src := range made {
		if name == "runtime/runtime.go" { // It names the version of ent that generated it.
			src, there[name] = dense(versionOfEnt.ReplaceAllString(src, "")), dense(versionOfEnt.ReplaceAllString(there[name], ""))
		}
		if there[name] != src {
			assert.Equal(t, there[name], src, "%s: run go generate ./internal/ent", name)
		}
	}
	for name := range there {
		switch dir, _, _ := strings.Cut(name, "/"); dir {
		case "schema", "enttest", "entc.go", "generate.go", "hijack.go":
		case ".entc": // Another test is loading the schemas: ent writes a program for that, and removes it.
		default:
			_, ok := made[name]
			assert.True(t, ok, "%s is not what the extension makes", name)
		}
	}
}

var versionOfEnt = regexp.MustCompile(`(?s)const \(\n\tVersion = .*?\)\n`)

func TestGenerate_MakesTheSameEachTime(t *testing.T) {
	first := client(t, "./testdata/versioned/schema", extended(t))
	second, err := generate(t, "./testdata/versioned/schema", gen.Config{Features: []gen.Feature{gen.FeatureUpsert, gen.FeatureModifier}}, extended(t))
	require.NoError(t, err)
	assert.Equal(t, first, second)
	for name, src := range first {
		formatted, err := format.Source([]byte(src))
		require.NoError(t, err, name)
		assert.Equal(t, string(formatted), src, name)
	}
}

func TestGenerate_ClientOfTypesThatAreCalledAsItsVariablesCompiles(t *testing.T) {
	slow(t)
	dir, err := os.MkdirTemp("testdata", "locals_*") //nolint:usetesting // generated code must be inside a module
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	cfg := &gen.Config{
		Target: dir, Package: "github.com/entocc/entocc/entc/" + filepath.ToSlash(dir), Features: []gen.Feature{gen.FeatureUpsert},
	}
	require.NoError(t, entc.Generate("./testdata/locals/schema", cfg, extended(t)))
	requireCompiles(t, dir)
}

func TestGenerate_UpdateBuildersHaveNoSetterForTheVersion(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", "./testdata/setter").CombinedOutput()
	require.Error(t, err)
	for _, line := range []string{
		"u.Update().SetVersion undefined",
		"u.Update().AddVersion undefined",
		"c.User.Update().SetVersion undefined",
		"c.User.Update().AddVersion undefined",
		"o.Update().SetRev undefined",
		"o.Update().ClearRev undefined",
		"c.User.Create().OnConflict().SetVersion undefined",
	} {
		assert.Contains(t, string(out), line)
	}
}
