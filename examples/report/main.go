// Command report adopts versions in a program that has none. First it reports each write that would be refused, with
// its line in the program, and lets it through as before. Then it enforces one type after the other.
//
//	go run ./examples/report
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/hook"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "Report everything:")
	tally := new(hook.Tally)
	if err := work(ctx, hook.Report(tally.Report)); err != nil {
		return err
	}
	list(out, tally)

	fmt.Fprintln(out, "Report accounts, enforce users:")
	tally = new(hook.Tally)
	err := work(ctx, hook.Report(tally.Report, hook.ReportTypes(ent.TypeAccount)))
	fmt.Fprintf(out, "  %v\n", err)
	list(out, tally)
	return nil
}

// list prints what was reported, by line.
func list(out io.Writer, tally *hook.Tally) {
	reported := tally.Reported()
	places := slices.SortedFunc(maps.Keys(reported), func(a, b hook.Place) int { return cmp.Compare(a.Line, b.Line) })
	for _, p := range places {
		op := strings.TrimPrefix(p.Op.String(), "Op")
		fmt.Fprintf(out, "  %d× %s %s of %s at %s:%d\n", reported[p], p.Kind, op, p.Type, filepath.Base(p.File), p.Line)
	}
}
