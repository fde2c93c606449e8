package codegen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The extensions of entgo.io/contrib, in either order, and a template folder have imports of their own, and ent adds those
// of each to the files of all. What entgql makes to set an input is guarded as any other write.
func TestGenerate_CompilesBesideOtherExtensions(t *testing.T) {
	needsEverything(t) // Their dependencies are nobody else's.
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
	m.run("build", "-mod=mod", unoptimized, "./clients/...")
	m.run("test", "-mod=mod", "-vet=off", unoptimized, "./smoke")
}
