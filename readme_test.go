package entocc_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// The README is held to the examples from here and not from their module: go test forgets to look again at files outside
// the module that a test belongs to.

func TestREADME_EveryGoBlockIsCodeOfAnExample(t *testing.T) {
	code := examples(t)
	blocks := goBlock.FindAllStringSubmatch(readme(t), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		want := normal(block[1])
		found := false
		for _, file := range code {
			found = found || strings.Contains(file, want)
		}
		assert.Truef(t, found, "no file of examples/ has this block of the README:\n%s", block[1])
	}
}

func TestREADME_QuickStartFilesAreThoseOfTheExample(t *testing.T) {
	text := readme(t)
	for _, name := range []string{
		"quickstart/ent/schema/user.go", "quickstart/ent/entc.go", "quickstart/ent/generate.go", "smallest/main.go",
	} {
		src, err := os.ReadFile(filepath.Join("examples", filepath.FromSlash(name)))
		require.NoError(t, err)
		// The doc comment of a command is no part of what a reader types.
		_, src2, isCommand := strings.Cut(string(src), "\npackage main\n")
		if isCommand && !strings.HasPrefix(string(src), "//go:build") {
			src = []byte("package main\n" + src2)
		}
		found := false
		for _, block := range goBlock.FindAllStringSubmatch(text, -1) {
			found = found || normal(block[1]) == normal(string(src))
		}
		assert.Truef(t, found, "the README's quick start does not have %s as it is", name)
	}
}

func TestREADME_StatementsAreThoseOfTheExample(t *testing.T) {
	sent, err := os.ReadFile("examples/statements/testdata/output.md")
	require.NoError(t, err)
	assert.True(t, strings.Contains(readme(t), string(sent)), "copy testdata/output.md into the README") //nolint:testifylint // Contains prints both
}

func TestREADME_EveryOutputIsThatOfAnExample(t *testing.T) {
	outputs := outputs(t)
	printed := printedBlocks(readme(t))
	require.NotEmpty(t, printed)
	for _, block := range printed {
		found := false
		for _, output := range outputs {
			found = found || strings.Contains(output, normal(block))
		}
		assert.Truef(t, found, "no example prints this block of the README:\n%s", block)
	}
}

// printedBlocks returns the blocks of a Markdown text that name no language: what programs print.
func printedBlocks(text string) (blocks []string) {
	for i, part := range strings.Split("\n"+text, "\n```") {
		if i%2 == 1 && strings.HasPrefix(part, "\n") {
			blocks = append(blocks, part)
		}
	}
	return blocks
}

// outputs returns what the examples' tests compare their output with: comments of example functions, and files.
func outputs(t *testing.T) []string {
	files, err := filepath.Glob("examples/*/testdata/output.txt")
	require.NoError(t, err)
	tests, err := filepath.Glob("examples/*/main_test.go")
	require.NoError(t, err)
	var all []string
	for _, name := range append(files, tests...) {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, normal(regexp.MustCompile(`(?m)^\t//`).ReplaceAllString(string(text), "")))
	}
	return all
}

// examples returns the hand-written Go files of the examples.
func examples(t *testing.T) []string {
	var files []string
	require.NoError(t, filepath.WalkDir("examples", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil && !strings.HasPrefix(string(src), "// Code generated") {
			files = append(files, normal(string(src)))
		}
		return err
	}))
	return files
}

func readme(t *testing.T) string {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(text)
}

// normal takes away what may differ: indentation, the path of the reader's own module, and -mod=mod, which a workspace
// does not take.
func normal(code string) string {
	code = strings.ReplaceAll(code, "github.com/you/app/", "github.com/entocc/entocc/examples/quickstart/")
	code = strings.ReplaceAll(code, "go run -mod=mod entc.go", "go run entc.go")
	lines := strings.Split(code, "\n")
	for i := range lines {
		lines[i] = strings.Join(strings.Fields(lines[i]), " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
