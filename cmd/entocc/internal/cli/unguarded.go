package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// noteUnguarded says so if there was nothing that vet could have found: no client that the packages use guards a type.
func (a *app) noteUnguarded(ctx context.Context, patterns []string) error {
	guarded, err := a.guardsTypes(ctx, patterns)
	if err == nil && !guarded {
		fmt.Fprintln(a.Err, "no schema here uses a mixin of entocc: there is nothing to check. entocc init adds a version")
	}
	return err
}

// guardsTypes reports whether the packages use a generated client that guards a type: one whose code says what the guard
// knows about it.
func (a *app) guardsTypes(ctx context.Context, patterns []string) (bool, error) {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	clients := `{{range .Imports}}{{if eq . "github.com/entocc/entocc/occrun"}}{{$.Dir}}{{"\n"}}{{end}}{{end}}`
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-test", "-f", clients}, patterns...)...)
	cmd.Dir = a.dir
	out, err := cmd.Output()
	if err != nil {
		return false, fmt.Errorf("go list can't tell which client %s use: %w", strings.Join(patterns, " "), err)
	}
	for dir := range strings.Lines(string(out)) {
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(dir), "*.go"))
		if err != nil {
			return false, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return false, err
			}
			if bytes.Contains(text, []byte("&occrun.Schema{")) {
				return true, nil
			}
		}
	}
	return false, nil
}
