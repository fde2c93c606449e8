package rewrite_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
	"github.com/entocc/entocc/cmd/entocc/internal/rewrite"
)

const header = "package schema\n\nimport \"entgo.io/ent\"\n\n// User of the shop.\ntype User struct{ ent.Schema } // as in the old shop\n"

// add adds the mixin to the User of a schema, and returns the new text.
func add(t *testing.T, text, field string) (string, error) {
	t.Helper()
	return addVersion(t, text, rewrite.Version{Field: field, AllowBlind: field == "blind"})
}

func addVersion(t *testing.T, text string, v rewrite.Version) (string, error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "user.go")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	schemas, err := rewrite.ReadSchemas(dir)
	if err != nil {
		return "", err
	}
	if err := schemas.Add("User", v); err != nil {
		return "", err
	}
	changed, err := schemas.Changed()
	if err != nil {
		return "", err
	}
	return string(changed[path]), nil
}

func TestAdd_WritesAMixinMethodAndKeepsComments(t *testing.T) {
	got, err := add(t, header, "version")
	require.NoError(t, err)
	assert.Equal(t, `package schema

import (
	"entgo.io/ent"

	"github.com/entocc/entocc/mixin"
)

// User of the shop.
type User struct{ ent.Schema } // as in the old shop

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{}}
}
`, got)
}

func TestAdd_AddsToTheMixinsThatAreThere(t *testing.T) {
	for name, row := range map[string]struct{ mixin, want string }{
		"a list":             {"return []ent.Mixin{Base{}}", "return []ent.Mixin{Base{}, mixin.Version{}}"},
		"an empty list":      {"return []ent.Mixin{}", "return []ent.Mixin{mixin.Version{}}"},
		"nil":                {"return nil", "return []ent.Mixin{mixin.Version{}}"},
		"lines":              {"return []ent.Mixin{\n\t\tBase{}, // when\n\t}", "return []ent.Mixin{\n\t\tBase{}, // when\n\t\tmixin.Version{},\n\t}"},
		"append":             {"return append(base(), Base{})", "return append(base(), Base{}, mixin.Version{})"},
		"append of many":     {"return append(base(), more...)", "return append(append(base(), more...), mixin.Version{})"},
		"its own call":       {"return base()", "return append(base(), mixin.Version{})"},
		"a comment in there": {"return []ent.Mixin{Base{} /* when */}", "return []ent.Mixin{Base{}, mixin.Version{} /* when */}"},
		"a comment of lines": {"return []ent.Mixin{\n\t\tBase{}, /* when\n\t\tand who */\n\t}", "and who */\n\t\tmixin.Version{},\n\t}"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := add(t, header+"\nfunc (User) Mixin() []ent.Mixin {\n\t"+row.mixin+"\n}\n", "version")
			require.NoError(t, err)
			assert.Contains(t, got, row.want)
		})
	}
}

// If the mixins have hooks, the version comes first, so that they do not run for a write that the guard refuses.
func TestAdd_ListsTheVersionFirst(t *testing.T) {
	for name, row := range map[string]struct{ mixin, want string }{
		"a list":              {"return []ent.Mixin{Base{}, Audit{}}", "return []ent.Mixin{mixin.Version{}, Base{}, Audit{}}"},
		"an empty list":       {"return []ent.Mixin{}", "return []ent.Mixin{mixin.Version{}}"},
		"nil":                 {"return nil", "return []ent.Mixin{mixin.Version{}}"},
		"lines":               {"return []ent.Mixin{\n\t\tBase{}, // when\n\t}", "return []ent.Mixin{\n\t\tmixin.Version{},\n\t\tBase{}, // when\n\t}"},
		"lines in a list":     {"return []ent.Mixin{Base{},\n\t\tAudit{},\n\t}", "return []ent.Mixin{mixin.Version{}, Base{},\n\t\tAudit{},\n\t}"},
		"a comment first":     {"return []ent.Mixin{ // all\n\t\t// when\n\t\tBase{},\n\t}", "return []ent.Mixin{ // all\n\t\tmixin.Version{},\n\t\t// when\n\t\tBase{},\n\t}"},
		"a comment of lines":  {"return []ent.Mixin{ /* all\n\t\tof them */\n\t\tBase{},\n\t}", "of them */\n\t\tmixin.Version{},\n\t\tBase{},\n\t}"},
		"a comment in there":  {"return []ent.Mixin{/* when */ Base{}}", "return []ent.Mixin{/* when */ mixin.Version{}, Base{}}"},
		"append to a list":    {"return append([]ent.Mixin{Base{}}, more...)", "return append([]ent.Mixin{mixin.Version{}, Base{}}, more...)"},
		"append to an append": {"return append(append([]ent.Mixin{}, more...), Base{})", "return append(append([]ent.Mixin{mixin.Version{}}, more...), Base{})"},
		"append to a call":    {"return append(base(), Base{})", "return append([]ent.Mixin{mixin.Version{}}, append(base(), Base{})...)"},
		"its own call":        {"return base()", "return append([]ent.Mixin{mixin.Version{}}, base()...)"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := addVersion(t, header+"\nfunc (User) Mixin() []ent.Mixin {\n\t"+row.mixin+"\n}\n", rewrite.Version{Field: "version", First: true})
			require.NoError(t, err)
			assert.Contains(t, got, row.want)
		})
	}
	got, err := addVersion(t, "package schema\n\nimport \"example.com/auth\"\n\ntype User struct{ auth.User }\n", rewrite.Version{Field: "version", First: true})
	require.NoError(t, err)
	assert.Contains(t, got, "return append([]ent.Mixin{mixin.Version{}}, s.User.Mixin()...)")

	_, err = addVersion(t, header+"\nfunc (User) Mixin() []ent.Mixin { return shared }\n", rewrite.Version{Field: "version", First: true})
	assert.ErrorContains(t, err, "add mixin.Version{} before its mixins by hand, as they have hooks")
}

func TestAdd_LeavesWhatItDoesNotUnderstand(t *testing.T) {
	for name, text := range map[string]string{
		"statements": header + "\nfunc (User) Mixin() []ent.Mixin {\n\tm := base()\n\treturn m\n}\n",
		"a variable": header + "\nfunc (User) Mixin() []ent.Mixin { return shared }\n",
		"a pointer":  header + "\nfunc (u *User) Mixin() []ent.Mixin { return []ent.Mixin{Base{}} }\n", // which ent does not call
		"indices":    header + "\nfunc (User) Mixin() []ent.Mixin { return []ent.Mixin{1: Base{}} }\n",
		"no struct":  "package schema\n\ntype User = other.User\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := add(t, text, "version")
			var not *rewrite.NotUnderstoodError
			require.ErrorAs(t, err, &not)
			assert.Contains(t, err.Error(), "by hand")
		})
	}
}

// Files for other systems, or with other build tags, are not ent's.
func TestReadSchemas_LeavesOutFilesThatAreNotBuilt(t *testing.T) {
	for name, text := range map[string]string{"user_plan9.go": header, "user.go": "//go:build never\n\n" + header} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		schemas, err := rewrite.ReadSchemas(dir)
		require.NoError(t, err)
		assert.ErrorContains(t, schemas.Add("User", rewrite.Version{Field: "version"}), "no struct type User is declared here")
	}
}

func TestAdd_NamesTheField(t *testing.T) {
	got, err := add(t, header, "row_version")
	require.NoError(t, err)
	assert.Contains(t, got, `mixin.Version{Name: "row_version"}`)
	got, err = add(t, header, "blind")
	require.NoError(t, err)
	assert.Contains(t, got, `mixin.Version{Name: "blind", AllowBlind: true}`)
}

func TestAdd_TakesAFreeNameForTheImport(t *testing.T) {
	got, err := add(t, strings.Replace(header, `import "entgo.io/ent"`, "import (\n\t\"entgo.io/ent\"\n\t\"entgo.io/ent/schema/mixin\"\n)\n\nvar _ mixin.Schema", 1), "version")
	require.NoError(t, err)
	assert.Contains(t, got, "occmixin \"github.com/entocc/entocc/mixin\"")
	assert.Contains(t, got, "[]ent.Mixin{occmixin.Version{}}")
}

func TestAdd_KeepsTheMixinsOfAnEmbeddedSchema(t *testing.T) {
	got, err := add(t, "package schema\n\nimport \"example.com/auth\"\n\ntype User struct{ auth.User }\n", "version")
	require.NoError(t, err)
	assert.Contains(t, got, "return append(s.User.Mixin(), mixin.Version{})")
	assert.Contains(t, got, `"entgo.io/ent"`)
}

func TestAdd_KeepsCRLF(t *testing.T) {
	got, err := add(t, strings.ReplaceAll(header, "\n", "\r\n"), "version")
	require.NoError(t, err)
	assert.Equal(t, strings.Count(got, "\n"), strings.Count(got, "\r\n"))
	assert.Contains(t, got, "mixin.Version{}")
}

func TestAdd_LeavesTheFormatOfAFileThatGofmtDidNotWrite(t *testing.T) {
	got, err := add(t, header+"\nvar   spaced   =   1\n", "version")
	require.NoError(t, err)
	assert.Contains(t, got, "var   spaced   =   1")
}

const entcHeader = `//go:build ignore

package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
)

func main() {
`

func TestAddExtension_KeepsWhatTheFileDoes(t *testing.T) {
	for name, row := range map[string]struct {
		body string
		want []string
	}{
		"an if":      {"\tif err := entc.Generate(\"./schema\", &gen.Config{}); err != nil {\n\t\tlog.Fatal(err)\n\t}\n", []string{`entc.Generate("./schema", &gen.Config{}, entc.Extensions(occExtension))`}},
		"an err":     {"\terr := entc.Generate(\"./schema\", &gen.Config{})\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n", []string{`err = entc.Generate("./schema", &gen.Config{}, entc.Extensions(occExtension))`}},
		"extensions": {"\tif err := entc.Generate(\"./schema\", &gen.Config{},\n\t\tentc.Extensions(other()), // the other\n\t); err != nil {\n\t\tlog.Fatal(err)\n\t}\n", []string{"entc.Extensions(other()), // the other", "\t\tentc.Extensions(occExtension),\n"}},
		"options":    {"\topts := []entc.Option{entc.FeatureNames(\"intercept\")}\n\tif err := entc.Generate(\"./schema\", &gen.Config{}, opts...); err != nil {\n\t\tlog.Fatal(err)\n\t}\n", []string{"append(opts, entc.Extensions(occExtension))..."}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := project.ParseEntc("entc.go", []byte(entcHeader+row.body+"}\n"))
			require.NoError(t, err)
			got, err := rewrite.AddExtension(e)
			require.NoError(t, err)
			for _, want := range append(row.want, "occExtension, err := entocc.NewExtension()", `entocc "github.com/entocc/entocc/entc"`) {
				assert.Contains(t, string(got), want)
			}
			again, err := project.ParseEntc("entc.go", got)
			require.NoError(t, err)
			assert.True(t, again.Extension)
		})
	}
}

func TestParseEntc_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	for name, body := range map[string]string{
		"two calls":  "\t_ = entc.Generate(\"./a\", &gen.Config{})\n\t_ = entc.Generate(\"./b\", &gen.Config{})\n",
		"no call":    "\tlog.Println(gen.Config{})\n",
		"a variable": "\tlog.Fatal(entc.Generate(path, &gen.Config{}))\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := project.ParseEntc("entc.go", []byte(entcHeader+body+"}\n"))
			assert.ErrorContains(t, err, "by hand")
		})
	}
}

func TestNewEntc_DoesWhatTheFlagsDid(t *testing.T) {
	got, err := rewrite.NewEntc(project.Flags{
		Schema: "./schema", Target: "./db", Header: "// Made.", IDType: "string",
		Features: []string{"sql/upsert"}, Templates: []string{"t", "glob=t/*.tmpl", "file=a.tmpl"},
	}, "example.com/app/db", []string{"-mod=mod"})
	require.NoError(t, err)
	for _, want := range []string{
		`"./schema", &gen.Config{`, `"./db"`, `"example.com/app/db"`, `"// Made."`, "field.TypeString", `[]string{"-mod=mod"}`,
		`entc.FeatureNames("sql/upsert")`, `entc.TemplateDir("t")`, `entc.TemplateGlob("t/*.tmpl")`, `entc.TemplateFiles("a.tmpl")`,
		"entc.Extensions(ext)", `"entgo.io/ent/schema/field"`,
	} {
		assert.Contains(t, string(got), want)
	}
	for _, f := range []project.Flags{{Storage: "gremlin"}, {IDType: "uuid"}, {Templates: []string{"url=x"}}} {
		_, err := rewrite.NewEntc(f, "", nil)
		assert.Error(t, err)
	}
}

// FuzzAdd checks for any schema that its text remains valid Go, and that its code gets the mixin.
func FuzzAdd(f *testing.F) {
	for _, first := range []bool{false, true} {
		f.Add(header, first)
		f.Add(header+"func (User) Mixin() []ent.Mixin { return []ent.Mixin{\n\tBase{},\n} }", first)
		f.Add(header+"func (User) Mixin() []ent.Mixin { return append([]ent.Mixin{ /* a\n*/ Base{}, /*\n*/\n}, b()...) }", first)
		f.Add(strings.ReplaceAll(header, "\n", "\r\n"), first)
		f.Add("package schema;type User struct{}//\n", first)
		f.Add("package schema\ntype (\n User struct { X }; Other int)\nfunc (u *User) Mixin() []M { return append(a) }", first)
	}
	f.Fuzz(func(t *testing.T, text string, first bool) {
		got, err := addVersion(t, text, rewrite.Version{Field: "version", First: first})
		if err != nil {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), "user.go", got, 0)
		require.NoError(t, err)
		before, _ := parser.ParseFile(token.NewFileSet(), "user.go", text, 0)
		assert.Equal(t, versions(before)+1, versions(file), got)
	})
}

// versions counts the literals of a Version in the code of a file.
func versions(file *ast.File) (n int) {
	ast.Inspect(file, func(node ast.Node) bool {
		if lit, ok := node.(*ast.CompositeLit); ok {
			if sel, ok := lit.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Version" {
				n++
			}
		}
		return true
	})
	return n
}
