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
	"strconv"
	"sync"
	"time"
)

// test is a compiled test and how it is run.
type test struct {
	name, binary, dir string
	args              []string
	killed            int
}

// suites are the tests, the fastest first: who is noticed by one is not shown to the next. Env names the server that one needs.
var suites = []struct{ name, pkg, run, env string }{
	{"unit tests of version", "./internal/version", ".", ""},
	{"scenarios on SQLite", "./internal/suite", "TestSQLite$", ""},
	{"unit tests of batch", "./internal/batch", ".", ""},
	{"unit tests of verify", "./internal/verify", ".", ""},
	{"unit tests of write", "./internal/write", ".", ""},
	{"model on SQLite", "./integration/model", ".", ""},
	{"scenarios on MariaDB", "./integration/databases", "TestScenarios$/^MariaDB,_REPEATABLE_READ$", "ENTOCC_MARIADB"},
	{"scenarios on PostgreSQL", "./integration/databases", "TestScenarios$/^PostgreSQL,_pgx,_READ_COMMITTED$", "ENTOCC_POSTGRES"},
	{"system versions on PostgreSQL", "./integration/system", ".", "ENTOCC_POSTGRES"},
}

// compile compiles the tests with all mutants in them.
func compile(ctx context.Context, tmp, overlay string) ([]*test, error) {
	var tests []*test
	binaries := make(map[string]string)
	for _, s := range suites {
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
		tests = append(tests, &test{
			name: s.name, binary: binaries[s.pkg], dir: s.pkg, args: []string{"-test.run", s.run, "-test.failfast"},
		})
	}
	return tests, nil
}

// examine shows a test the mutants that nobody has noticed yet, several at a time.
func (t *test) examine(ctx context.Context, mutants []mutant, limit time.Duration, parallel int) error {
	reached, err := t.reach(ctx, limit)
	if err != nil {
		return err
	}
	var (
		wg   sync.WaitGroup
		work = make(chan int)
	)
	for range parallel {
		wg.Go(func() {
			for n := range work {
				mutants[n-1].verdict = t.verdict(ctx, limit, "ENTOCC_MUTANT="+strconv.Itoa(n))
			}
		})
	}
	shown := make([]int, 0, len(reached))
	for _, n := range reached {
		mutants[n-1].reached = true
		if mutants[n-1].verdict == "" {
			shown = append(shown, n)
		}
	}
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

// reach runs the test without a mutant on: it must pass, and notes which mutants it reaches.
func (t *test) reach(ctx context.Context, limit time.Duration) ([]int, error) {
	path := t.binary + ".reached"
	defer os.Remove(path)
	if verdict := t.verdict(ctx, 5*limit, "ENTOCC_MUTANTS_REACHED="+path); verdict != "" {
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
	var reached []int
	for s := bufio.NewScanner(f); s.Scan(); {
		n, err := strconv.Atoi(s.Text())
		if err != nil {
			return nil, err
		}
		reached = append(reached, n)
	}
	return reached, nil
}

// verdict runs the test once. It is empty where the test passes.
func (t *test) verdict(ctx context.Context, limit time.Duration, env string) string {
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(timed, t.binary, t.args...)
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
