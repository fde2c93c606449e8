package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// test is a compiled test and how it is run.
type test struct {
	name, binary, dir, run string
	// waits says that the test mostly waits for a server.
	waits  bool
	killed int
	// groups are the names of the subtests to which a run can be limited, with the mutants that each reaches. There are
	// none if run has no place for them.
	groups []group
	// limit is the time after which a run counts as having noticed the mutant.
	limit time.Duration
}

// group is a part of a test.
type group struct {
	name    string
	reaches map[int]bool
	takes   time.Duration
}

// part is a run of some groups, and the time after which it counts as having noticed.
type part struct {
	run   string
	limit time.Duration
}

// quick is the limit for groups that see a mutant first. Slow ones, which wait for a lock timeout or write for a while, come later.
const quick = time.Second

// slack is how many times as long a run may take as without a mutant, because the machine may have other work.
const slack = 8

// suites are the tests, the fastest first: a change that one notices is not shown to the next. A run that ends with a
// slash has subtests in groups. With an empty run each test is a group. env names the server that a test needs.
var suites = []struct{ name, pkg, run, env string }{
	{"unit tests of version", "./internal/version", ".", ""},
	{"unit tests of verify", "./internal/verify", ".", ""},
	{"unit tests of touch", "./internal/touch", ".", ""},
	{"unit tests of write", "./internal/write", ".", ""},
	{"unit tests of session", "./internal/session", ".", ""},
	{"unit tests of hook", "./hook", ".", ""},
	{"scenarios on SQLite", "./internal/suite", "TestSQLite$/", ""},
	{"unit tests of batch", "./internal/batch", "", ""},
	{"clients without the extension on SQLite", "./internal/suite", "TestSQLite_WithoutTheExtension$/", ""},
	{"tests of the root", ".", ".", ""},
	{"tests of the triggers", "./trigger", ".", ""},
	{"tests of occhttp", "./occhttp", ".", ""},
	{"tests of occtest", "./occtest", ".", ""},
	{"rows without a version on SQLite", "./integration/values", "./^SQLite", ""},
	{"model on SQLite", "./integration/model", ".", ""},
	{"integers of every kind", "./integration/integers", "", "ENTOCC_GALERA"},
	{"scenarios on MariaDB", "./integration/databases", "TestScenarios$/^MariaDB,_REPEATABLE_READ$/", "ENTOCC_MARIADB"},
	{"scenarios on PostgreSQL", "./integration/databases", "TestScenarios$/^PostgreSQL,_pgx,_READ_COMMITTED$/", "ENTOCC_POSTGRES"},
	{"system versions on PostgreSQL", "./integration/system", "", "ENTOCC_POSTGRES"},
	{"guards by values", "./integration/values", "", "ENTOCC_GALERA"},
	{"all other tests of the databases", "./integration/databases", "", "ENTOCC_GALERA"},
}

// compile compiles, with all mutants, the tests that have a word of sets in their names.
func compile(ctx context.Context, tmp, overlay, sets string) ([]*test, error) {
	var tests []*test
	binaries := make(map[string]string)
	for _, s := range suites {
		if !slices.ContainsFunc(strings.Split(sets, ","), func(word string) bool { return strings.Contains(s.name, word) }) {
			continue
		}
		if s.env != "" && os.Getenv(s.env) == "" {
			log.Printf("%s: left out, as %s is not set", s.name, s.env)
			continue
		}
		if binaries[s.pkg] == "" {
			binary := filepath.Join(tmp, filepath.Base(s.pkg)+".test")
			log.Printf("compiling %s", s.pkg)
			out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, s.pkg).CombinedOutput()
			if err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", s.pkg, err, out)
			}
			binaries[s.pkg] = binary
		}
		tests = append(tests, &test{name: s.name, binary: binaries[s.pkg], dir: s.pkg, run: s.run, waits: s.env != ""})
	}
	return tests, nil
}

// examine shows a test the mutants that no test has noticed yet, several at a time. Mutants that are not shown because
// ctx ended are not in the score.
func (t *test) examine(ctx context.Context, mutants []mutant, limit time.Duration, parallel int) error {
	if err := t.prepare(ctx, limit); err != nil {
		return err
	}
	reached, err := t.reach(ctx, t.run)
	if err != nil {
		return err
	}
	var (
		wg   sync.WaitGroup
		work = make(chan int)
	)
	if t.waits {
		parallel *= 2
	}
	for range parallel {
		wg.Go(func() {
			for n := range work {
				for _, p := range t.partsFor(n, limit) {
					if mutants[n-1].verdict == "" {
						mutants[n-1].verdict = t.verdict(ctx, p, "ENTOCC_MUTANT="+strconv.Itoa(n))
					}
				}
			}
		})
	}
	shown := make([]int, 0, len(reached))
	for n := range reached {
		mutants[n-1].reached = true
		if mutants[n-1].verdict == "" {
			shown = append(shown, n)
		}
	}
	slices.Sort(shown)
	for i, n := range shown {
		if ctx.Err() != nil {
			break
		}
		if i%50 == 0 {
			log.Printf("%s: %d of %d", t.name, i, len(shown))
		}
		work <- n
	}
	close(work)
	wg.Wait()
	for _, n := range shown {
		if mutants[n-1].verdict != "" {
			t.killed++
		}
	}
	return ctx.Err()
}

// prepare runs the test once, to learn how long it takes, its groups, and what they reach. It must pass.
func (t *test) prepare(ctx context.Context, limit time.Duration) error {
	t.limit = 10 * limit
	began := time.Now()
	cmd := exec.CommandContext(ctx, t.binary, "-test.run", t.run, "-test.skip", scenarios(t.run), "-test.v")
	cmd.Dir = t.dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s without a mutant: %w", t.name, err)
	}
	t.limit = max(limit, slack*time.Since(began))
	if t.run != "" && !strings.HasSuffix(t.run, "/") {
		return nil
	}
	depth := strings.Count(t.run, "/")
	var names []string
	for line := range strings.Lines(string(out)) {
		path, ok := strings.CutPrefix(strings.TrimSpace(line), "=== RUN ")
		if parts := strings.Split(strings.TrimSpace(path), "/"); ok && len(parts) > depth && !slices.Contains(names, parts[depth]) {
			names = append(names, parts[depth])
		}
	}
	for _, name := range names {
		began := time.Now()
		reaches, err := t.reach(ctx, t.run+"^"+regexp.QuoteMeta(name)+"$")
		if err != nil {
			return err
		}
		t.groups = append(t.groups, group{name, reaches, time.Since(began)})
	}
	return nil
}

// scenarios returns what a run leaves out: the shared suite on every database, which has its own runs.
func scenarios(run string) string {
	if run != "" {
		return ""
	}
	return "^TestScenarios"
}

// partsFor returns the runs of the groups that reach a mutant, the quick ones first. A mutant that no single group reaches is shown to all.
func (t *test) partsFor(n int, limit time.Duration) []part {
	var parts []part
	for _, slow := range []bool{false, true} {
		var names []string
		var takes time.Duration
		for _, g := range t.groups {
			if g.reaches[n] && (g.takes > quick) == slow {
				names = append(names, regexp.QuoteMeta(g.name))
				takes += g.takes
			}
		}
		if len(names) > 0 {
			parts = append(parts, part{t.run + "^(" + strings.Join(names, "|") + ")$", max(limit, slack*takes)})
		}
	}
	if len(parts) == 0 {
		return []part{{t.run, t.limit}}
	}
	return parts
}

// reach runs the test with no mutant on, to record which mutants it reaches. It must pass.
func (t *test) reach(ctx context.Context, run string) (map[int]bool, error) {
	path := t.binary + ".reached"
	defer os.Remove(path)
	if verdict := t.verdict(ctx, part{run, t.limit}, "ENTOCC_MUTANTS_REACHED="+path); verdict != "" {
		return nil, fmt.Errorf("%s: %s without a mutant", t.name, verdict)
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	reached := make(map[int]bool)
	for s := bufio.NewScanner(f); s.Scan(); {
		n, err := strconv.Atoi(s.Text())
		if err != nil {
			return nil, err
		}
		reached[n] = true
	}
	return reached, nil
}

// verdict runs the test once. It is empty if the test passes.
func (t *test) verdict(ctx context.Context, p part, env string) string {
	timed, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	cmd := exec.CommandContext(timed, t.binary, "-test.run", p.run, "-test.skip", scenarios(t.run), "-test.failfast")
	cmd.Dir, cmd.Env = t.dir, append(os.Environ(), env)
	err := cmd.Run()
	switch {
	case err == nil || ctx.Err() != nil:
		return ""
	case timed.Err() != nil:
		return late
	default:
		return killed
	}
}
