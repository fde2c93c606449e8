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

var (
	goBlock  = regexp.MustCompile("(?s)\n```go\n(.*?)\n```")
	anyBlock = regexp.MustCompile("(?s)\n```.*?\n```")
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// The pages are compared with the examples here and not in the examples' module: go test does not notice changed files
// outside of a test's module.

func TestDocs_EveryGoBlockIsCodeThatRuns(t *testing.T) {
	code := handWritten(t)
	for _, page := range pages(t) {
		for _, block := range goBlock.FindAllStringSubmatch(read(t, page), -1) {
			want := normal(block[1])
			found := false
			for _, file := range code {
				found = found || strings.Contains(file, want)
			}
			assert.Truef(t, found, "%s: no Go file of the repository has this block:\n%s", page, block[1])
		}
	}
}

func TestDocs_GettingStartedHasTheFilesOfTheExample(t *testing.T) {
	text := read(t, "docs/getting-started.md")
	for _, name := range []string{
		"quickstart/ent/schema/user.go", "quickstart/ent/entc.go", "quickstart/ent/generate.go", "smallest/main.go",
	} {
		src := read(t, "examples/"+name)
		// A reader does not type the doc comment of a command.
		if _, program, ok := strings.Cut(src, "\npackage main\n"); ok && !strings.HasPrefix(src, "//go:build") {
			src = "package main\n" + program
		}
		found := false
		for _, block := range goBlock.FindAllStringSubmatch(text, -1) {
			found = found || normal(block[1]) == normal(src)
		}
		assert.Truef(t, found, "the page does not have %s as it is", name)
	}
}

func TestDocs_StatementsAreThoseOfTheExample(t *testing.T) {
	page, sent := read(t, "docs/statements.md"), read(t, "examples/statements/testdata/output.md")
	assert.True(t, strings.Contains(page, sent), "copy testdata/output.md into docs/statements.md") //nolint:testifylint // Contains prints both
}

func TestDocs_EveryOutputIsThatOfAnExample(t *testing.T) {
	outputs := outputs(t)
	for _, page := range pages(t) {
		for _, block := range printedBlocks(read(t, page)) {
			found := false
			for _, output := range outputs {
				found = found || strings.Contains(output, normal(block))
			}
			assert.Truef(t, found, "%s: no example prints this block:\n%s", page, block)
		}
	}
}

func TestDocs_EveryLinkLeadsSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		text := anyBlock.ReplaceAllString(read(t, page), "")
		for _, target := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(target[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(target[1], "#")
			path := page
			if file != "" {
				path = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			}
			if _, err := os.Stat(path); !assert.NoErrorf(t, err, "%s: %s", page, target[1]) || anchor == "" {
				continue
			}
			assert.Containsf(t, anchors(read(t, path)), anchor, "%s: %s", page, target[1])
		}
	}
}

func TestDocs_TheIndexHasEveryPage(t *testing.T) {
	index := read(t, "docs/README.md")
	for _, page := range pages(t) {
		if dir, name := filepath.Split(page); dir == "docs/" && name != "README.md" {
			assert.Contains(t, index, "]("+name+")")
		}
	}
}

func TestREADME_IsReadInTwoMinutes(t *testing.T) {
	text := read(t, "README.md")
	assert.LessOrEqual(t, strings.Count(text, "\n"), 250, "lines")
	assert.LessOrEqual(t, len(text), 12_000, "bytes")
}

// anchors returns the anchors of a page's headings, as GitHub makes them.
func anchors(text string) (all []string) {
	for _, title := range heading.FindAllStringSubmatch(anyBlock.ReplaceAllString(text, ""), -1) {
		words := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(title[1]), "")
		all = append(all, strings.ReplaceAll(words, " ", "-"))
	}
	return all
}

// printedBlocks returns the blocks of a Markdown text without a language: the output of programs.
func printedBlocks(text string) (blocks []string) {
	for i, part := range strings.Split("\n"+text, "\n```") {
		if i%2 == 1 && strings.HasPrefix(part, "\n") {
			blocks = append(blocks, part)
		}
	}
	return blocks
}

// outputs returns the expected outputs of the examples: comments of example functions, and files.
func outputs(t *testing.T) (all []string) {
	for _, pattern := range []string{"examples/*/testdata/output.txt", "examples/*/main_test.go"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range names {
			all = append(all, normal(regexp.MustCompile(`(?m)^\t//`).ReplaceAllString(read(t, name), "")))
		}
	}
	require.NotEmpty(t, all)
	return all
}

// pages returns the pages that users read: the README, docs, and the README of each package.
func pages(t *testing.T) []string {
	all := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "*/README.md", "examples/*/README.md"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		all = append(all, names...)
	}
	return all
}

// handWritten returns the Go files of the repository that are not generated.
func handWritten(t *testing.T) (files []string) {
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		if src := read(t, path); !strings.HasPrefix(src, "// Code generated") {
			files = append(files, normal(src))
		}
		return nil
	}))
	return files
}

func read(t *testing.T, path string) string {
	text, err := os.ReadFile(filepath.FromSlash(path))
	require.NoError(t, err)
	return string(text)
}

// normal removes what may differ: indentation, the path of the reader's own module, -mod=mod, which a workspace
// refuses, and the expectations of the analyzers' tests.
func normal(code string) string {
	code = strings.ReplaceAll(code, "github.com/you/app/", "github.com/entocc/entocc/examples/quickstart/")
	code = strings.ReplaceAll(code, "go run -mod=mod entc.go", "go run entc.go")
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "// want `") // what an analyzer reports for the line
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
