package project_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

const (
	schema = "package schema\n\nimport \"entgo.io/ent\"\n\ntype User struct{ ent.Schema }\n"
	entc   = "//go:build ignore\n\npackage main\n\nimport (\n\t\"entgo.io/ent/entc\"\n\t\"entgo.io/ent/entc/gen\"\n)\n\nfunc main() {\n\t_ = entc.Generate(\"./schema\", &gen.Config{Target: \"./db\"})\n}\n"
)

// ownGenerator generates ent/schema from wherever it runs.
var ownGenerator = strings.Replace(strings.TrimPrefix(entc, "//go:build ignore\n\n"), `"./schema", &gen.Config{Target: "./db"}`, `"./ent/schema", &gen.Config{}`, 1)

// find makes a module from files, and searches it.
func find(t *testing.T, files map[string]string) (*project.Found, error) {
	t.Helper()
	t.Setenv("GOWORK", "off")
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.25.0\n"), 0o644))
	m, err := project.OpenModule(t.Context(), dir)
	require.NoError(t, err)
	return m.Find()
}

func TestFind_ReadsEachWayToGenerate(t *testing.T) {
	for name, row := range map[string]struct {
		files                map[string]string
		target, pkg, schemas string
	}{
		"the ent command": {
			map[string]string{"ent/generate.go": "package ent\n\n//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate --feature sql/upsert --feature=privacy ./schema\n"},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"the ent command at a version": {
			map[string]string{"ent/generate.go": "package ent\r\n\r\n//go:generate go run entgo.io/ent/cmd/ent@v0.14.6 generate ./schema\r\n"},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"go tool ent": {
			map[string]string{"ent/generate.go": "package ent\n\n//go:generate go tool ent generate ./schema\n"},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"a target elsewhere": {
			map[string]string{"generate.go": "package app\n\n//go:generate go run entgo.io/ent/cmd/ent generate --target ./internal/db ./schema\n"},
			"internal/db", "example.com/app/internal/db", "schema",
		},
		"a schema by its import path": {
			map[string]string{"ent/generate.go": "package ent\n\n//go:generate ent generate example.com/app/ent/schema\n"},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"entc.go": {
			map[string]string{"ent/generate.go": "package ent\n\n//go:generate go run -mod=mod entc.go\n", "ent/entc.go": entc},
			"ent/db", "example.com/app/ent/db", "ent/schema",
		},
		"a file of another name": {
			map[string]string{"ent/generate.go": "package ent\n\n//go:generate go run -mod=mod codegen.go\n", "ent/codegen.go": entc},
			"ent/db", "example.com/app/ent/db", "ent/schema",
		},
		"its own package": {
			map[string]string{"app.go": "package app\n\n//go:generate go run -tags gen ./cmd/gen\n", "cmd/gen/main.go": ownGenerator},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"a package by its import path, twice": {
			map[string]string{"app.go": "package app\n\n//go:generate go run example.com/app/cmd/gen\n//go:generate go run ./cmd/gen\n", "cmd/gen/main.go": ownGenerator},
			"ent", "example.com/app/ent", "ent/schema",
		},
		"nothing but generated code": {
			map[string]string{"ent/schema/user.go": schema, "ent/mutation.go": "package ent\n"},
			"ent", "example.com/app/ent", "ent/schema",
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := find(t, row.files)
			require.NoError(t, err)
			require.Len(t, found.Clients, 1)
			c := found.Clients[0]
			assert.Equal(t, row.target, c.Module.Rel(c.Target))
			assert.Equal(t, row.pkg, c.Package())
			assert.Equal(t, row.schemas, c.Module.Rel(c.SchemaDir()))
			assert.Empty(t, c.Outside)
		})
	}
}

func TestFind_ReadsTheFlagsOfTheEntCommand(t *testing.T) {
	found, err := find(t, map[string]string{"ent/generate.go": "package ent\n\n//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate --feature sql/upsert,intercept --template glob=./t/*.tmpl --header \"// made\" --idtype string ./schema\n"})
	require.NoError(t, err)
	f := found.Clients[0].Generate.Flags
	assert.Equal(t, []string{"sql/upsert", "intercept"}, f.Features)
	assert.Equal(t, "string", f.IDType)
	assert.Equal(t, "// made", f.Header)
}

func TestFind_TwoClientsAndScripts(t *testing.T) {
	found, err := find(t, map[string]string{
		"a/generate.go":            "package a\n\n//go:generate go tool ent generate ./schema\n",
		"b/generate.go":            "package b\n\n//go:generate go tool ent generate ./schema\n",
		"vendor/x/ent/generate.go": "package ent\n\n//go:generate go tool ent generate ./schema\n",
		"testdata/ent/generate.go": "package ent\n\n//go:generate go tool ent generate ./schema\n",
		"other/go.mod":             "module example.com/other\n",
		"other/ent/generate.go":    "package ent\n\n//go:generate go tool ent generate ./schema\n",
		"Makefile":                 "gen:\n\tgo run entgo.io/ent/cmd/ent generate ./a/schema\n",
		".github/workflows/ci.yml": "steps:\n  - run: go tool ent generate ./a/schema\n",
	})
	require.NoError(t, err)
	assert.Len(t, found.Clients, 2)
	assert.Len(t, found.Scripts, 2)
}

// It may be run by a Makefile, or by a person.
func TestFind_KnowsAGeneratorThatNoLineRuns(t *testing.T) {
	files := map[string]string{
		"ent/schema/user.go": schema, "ent/mutation.go": "package ent\n", "cmd/gen/main.go": ownGenerator,
		"other/schema/mixin.go": schema, "other/entc.go": strings.Replace(ownGenerator, "./ent/schema", "./schema", 1), "x_test.go": ownGenerator,
	}
	found, err := find(t, files)
	require.NoError(t, err)
	require.Len(t, found.Clients, 1)
	assert.Equal(t, "cmd/gen/main.go", found.Clients[0].Module.Rel(found.Clients[0].Entc))
	assert.False(t, found.Clients[0].Runnable(), "nobody knows from where it runs")

	files["ent/generate.go"] = "package ent\n\n//go:generate go tool ent generate ./schema\n"
	found, err = find(t, files)
	require.NoError(t, err)
	require.Len(t, found.Clients, 1)
	assert.Equal(t, []string{"cmd/gen/main.go"}, found.Unknown(found.Clients[0]), "other/entc.go has other schemas")
	assert.True(t, found.Clients[0].Runnable())

	files["cmd/gen/main.go"] = strings.Replace(ownGenerator, `"entgo.io/ent/entc/gen"`, "\"entgo.io/ent/entc/gen\"\n\t_ \"github.com/entocc/entocc/entc\"", 1)
	found, err = find(t, files)
	require.NoError(t, err)
	assert.Empty(t, found.Unknown(found.Clients[0]), "it has the extension")
}

// A client that is not understood is no reason to ignore the others.
func TestFind_KeepsWhatIsWrongWithAClient(t *testing.T) {
	found, err := find(t, map[string]string{
		"a/generate.go": "package a\n\n//go:generate go run -mod=mod entc.go\n",
		"b/generate.go": "package b\n\n//go:generate go tool ent generate ./schema\n",
	})
	require.NoError(t, err)
	require.Len(t, found.Clients, 2)
	require.ErrorContains(t, found.Clients[0].Err, "a/generate.go:3: it runs entc.go, which is not there")
	assert.NoError(t, found.Clients[1].Err)
}

func TestFind_RefusesFlagsThatItDoesNotKnow(t *testing.T) {
	_, err := find(t, map[string]string{"ent/generate.go": "package ent\n\n//go:generate go tool ent generate --new-flag ./schema\n"})
	require.ErrorContains(t, err, "ent/generate.go:3")
	assert.ErrorContains(t, err, "new-flag")
}

func TestOpens_FindsFilesThatLackTheRuntime(t *testing.T) {
	found, err := find(t, map[string]string{
		"ent/generate.go":  "package ent\n\n//go:generate go tool ent generate ./schema\n",
		"cmd/a/main.go":    "package main\n\nimport \"example.com/app/ent\"\n\nfunc main() { ent.Open(\"\", \"\") }\n",
		"cmd/b/main.go":    "package main\n\nimport (\n\t\"example.com/app/ent\"\n\t_ \"example.com/app/ent/runtime\"\n)\n\nfunc main() { ent.Open(\"\", \"\") }\n",
		"cmd/c/main.go":    "package main\n\nimport \"example.com/app/ent\"\n\nfunc main() { ent.NewClient() }\n",
		"cmd/c/wire.go":    "package main\n\nimport _ \"example.com/app/ent/runtime\"\n",
		"store/a_test.go":  "package store\n\nimport \"example.com/app/ent/enttest\"\n\nvar _ = enttest.Open\n",
		"store/b_test.go":  "package store\n\nimport db \"example.com/app/ent\"\n\nvar _, _ = db.Open(\"\", \"\")\n",
		"other/nothing.go": "package other\n\nimport \"example.com/app/ent\"\n\nvar _ ent.Client\n",
	})
	require.NoError(t, err)
	files, err := found.Clients[0].Opens()
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, found.Clients[0].Module.Rel(f))
	}
	assert.Equal(t, []string{"cmd/a/main.go", "store/b_test.go"}, names)
}
