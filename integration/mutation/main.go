// Command mutation breaks the rooms that write, guard and explain, one small change at a time, and counts which changes the
// tests notice. What no test notices is listed in survivors.txt, and the score stands in score.md.
//
//	go run ./integration/mutation                 # SQLite, and the servers that ENTOCC_POSTGRES and ENTOCC_MARIADB name
//	go run ./integration/mutation -only internal/verify
//
// All changes are compiled into one program (mutant schemata, Untch, Offutt and Harrold 1993), and the environment
// selects one of them: compiling the generated client for each would take twenty times as long. The checkout is left as it is: the
// compiler sees the changed files through an overlay.
//
// Changes: a comparison, or a condition, is negated; the bound of <, <=, > and >= moves by one; an operand of && and || is
// left out; a call, an assignment or an increment is left out; true and false are swapped where they are returned.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

// rooms are what is changed.
var rooms = []string{"internal/batch", "internal/touch", "internal/verify", "internal/version", "internal/write"}

func main() {
	only := flag.String("only", "", "change this room alone")
	every := flag.Int("every", 1, "show the tests one change of so many")
	limit := flag.Duration("timeout", time.Minute, "after which a run of the tests counts as one that noticed")
	dir := flag.String("dir", "integration/mutation", "where the results are written")
	flag.Parse()
	log.SetFlags(log.Ltime)
	if *only != "" {
		rooms = strings.Split(*only, ",")
	}
	if err := run(*dir, *every, *limit); err != nil {
		log.Fatal(err)
	}
}

func run(dir string, every int, limit time.Duration) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	tmp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	mutants, overlay, err := plant(tmp)
	if err != nil {
		return err
	}
	for i := range mutants {
		if i%every != 0 {
			mutants[i].verdict = unseen
		}
	}
	tests, err := compile(ctx, tmp, overlay)
	if err != nil {
		return err
	}
	for _, t := range tests {
		if err := t.examine(ctx, mutants, limit, runtime.NumCPU()); err != nil && ctx.Err() == nil {
			return err
		}
		if err := write(dir, mutants, tests); err != nil { // What is known so far, for runs that are broken off.
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for i := range mutants {
		if mutants[i].verdict == "" {
			mutants[i].verdict = survived
		}
	}
	fmt.Print(score(mutants, tests))
	return write(dir, mutants, tests)
}
