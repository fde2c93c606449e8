// Command adoption takes a small service on plain ent to one that loses no update, by the entocc command. The service in
// testdata/plain writes as people do: by ID, set-based and by entity; with a base mixin, a field called version that is
// something else, and ent's own command with flags. Its tests pass, and it loses two updates.
//
//	go run ./examples/adoption
//
// It works on a copy in a temporary folder. testdata/enforced has the final files, with what was done by hand: compare
// them with testdata/plain.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() {
	dir, err := os.MkdirTemp("", "entocc-adoption")
	if err != nil {
		log.Fatal(err)
	}
	err = run(context.Background(), os.Stdout, dir)
	_ = os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// road takes a project from plain ent to entocc.
type road struct {
	ctx               context.Context
	out               io.Writer
	project, checkout string
	entocc            string // the command
}

// run adopts entocc in a copy of the service, in a folder.
func run(ctx context.Context, out io.Writer, dir string) error {
	_, self, _, _ := runtime.Caller(0)
	checkout := filepath.Join(filepath.Dir(self), "..", "..")
	r := &road{ctx, out, filepath.Join(dir, "desk"), checkout, filepath.Join(dir, "entocc")}
	for _, step := range []func() error{r.plain, r.initialize, r.report, r.fix, r.enforce} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// plain makes the project as it was: it generates, its tests pass, and two tests show what it loses.
func (r *road) plain() error {
	r.tell("1. The service on plain ent")
	if _, err := command(r.ctx, filepath.Join(r.checkout, "cmd", "entocc"), "go", "build", "-o", r.entocc, "."); err != nil {
		return err
	}
	if err := r.copy("plain"); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"go", "mod", "edit", "-replace", "github.com/entocc/entocc=" + r.checkout},
		{"go", "generate", "./ent"},
		{"go", "mod", "tidy"},
		{"git", "init", "--quiet"},
	} {
		if _, err := command(r.ctx, r.project, args[0], args[1:]...); err != nil {
			return err
		}
	}
	if err := r.commit("plain ent"); err != nil {
		return err
	}
	_, err := r.test()
	return err
}

// initialize adds the versions.
func (r *road) initialize() error {
	r.tell("2. entocc init: the mixin, the extension, the import of ent/runtime")
	said, err := command(r.ctx, r.project, r.entocc, "init")
	if err != nil {
		return err
	}
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "  version:") {
			fmt.Fprint(r.out, line)
		}
	}
	if err := r.commit("entocc init"); err != nil {
		return err
	}
	_, err = r.test()
	return err
}

// report lets one run of the tests report what would be refused, before anything is.
func (r *road) report() error {
	r.tell("3. hook.Report: everything goes through as before, and is reported")
	if err := r.copy("reporting"); err != nil {
		return err
	}
	said, err := r.test("-v")
	if err != nil {
		return err
	}
	var places []string
	for line := range strings.Lines(said) {
		if place, ok := strings.CutPrefix(strings.TrimSpace(line), "reported: "); ok {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	fmt.Fprintf(r.out, "  %d calls would be refused:\n", len(places))
	for _, place := range places {
		fmt.Fprintf(r.out, "    %s\n", place)
	}
	_, err = command(r.ctx, r.project, "git", "checkout", "--quiet", "open_test.go")
	return err
}

// fix makes the safe fixes.
func (r *road) fix() error {
	r.tell("4. entocc vet --fix: writes by the ID of a loaded entity become writes of the entity")
	before, err := r.vet()
	if err != nil {
		return err
	}
	after, err := r.vet("--fix")
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "  %d findings, %d of them fixed; left:\n", len(before), len(before)-len(after))
	for _, line := range after {
		place, rest, _ := strings.Cut(line, ": occ")
		name, _, _ := strings.Cut(rest, ":")
		fmt.Fprintf(r.out, "    %s: occ%s\n", place, name)
	}
	if err := r.commit("entocc vet --fix"); err != nil {
		return err
	}
	_, err = r.test()
	return err
}

// enforce makes the changes that need a decision: IgnoreVersion if the last writer may win, the client's version elsewhere.
func (r *road) enforce() error {
	r.tell("5. By hand: IgnoreVersion where overwriting is meant, If-Match in the handler")
	if err := r.copy("enforced"); err != nil {
		return err
	}
	left, err := r.vet()
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "  %d findings\n", len(left))
	if _, err := command(r.ctx, r.project, r.entocc, "check", "--all"); err != nil {
		return err
	}
	_, err = r.test()
	return err
}

// vet returns the findings of entocc vet, a line each. The exit code is 1 if there are any.
func (r *road) vet(args ...string) ([]string, error) {
	said, err := command(r.ctx, r.project, r.entocc, append([]string{"vet"}, args...)...)
	if err != nil && exitCode(err) != 1 {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(said) {
		if strings.Contains(line, ": occ") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines, nil
}

// test runs the tests of the service, prints which ones fail, and returns their output.
func (r *road) test(flags ...string) (said string, err error) {
	said, err = command(r.ctx, r.project, "go", append([]string{"test", "-count=1", "."}, flags...)...)
	if err == nil {
		fmt.Fprintln(r.out, "  all tests pass")
		return said, nil
	}
	failed := 0
	for line := range strings.Lines(said) {
		if name, ok := strings.CutPrefix(line, "--- FAIL: "); ok {
			name, _, _ = strings.Cut(name, " ")
			fmt.Fprintf(r.out, "  fails: %s\n", name)
			failed++
		}
	}
	if failed == 0 {
		return "", err // It does not compile.
	}
	return said, nil
}

func (r *road) tell(title string) { fmt.Fprintln(r.out, title) }

// copy copies the files of a folder of testdata over the project.
func (r *road) copy(name string) error {
	from := filepath.Join(r.checkout, "examples", "adoption", "testdata", name)
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		to := filepath.Join(r.project, rel)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}

func (r *road) commit(message string) error {
	if _, err := command(r.ctx, r.project, "git", "add", "--all"); err != nil {
		return err
	}
	_, err := command(r.ctx, r.project, "git", "-c", "user.name=desk", "-c", "user.email=desk@example.com", "commit", "--quiet", "--message", message)
	return err
}

// command runs a program outside of any workspace.
func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), &commandError{name + " " + strings.Join(args, " "), string(out), err}
	}
	return string(out), nil
}

// commandError is the error of a program, with its output.
type commandError struct {
	command, said string
	err           error
}

func (e *commandError) Error() string { return fmt.Sprintf("%s: %v\n%s", e.command, e.err, e.said) }

func (e *commandError) Unwrap() error { return e.err }

// exitCode is the exit code of a program that ended with an error, or -1.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}
