package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// project makes a module of files, which replaces entocc by this checkout.
func project(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir = t.TempDir()
	checkout, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	write(t, dir, "go.mod", "module example.com/shop\n\ngo 1.25.0\n\nrequire entgo.io/ent v0.14.6 // indirect\n\nreplace github.com/entocc/entocc => "+checkout+"\n")
	sums, err := os.ReadFile(filepath.Join(checkout, "cmd", "entocc", "go.sum"))
	require.NoError(t, err)
	write(t, dir, "go.sum", string(sums))
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		write(t, dir, name, text)
	}
	return dir
}

// fresh is what `ent new User` writes.
var fresh = map[string]string{
	"ent/generate.go":    "package ent\n\n//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate ./schema\n",
	"ent/schema/user.go": "package schema\n\nimport \"entgo.io/ent\"\n\n// User holds the schema definition for the User entity.\ntype User struct {\n\tent.Schema\n}\n\n// Fields of the User.\nfunc (User) Fields() []ent.Field {\n\treturn nil\n}\n",
}

func TestInit_InAProjectThatWasNeverGenerated(t *testing.T) {
	slow(t)
	dir := project(t, fresh)
	code, out, errs := run(t, dir, "init")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "version: User")
	code, out, errs = run(t, dir, "check", "--all")
	assert.Equal(t, 0, code, out+errs)
}
