// Command bench runs the benchmarks of integration/bench and writes the results to integration/bench/results: a table
// of ratios with their goals (ratios.md), a plot of them (ratios.svg) and the raw output (raw.txt), which benchstat
// reads.
//
//	go run ./integration/bench/cmd/bench          # about seven minutes
//	go run ./integration/bench/cmd/bench -long    # about fifty
//
// SQLite is always measured, PostgreSQL and MariaDB if ENTOCC_POSTGRES and ENTOCC_MARIADB are set.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	long := flag.Bool("long", false, "all sizes, more rounds")
	bench := flag.String("bench", "", "only the benchmarks that match")
	dir := flag.String("dir", "integration/bench", "the folder of the benchmarks")
	from := flag.String("from", "", "measure nothing, and write the results from this raw output")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*dir, *bench, *from, *long); err != nil {
		log.Fatal(err)
	}
}

// peers is the folder of the module outside of the workspace that has the benchmarks Peer.
const peers = "peers"

// pass is one run of go test.
type pass struct {
	bench, time string
	rounds      int
}

// passes returns the runs. The short form leaves out the sizes that take long.
func passes(bench string, long bool) []pass {
	switch {
	case bench != "":
		return []pass{{bench, "10ms", 40}}
	case long:
		return []pass{
			{"UpdateOne|DeleteOne|Columns|Exec|Trigger|SetBased|Report$", "200ms", 20},
			{"UpdateBulk", "200ms", 10},
			{"Contention", "1000x", 20},
			{"Peer", "200ms", 20},
			{"Guard", "1s", 1},
			{"Codegen", "1x", 10},
			{"Vet", "1x", 10},
		}
	}
	return []pass{
		{"Guard", "200ms", 1},
		{"UpdateOne", "5ms", 40},
		{"Peer", "5ms", 40},
		{"UpdateBulk/db=.*/rows=(1|10|100|1000)$", "10ms", 8},
		{"DeleteOne", "5ms", 100},
		{"Exec|Trigger|SetBased|Report$", "5ms", 40},
		{"Columns", "5ms", 40},
		{"Contention/db=.*/rows=(1|1000)$/writers=(1|16)$", "300x", 12},
		{"UpdateBulk/db=.*/rows=10000", "1x", 3},
		{"Codegen", "1x", 6},
		{"Vet/types=90", "1x", 3},
	}
}

// measure runs the benchmarks and returns what they print.
func measure(dir, bench string, long bool) ([]byte, error) {
	var raw bytes.Buffer
	out := io.MultiWriter(&raw, os.Stdout)
	for _, p := range passes(bench, long) {
		cmd := exec.Command("go", "test", ".", "-run", "^$", "-bench", p.bench, "-benchtime", p.time, "-timeout", "3h",
			"-args", fmt.Sprint("-rounds=", p.rounds))
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, os.Stderr
		if strings.HasPrefix(p.bench, "Peer") {
			cmd.Dir, cmd.Env = filepath.Join(dir, peers), append(os.Environ(), "GOWORK=off")
		}
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
		}
	}
	return raw.Bytes(), nil
}

// repeated is the number that go test adds to the name of a repeated benchmark. benchstat would take each for a separate benchmark.
var repeated = regexp.MustCompile(`(?m)^(Benchmark\S*?)#\d+`)

func run(dir, bench, from string, long bool) (err error) {
	var raw []byte
	if from != "" {
		raw, err = os.ReadFile(from)
	} else {
		raw, err = measure(dir, bench, long)
	}
	if err != nil {
		return err
	}
	all, err := read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	results := filepath.Join(dir, "results")
	command := "go run ./integration/bench/cmd/bench"
	if long {
		command += " -long"
	}
	if bench != "" {
		command += " -bench '" + bench + "'"
		results = filepath.Join(os.TempDir(), "entocc-bench")
	}
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	rows := ratios(all)
	about := fmt.Sprintf("%s, `%s`, %s", time.Now().UTC().Format("2006-01-02"), command, versions(dir))
	for name, content := range map[string]string{
		"raw.txt": repeated.ReplaceAllString(string(raw), "$1"), "ratios.md": table(about, rows), "ratios.svg": plot(rows),
	} {
		if err := os.WriteFile(filepath.Join(results, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	fmt.Println(table(about, rows))
	return nil
}
