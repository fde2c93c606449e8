package codegen_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Base mixins that reuse the fields of ours drop their hooks and annotations. The field itself carries what the
// generator needs, and the generated guard needs no hook.
func TestGenerate_ComposedMixinsAreGuarded(t *testing.T) {
	needsEverything(t)
	m := newModule(t, "v0.14.6")
	require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "schema")))
	require.NoError(t, os.CopyFS(filepath.Join(m.dir, "schema"), os.DirFS("testdata/composed")))
	m.run("run", "-mod=mod", "./generator", "composed=sql/upsert")

	var types strings.Builder
	block := m.testdata("composedsmoke/type.txt")
	for _, typ := range []string{"Counted", "Timed", "Random", "Appended:Rev", "Direct", "Wrapped", "Rehooked", "Bare", "Unannotated", "Own:Rev"} {
		name, field, ok := strings.Cut(typ, ":")
		if !ok {
			field = "Version"
		}
		types.WriteString(strings.NewReplacer("TYPE", name, "FIELD", field).Replace(block))
	}
	open := regexp.MustCompile(`(?s)\nfunc Test_CLIENT\(.*?\n}\n`).ReplaceAllString(m.testdata("smoke/smoke_test.go"), "")
	open = strings.NewReplacer("\t\"fixtures/schema\"\n", "", "\t\"github.com/entocc/entocc\"\n", "").Replace(open)
	client := strings.NewReplacer("CLIENT", "composed", "TYPES", types.String())
	m.write("smoke/open_test.go", client.Replace(open))
	m.write("smoke/composed_test.go", client.Replace(m.testdata("composedsmoke/composed_test.go")))
	m.run("test", "-mod=mod", "-vet=off", unoptimized, "./smoke")
}

// testdata returns a file of this folder's testdata.
func (m module) testdata(name string) string {
	m.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	require.NoError(m, err)
	return string(text)
}
