// Package codegen_test generates clients in modules like a user's, with each of ent's features and each kind of ID,
// with each supported ent. It compiles them, and lets them refuse stale writes on SQLite.
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

// features are the features of ent that affect the guard.
var features = []string{
	"sql/upsert", "sql/lock", "sql/modifier", "sql/execquery", "intercept", "privacy", "entql", "sql/schemaconfig",
	"sql/globalid", "namedges", "bidiedges", "schema/snapshot", "sql/versioned-migration",
}

// unoptimized compiles the clients in half the time, and their dependencies as go test work does.
const unoptimized = "-gcflags=fixtures/...=-N -l"

// everything reports whether to generate each feature alone, with every version of ent, beside other extensions and
// from other schemas. Compiling that takes minutes; .ci/run sets the variable. Without it the tests use ent's latest
// version, without features and with all.
func everything() bool { return os.Getenv("ENTOCC_CODEGEN") == "everything" }

// needsEverything skips a test that compiles much that no other test needs. In CI it skips nothing.
func needsEverything(t *testing.T) {
	t.Helper()
	if !everything() && os.Getenv("CI") == "" {
		t.Skip("needs ENTOCC_CODEGEN=everything, which .ci/run sets")
	}
}

// client is the name of the client with one feature. It must differ from the names of the client's packages.
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

// v0.14.2 is the first ent whose templates can add fields to a mutation. IDs with a ValueScanner came with v0.14.6.
func TestGenerate_EveryEntThatIsSupported(t *testing.T) {
	needsEverything(t) // Each compiles a whole ent and a generator.
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

// A file can't import two packages of the same name, whether they are packages of fields or of types.
func TestGenerate_PackagesThatAreNamedAsOursKeepTheirNames(t *testing.T) {
	needsEverything(t)
	m := newModule(t, "v0.14.6")
	require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "schema")))
	require.NoError(t, os.CopyFS(filepath.Join(m.dir, "schema"), os.DirFS("testdata/foreign")))
	m.run("run", "-mod=mod", "./generator", "none=", "all="+strings.Join(features, ","))
	m.run("build", "-mod=mod", unoptimized, "./clients/...")
}

// module is the Go module of a user of ent and entocc.
type module struct {
	*testing.T
	dir string
}

// folder makes the folder of a module. Its path is the same for each test and in each run, because the go command
// recompiles code at a new path. It is new only if another run is using it, or was killed.
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
	// The requirements and the checksums of this module suffice, so nothing must be looked up.
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

// smokeTests returns the tests of a client with these features, and with a type whose ID is scanned.
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

// run runs the go command, and output returns its output. They add no flags that go test work lacks, such as -trimpath,
// so that nothing it has compiled is compiled again.
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
