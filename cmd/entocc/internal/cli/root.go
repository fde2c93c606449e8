// Package cli is the command line of entocc.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// The exit codes.
const (
	exitOK     = 0
	exitFound  = 1
	exitFailed = 2
)

// errFound ends a command that did its work, and found something.
var errFound = errors.New("something was found")

// Streams are where a command writes: results to Out, everything else to Err.
type Streams struct{ Out, Err io.Writer }

// app is what the commands share.
type app struct {
	Streams
	json bool
	dir  string
}

// Run runs the command line, and returns the exit code.
func Run(ctx context.Context, args []string, streams Streams) int {
	a := &app{Streams: streams}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(streams.Out)
	root.SetErr(streams.Err)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFound
	}
	if a.json {
		a.printJSON(map[string]string{"error": err.Error()})
	} else {
		fmt.Fprintf(a.Err, "%s %v\n", a.paint(red, "entocc:"), err)
	}
	return exitFailed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "entocc",
		Short: "Optimistic concurrency control for ent: adopt it, and keep it",
		Long: `entocc adds versions to a project on ent, and finds code that loses updates.

Exit codes: 0 all is well, 1 something was found, 2 the command could not do its work and changed nothing.`,
		Version:       programVersion(),
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if info, err := os.Stat(a.dir); err != nil || !info.IsDir() {
				return fmt.Errorf("%s is no folder", a.dir)
			}
			return nil
		},
	}
	root.PersistentFlags().BoolVar(&a.json, "json", false, "write the result as JSON")
	root.PersistentFlags().StringVarP(&a.dir, "dir", "C", ".", "run in this folder")
	root.AddCommand(a.initCommand(), a.vetCommand(), a.checkCommand(), a.sqlCommand(), a.triggersCommand())
	return root
}

func (a *app) printJSON(v any) {
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
}

// Colors for a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint colors a text, on a terminal and without NO_COLOR (no-color.org).
func (a *app) paint(color, text string) string {
	f, ok := a.Out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !term.IsTerminal(int(f.Fd())) {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
