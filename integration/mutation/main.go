// Command mutation breaks the packages that write, guard and explain, one small change at a time, and counts which
// changes the tests notice. survivors.txt lists what no test notices, and score.md has the score.
//
//	go run ./integration/mutation                 # SQLite, and the servers that ENTOCC_POSTGRES and ENTOCC_MARIADB name
//	go run ./integration/mutation -only internal/verify
//	go run ./integration/mutation -at internal/write/links.go:125 -sets "SQLite,unit tests"
//	go run ./integration/mutation -again
//
// equivalent.txt lists changes that make no difference that a test could see, with the reasons. They are not shown to
// the tests, and the score is given with and without them.
//
// All changes are compiled into one program (mutant schemata, Untch, Offutt and Harrold 1993), and the environment
// selects one of them: compiling the generated client for each would take twenty times as long. The checkout is not
// changed: the compiler sees the changed files through an overlay.
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

// rooms are the packages that are changed.
var rooms = []string{"internal/batch", "internal/touch", "internal/verify", "internal/version", "internal/write"}

// options are the flags.
type options struct {
	only, at, sets string
	again, doubt   bool
	every, from    int
	limit          time.Duration
	parallel       int
	dir            string
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "change only these packages")
	flag.StringVar(&o.at, "at", "", "show only the changes at these places: internal/write/links.go, or internal/write/links.go:125")
	flag.StringVar(&o.sets, "sets", "", "show them only to the tests with one of these words in their names: \"SQLite,unit tests\"")
	flag.BoolVar(&o.again, "again", false, "show only what survivors.txt lists")
	flag.BoolVar(&o.doubt, "doubt", false, "show the changes of equivalent.txt too: one that is noticed is not equivalent")
	flag.IntVar(&o.every, "every", 1, "show one change in this many")
	flag.IntVar(&o.from, "from", 0, "with -every, the first change shown: another number is another sample")
	flag.DurationVar(&o.limit, "timeout", time.Minute, "the time after which a run of the tests counts as having noticed")
	flag.IntVar(&o.parallel, "parallel", runtime.NumCPU(), "how many tests to run at a time; twice as many of those that wait for servers")
	flag.StringVar(&o.dir, "dir", "integration/mutation", "the folder of the results")
	flag.Parse()
	log.SetFlags(log.Ltime)
	if o.only != "" {
		rooms = strings.Split(o.only, ",")
	}
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

// partial reports whether the results are partial, and so are printed but not written.
func (o *options) partial() bool { return o.at != "" || o.sets != "" || o.again }

func run(o options) error {
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
	if err := o.choose(mutants); err != nil {
		return err
	}
	tests, err := compile(ctx, tmp, overlay, o.sets)
	if err != nil {
		return err
	}
	for _, t := range tests {
		if err := t.examine(ctx, mutants, o.limit, o.parallel); err != nil && ctx.Err() == nil {
			return err
		}
		if err := o.write(mutants, tests); err != nil { // What is known so far, for runs that are interrupted.
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
	if o.partial() {
		fmt.Print("\n", survivors(mutants))
	}
	return o.write(mutants, tests)
}

func (o *options) write(mutants []mutant, tests []*test) error {
	if o.partial() {
		return nil
	}
	return write(o.dir, mutants, tests)
}
