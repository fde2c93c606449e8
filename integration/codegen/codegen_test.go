// Package codegen_test generates clients in their own modules, as a user's is, with each of ent's features and each
// kind of ID, against each ent that is supported; compiles them, and lets them refuse stale writes on SQLite.
package codegen_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "github.com/entocc/entocc/entc" // go test runs these tests again when it or its templates change
)

// features are those that change what the guard has to live with.
var features = []string{
	"sql/upsert", "sql/lock", "sql/modifier", "sql/execquery", "intercept", "privacy", "entql", "sql/schemaconfig",
	"sql/globalid", "namedges", "bidiedges", "schema/snapshot", "sql/versioned-migration",
}

// unoptimized has the clients compiled in half the time, and what they depend on as go test work compiles it.
const unoptimized = "-gcflags=fixtures/...=-N -l"

// everything reports whether each feature is generated alone, too, with every version of ent, beside other extensions and
// from other schemas. It takes minutes of compiling: .ci/run sets the variable for it. Without it there is ent's latest
// version, without features and with all.
func everything() bool { return os.Getenv("ENTOCC_CODEGEN") == "everything" }

// needsEverything skips a test for which much has to be compiled that no other test needs. In CI it skips nothing.
func needsEverything(t *testing.T) {
	t.Helper()
	if !everything() && os.Getenv("CI") == "" {
		t.Skip("needs ENTOCC_CODEGEN=everything, which .ci/run sets")
	}
}

// client is the name of the client that has one feature. It must not be that of a package in it.
func client(feature string) string {
	return "with" + strings.NewReplacer("/", "", "-", "").Replace(feature)
}

func TestGenerate_EachFeatureAloneAndAllTogether(t *testing.T) {
	clients := []string{"none=", "all=" + strings.Join(features, ",")}
	if everything() {
		for _, f := range features {
			clients = append(clients, client(f)+"="+f)
		}
	}
	newModule(t, "v0.14.6").generateAndRun(clients...)
}

// v0.14.2 is the first ent with a place for fields of a mutation; IDs with a ValueScanner came with v0.14.6.
func TestGenerate_EveryEntThatIsSupported(t *testing.T) {
	needsEverything(t) // Each is a whole ent and generator to compile.
	for _, version := range []string{"v0.14.2", "v0.14.5"} {
		t.Run(version, func(t *testing.T) {
			m := newModule(t, version)
			require.NoError(t, os.Remove(filepath.Join(m.dir, "schema", "scanned.go")))
			m.generateAndRun("none=", "all="+strings.Join(features, ","))
		})
	}
}

func TestGenerate_OlderEntIsRefusedWithTheMend(t *testing.T) {
	needsEverything(t)
	m := newModule(t, "v0.14.0")
	require.NoError(t, os.Remove(filepath.Join(m.dir, "schema", "scanned.go")))
	out, err := m.output("run", "-mod=mod", "./generator", "none=")
	require.Error(t, err)
	require.Contains(t, out, "go get entgo.io/ent@v0.14.6")
}

// A file can't have two packages of one name: neither those of fields, nor those of types.
func TestGenerate_PackagesThatAreNamedAsOursKeepTheirNames(t *testing.T) {
	needsEverything(t)
	m := newModule(t, "v0.14.6")
	require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "schema")))
	require.NoError(t, os.CopyFS(filepath.Join(m.dir, "schema"), os.DirFS("testdata/foreign")))
	m.run("run", "-mod=mod", "./generator", "none=", "all="+strings.Join(features, ","))
	m.run("build", "-mod=mod", unoptimized, "./clients/...")
}

// module is a Go module of somebody who uses ent and entocc.
type module struct {
	*testing.T
	dir string
}

// folder makes the folder of a module. Its path is the same for each test and in each run, as the go command compiles
// again what lies elsewhere. Only where another run is using it, or was killed, is it a new one.
func folder(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("entocc-codegen-%x", sha256.Sum224([]byte(root))))
	if os.Mkdir(dir, 0o700) != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// newModule makes a module of the schemas in testdata, against this checkout and a version of ent.
func newModule(t *testing.T, ent string) module {
	t.Helper()
	m := module{t, folder(t)}
	for _, dir := range []string{"schema", "generator"} {
		require.NoError(t, os.CopyFS(filepath.Join(m.dir, dir), os.DirFS(filepath.Join("testdata", dir))))
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	// The requirements and the checksums of this module will do, so that nothing has to be looked up.
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	_, requirements, _ := strings.Cut(string(mod), "\n")
	m.write("go.mod", "module fixtures\n"+strings.ReplaceAll(requirements, "=> ../", "=> "+root)+
		"\nreplace entgo.io/ent => entgo.io/ent "+ent+"\n")
	sum, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	m.write("go.sum", string(sum))
	return m
}

// generateAndRun generates the clients, one after another, and runs the same test with each.
func (m module) generateAndRun(clients ...string) {
	m.Helper()
	m.run(append([]string{"run", "-mod=mod", "./generator"}, clients...)...)
	_, err := os.Stat(filepath.Join(m.dir, "schema", "scanned.go"))
	for _, c := range clients {
		name, features, _ := strings.Cut(c, "=")
		for _, test := range smokeTests(features, err == nil) {
			text, err := os.ReadFile(filepath.Join("testdata", "smoke", test))
			require.NoError(m, err)
			m.write("smoke/"+name+"_"+test, strings.ReplaceAll(string(text), "CLIENT", name))
		}
	}
	m.run("build", "-mod=mod", unoptimized, "./clients/...")
	m.run("test", "-mod=mod", "-vet=off", unoptimized, "./smoke")
}

// smokeTests are the tests of a client with these features, and with a type whose ID is scanned.
func smokeTests(features string, scanned bool) []string {
	tests := []string{"smoke_test.go"}
	if scanned {
		tests = append(tests, "scanned_test.go")
	}
	if !strings.Contains(features, "sql/upsert") {
		return tests
	}
	tests = append(tests, "upsert_test.go")
	if scanned {
		tests = append(tests, "scannedupsert_test.go")
	}
	if strings.Contains(features, "sql/schemaconfig") {
		tests = append(tests, "schemas_test.go")
	}
	return tests
}

func (m module) write(name, text string) {
	m.Helper()
	path := filepath.Join(m.dir, name)
	require.NoError(m, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(m, os.WriteFile(path, []byte(text), 0o600))
}

// run runs the go command, and output returns what it says. They give it no flags that go test work lacks, as -trimpath:
// what that has compiled need not be compiled again.
func (m module) run(args ...string) {
	m.Helper()
	out, err := m.output(args...)
	require.NoError(m, err, "go %s\n%s", strings.Join(args, " "), out)
}

func (m module) output(args ...string) (string, error) {
	cmd := exec.CommandContext(m.Context(), "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
