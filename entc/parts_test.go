package entc_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	entocc "github.com/entocc/entocc/entc"
)

// allParts are the parts that can be left out.
var allParts = []entocc.Part{entocc.Bulk, entocc.Check, entocc.Diff, entocc.Match, entocc.Modify, entocc.SetBased, entocc.State, entocc.Verify}

// generatedOf lists names that generated code has only with each part.
var generatedOf = map[entocc.Part][]string{
	entocc.Bulk:     {"UpdateBulk", "DeleteBulk", "occrun.Saves"},
	entocc.Check:    {") IsModified(", ") GetVersion(", "versionGet", "versionIsModified", "occrun.Modified("},
	entocc.Diff:     {"asRead", "versionAsRead", "occrun.Diff", "occrun.HeldRow", "occ.Keep", `Struct: "Nick"`, "occrun.Edge{"},
	entocc.Match:    {"IfMatch", "entocc.Condition"},
	entocc.Modify:   {") Modify(\n", "versionModify"},
	entocc.SetBased: {"occrun.OneRow(", "VersionProbe", "occrun.UpdateOneRow", "occrun.DeleteOneRow"},
	entocc.Verify:   {"VerifyOnCommit", "versionVerify", ") verify(", "occrun.Verified"},
}

// slow skips, outside of CI, a test that generates, compiles or loads many clients.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("ENTOCC_CODEGEN") != "everything" && os.Getenv("CI") == "" {
		t.Skip("needs ENTOCC_CODEGEN=everything, which .ci/run sets")
	}
}

func TestWithout_LeavesOutThePartAndNothingElse(t *testing.T) {
	slow(t)
	text := func(without ...entocc.Part) string {
		var b strings.Builder
		for name, src := range clientWithout(t, "./testdata/parts/schema", without, extended(t, without...)) {
			if !strings.Contains(name, "/") {
				b.WriteString(src)
			}
		}
		return b.String()
	}
	all, none := text(), text(allParts...)
	for _, part := range allParts {
		without := text(part)
		for of, words := range generatedOf {
			for _, word := range words {
				assert.Contains(t, all, word)
				assert.NotContains(t, none, word)
				assert.Equal(t, of != part, strings.Contains(without, word), "without %s: %s", part, word)
			}
		}
		assert.Contains(t, without, ") IfVersion(version int64) *UserUpdateOne")
	}
	assert.Contains(t, none, ") IfVersion(version int64) *UserUpdateOne")
	assert.Contains(t, none, ") RetryTx(")
}

// The guard is the same whatever is left out: a stale save and a stale delete are refused, and change nothing.
func TestWithout_EachClientCompilesAndGuards(t *testing.T) {
	slow(t)
	withoutEachPart(t, "parts")
}

// So it is in a client without any version, from which nothing has to be left out.
func TestWithout_EachClientOfValuesCompilesAndGuards(t *testing.T) {
	slow(t)
	withoutEachPart(t, "valuesalone")
}

// withoutEachPart generates clients from a folder of testdata: with all parts, without each, and without any, and the first
// and the last with ent's features too. It runs the folder's smoke.txt with each.
func withoutEachPart(t *testing.T, of string) {
	t.Helper()
	root, err := os.MkdirTemp("testdata", of+"_*") //nolint:usetesting // generated code must be inside a module
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(root)) })
	smoke, err := os.ReadFile("testdata/" + of + "/smoke.txt")
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(root, "smoke"), 0o755))
	features := []gen.Feature{gen.FeatureUpsert}
	write := func(name string, without ...entocc.Part) {
		dir := filepath.Join(root, name)
		require.NoError(t, os.Mkdir(dir, 0o755))
		pkg := "github.com/entocc/entocc/entc/" + filepath.ToSlash(dir)
		cfg := &gen.Config{Package: pkg, Target: dir, Features: features}
		require.NoError(t, entc.Generate("./testdata/"+of+"/schema", cfg, extended(t, without...)))
		diffless := fmt.Sprint(slices.Contains(without, entocc.Diff))
		src := strings.NewReplacer("PACKAGE", pkg, "CLIENT", name, "DIFFLESS", diffless).Replace(string(smoke))
		require.NoError(t, os.WriteFile(filepath.Join(root, "smoke", name+"_test.go"), []byte(src), 0o600))
	}
	write("whole")
	for _, part := range allParts {
		write("no"+strings.ToLower(string(part)), part)
	}
	write("guard", allParts...)
	features = append(features, gen.FeaturePrivacy, gen.FeatureIntercept, gen.FeatureEntQL, gen.FeatureNamedEdges, gen.FeatureBidiEdgeRefs,
		gen.FeatureLock, gen.FeatureModifier, gen.FeatureExecQuery, gen.FeatureVersionedMigration)
	write("featured")
	write("featuredguard", allParts...)
	out, err := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-gcflags=-N -l", "./"+root+"/smoke").CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestWithout_WrongOptionsAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		opts  []entocc.Option
		words []string
	}{
		"unknown part":          {[]entocc.Option{entocc.Without("Guard")}, []string{`"Guard"`, "not a part", "Bulk, Check, Diff, Match, Modify, SetBased, State, Verify"}},
		"no part":               {[]entocc.Option{entocc.Without()}, []string{"no part", "Bulk, Check"}},
		"what nobody keeps":     {[]entocc.Option{entocc.Without(entocc.Diff), entocc.ForgetLoaded()}, []string{"ForgetLoaded", "leave"}},
		"what no type forgets":  {[]entocc.Option{entocc.ForgetLoaded("User"), entocc.Without(entocc.Diff)}, []string{"ForgetLoaded", "leave"}},
		"in any of two Without": {[]entocc.Option{entocc.Without(entocc.Bulk), entocc.Without("bulk")}, []string{`"bulk"`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := entocc.NewExtension(row.opts...)
			require.ErrorContains(t, err, "entocc: ")
			for _, word := range row.words {
				assert.ErrorContains(t, err, word)
			}
		})
	}
}
