package codegen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The extensions of entgo.io/contrib, in either order, and a template folder have their own imports, and ent adds the
// imports of each to all files. entgql's SetInput is guarded like any other write.
func TestGenerate_CompilesBesideOtherExtensions(t *testing.T) {
	needsEverything(t) // No other test needs their dependencies.
	m := module{t, folder(t)}
	require.NoError(t, os.CopyFS(m.dir, os.DirFS(filepath.Join("testdata", "neighbours"))))
	require.NoError(t, os.RemoveAll(filepath.Join(m.dir, "smoke")))
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	m.write("go.mod", strings.ReplaceAll(m.testdata("neighbours/go.mod"), "../../../..", root))
	clients := []string{
		"gqlfirst=entgql,entocc", "gqllast=entocc,entgql", "templates=entocc,templates",
		"all=templates,entproto,entocc,entoas,entgql",
	}
	m.run(append([]string{"run", "-mod=mod", "./generator"}, clients...)...)
	for _, c := range clients {
		name, extensions, _ := strings.Cut(c, "=")
		input := ""
		if strings.Contains(extensions, "entgql") {
			input = m.testdata("neighbours/smoke/input.txt")
		}
		test := strings.NewReplacer("CLIENT", name, "INPUT", input).Replace(m.testdata("neighbours/smoke/smoke_test.go"))
		m.write("smoke/"+name+"_test.go", test)
	}
	m.assertWriteProtected()
	m.run("build", "-mod=mod", unoptimized, "./clients/...")
	m.run("test", "-mod=mod", "-vet=off", unoptimized, "./smoke")
}

// assertWriteProtected checks what clients of the generated APIs can send: they see the version, but can't choose it.
func (m module) assertWriteProtected() {
	m.Helper()
	for _, name := range []string{"gqlfirst", "gqllast", "all"} {
		text, err := os.ReadFile(filepath.Join(m.dir, "clients", name, "ent.graphql"))
		require.NoError(m, err)
		for input, field := range map[string]string{
			"CreateTaskInput": "version:", "UpdateTaskInput": "version:", "CreateMemoInput": "rev:", "UpdateMemoInput": "rev:",
		} {
			_, fields, ok := strings.Cut(string(text), "input "+input+" {")
			require.True(m, ok, "%s has no %s", name, input)
			fields, _, _ = strings.Cut(fields, "\n}")
			assert.NotContains(m, fields, field, "%s, %s", name, input)
		}
		_, task, ok := strings.Cut(string(text), "type Task implements Node {")
		require.True(m, ok, name)
		task, _, _ = strings.Cut(task, "\n}")
		assert.Contains(m, task, "version", name)
	}
	text, err := os.ReadFile(filepath.Join(m.dir, "clients", "all", "openapi.json"))
	require.NoError(m, err)
	bodies := 0
	for _, body := range strings.Split(string(text), `"requestBody"`)[1:] {
		body, _, _ = strings.Cut(body, `"responses"`)
		assert.NotContains(m, body, `"version"`)
		assert.NotContains(m, body, `"rev"`)
		bodies++
	}
	assert.Equal(m, 4, bodies, "for creation and update")
	assert.Contains(m, string(text), `"version"`)
}
