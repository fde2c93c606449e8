package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) vetCommand() *cobra.Command {
	var fix, sarif bool
	tests := true
	cmd := &cobra.Command{
		Use:   "vet [packages]",
		Short: "Find code that loses updates, or that will be refused",
		Long: `vet runs the analyzers of entocc by go vet, with its cache, over ./... or the packages named. --fix makes the fixes that
are safe. A comment on the line of a finding, or before it, silences it: //entocc:ignore and the reason. If no client that the
packages use guards a type, vet says so on stderr.

Exit codes: 0 nothing found (or all of it fixed), 1 something found, 2 the packages can't be analyzed.`,
		Example: "  entocc vet ./...\n  entocc vet --fix ./...\n  entocc vet --sarif ./... > entocc.sarif",
		RunE: func(cmd *cobra.Command, patterns []string) error {
			look := func() ([]finding, error) {
				found, err := a.vet(cmd.Context(), patterns)
				return slices.DeleteFunc(found, func(f finding) bool { return !tests && strings.HasSuffix(f.File, "_test.go") }), err
			}
			found, err := look()
			if err == nil && fix {
				found, err = a.fixAll(found, look)
			}
			if err != nil {
				return err
			}
			a.printFindings(found, sarif)
			if len(found) > 0 {
				return errFound
			}
			return a.noteUnguarded(cmd.Context(), patterns)
		},
	}
	cmd.Flags().BoolVar(&fix, "fix", false, "make the fixes that are safe")
	cmd.Flags().BoolVar(&tests, "tests", true, "look at tests too")
	cmd.Flags().BoolVar(&sarif, "sarif", false, "write the findings as SARIF 2.1.0")
	return cmd
}

// finding is what an analyzer reports.
type finding struct {
	Analyzer string `json:"analyzer"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
	Fixable  bool   `json:"fixable"`
	edits    []edit
}

// edit is a replacement of bytes in a file.
type edit struct {
	Filename   string `json:"filename"`
	Start, End int
	New        string `json:"new"`
}

// vet makes go vet run this very program on the packages: go vet compiles what is needed, and caches results.
func (a *app) vet(ctx context.Context, patterns []string) ([]finding, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"vet", "-json", "-vettool=" + self}, patterns...)...)
	cmd.Dir = a.dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs // Go 1.26 writes JSON to stdout, older versions to stderr.
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	found, said, err := parseVet(io.MultiReader(&out, &errs))
	if err != nil {
		return nil, err
	}
	if runErr != nil {
		return nil, fmt.Errorf("go vet can't analyze %s: %w\n%s", strings.Join(patterns, " "), runErr, said)
	}
	return found, nil
}

// parseVet reads the output of go vet -json: a JSON object for each package, between lines of text.
func parseVet(r io.Reader) (found []finding, said string, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, "", err
	}
	var texts, objects bytes.Buffer
	inside := false
	for line := range bytes.Lines(data) {
		inside = inside || bytes.HasPrefix(line, []byte("{"))
		if inside {
			objects.Write(line)
		} else if !bytes.HasPrefix(line, []byte("#")) {
			texts.Write(line)
		}
		inside = inside && !bytes.HasPrefix(line, []byte("}")) && !bytes.Equal(bytes.TrimSpace(line), []byte("{}"))
	}
	for dec := json.NewDecoder(&objects); ; {
		var packages map[string]map[string]json.RawMessage
		if err := dec.Decode(&packages); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, "", fmt.Errorf("the output of go vet: %w", err)
		}
		for _, analyzers := range packages {
			for name, raw := range analyzers {
				if found, err = appendFindings(found, name, raw); err != nil {
					return nil, "", err
				}
			}
		}
	}
	return sorted(found), texts.String(), nil
}

func appendFindings(found []finding, name string, raw json.RawMessage) ([]finding, error) {
	var diagnostics []struct {
		Posn, Message  string
		SuggestedFixes []struct{ Edits []edit } `json:"suggested_fixes"`
	}
	if err := json.Unmarshal(raw, &diagnostics); err != nil {
		return nil, fmt.Errorf("analyzer %s: %s", name, raw)
	}
	for _, d := range diagnostics {
		f := finding{Analyzer: name, Message: d.Message}
		rest, column := cutNumber(d.Posn)
		f.Column = column
		f.File, f.Line = cutNumber(rest)
		if len(d.SuggestedFixes) > 0 {
			f.Fixable, f.edits = true, d.SuggestedFixes[0].Edits
		}
		found = append(found, f)
	}
	return found, nil
}

// cutNumber cuts the last number from a position file:line:column.
func cutNumber(posn string) (rest string, n int) {
	i := strings.LastIndex(posn, ":")
	if i < 0 {
		return posn, 0
	}
	_, _ = fmt.Sscan(posn[i+1:], &n)
	return posn[:i], n
}

// sorted sorts findings, and drops those that go vet reports twice, for a package and for its tests.
func sorted(found []finding) []finding {
	slices.SortFunc(found, func(a, b finding) int {
		return strings.Compare(fmt.Sprintf("%s:%08d:%08d:%s", a.File, a.Line, a.Column, a.Message), fmt.Sprintf("%s:%08d:%08d:%s", b.File, b.Line, b.Column, b.Message))
	})
	return slices.CompactFunc(found, func(a, b finding) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Message == b.Message
	})
}

// fixAll applies the fixes, and analyzes again: remaining findings are reported at their new positions.
func (a *app) fixAll(found []finding, look func() ([]finding, error)) ([]finding, error) {
	changed, err := applyEdits(found)
	if err != nil {
		return nil, err
	}
	if changed == 0 {
		return found, nil
	}
	fmt.Fprintf(a.Err, "fixed %d of %d\n", changed, len(found))
	return look()
}

// applyEdits applies the fixes of findings. If two overlap, the first is applied.
func applyEdits(found []finding) (fixed int, err error) {
	byFile := make(map[string][]edit)
	for _, f := range found {
		if !f.Fixable || overlaps(byFile, f.edits) {
			continue
		}
		for _, e := range f.edits {
			byFile[e.Filename] = append(byFile[e.Filename], e)
		}
		fixed++
	}
	for name, edits := range byFile {
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		slices.SortFunc(edits, func(a, b edit) int { return b.Start - a.Start })
		for _, e := range edits {
			if e.Start < 0 || e.End < e.Start || e.End > len(data) {
				return 0, fmt.Errorf("%s was changed meanwhile", name)
			}
			data = slices.Concat(data[:e.Start], []byte(e.New), data[e.End:])
		}
		if err := os.WriteFile(name, data, info.Mode().Perm()); err != nil {
			return 0, err
		}
	}
	return fixed, nil
}

func overlaps(byFile map[string][]edit, edits []edit) bool {
	for _, e := range edits {
		for _, other := range byFile[e.Filename] {
			if e.Start < other.End && other.Start < e.End {
				return true
			}
		}
	}
	return false
}

func (a *app) printFindings(found []finding, sarif bool) {
	switch {
	case sarif:
		a.printJSON(sarifOf(a.dir, found))
	case a.json:
		if found == nil {
			found = []finding{}
		}
		a.printJSON(found)
	default:
		for _, f := range found {
			hint := ""
			if f.Fixable {
				hint = a.paint(green, " (--fix)")
			}
			fmt.Fprintf(a.Out, "%s:%d:%d: %s: %s%s\n", relative(a.dir, f.File), f.Line, f.Column, a.paint(yellow, f.Analyzer), f.Message, hint)
		}
	}
}

// relative shortens a path to one relative to a folder, if it is inside.
func relative(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(abs, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return path
	}
	return filepath.ToSlash(rel)
}
