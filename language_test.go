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

// foreign are phrases of the first version, whose English was translated, with what a native speaker would write instead.
var foreign = map[*regexp.Regexp]string{
	regexp.MustCompile(`\b(the|tells?) (the )?mend\b`):           "the fix; says how to fix it",
	regexp.MustCompile(`(?i)\bwithout a word\b|\bin silence\b`):  "silently",
	regexp.MustCompile(`\berrors? of (its|their) own\b`):         "its own error",
	regexp.MustCompile(`\b[Tt]ells\b`):                           "reports, says, returns, distinguishes",
	regexp.MustCompile(`\b(is|are|was|be|been) told\b`):          "gets to know, hears, is distinguished",
	regexp.MustCompile(`\brefused alike\b`):                      "refused too",
	regexp.MustCompile(`\bbut for\b`):                            "except",
	regexp.MustCompile(`\b(is|as|for) what is no\b`):             "what is not a",
	regexp.MustCompile(`\bfor ever\b`):                           "forever",
	regexp.MustCompile(`\bto be had\b|\bcan be no version\b`):    "is not available; cannot be a version",
	regexp.MustCompile(`\bhave the row read again\b`):            "read the row again",
	regexp.MustCompile(`\bmov(e|es|ed|ing) the version on\b`):    "bumps the version",
	regexp.MustCompile(`\bpast ent\b`):                           "that bypass ent",
	regexp.MustCompile(`\bknows? nothing of\b`):                  "knows nothing about, does not know",
	regexp.MustCompile(`expects of the version can't be used\b`): "the If-Match condition is invalid",
}

func TestLanguage_NoPhraseOfTheFirstVersionIsLeft(t *testing.T) {
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "ent" || d.Name() == "plainent" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go", ".md", ".tmpl", ".html":
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || path == "language_test.go" {
			return err
		}
		for pattern, better := range foreign {
			for _, at := range pattern.FindAllIndex(text, -1) {
				line := 1 + strings.Count(string(text[:at[0]]), "\n")
				assert.Failf(t, "foreign", "%s:%d: %q: write %q", path, line, text[at[0]:at[1]], better)
			}
		}
		return nil
	}))
}
