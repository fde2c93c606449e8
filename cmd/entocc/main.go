// Command entocc helps a project on ent to adopt optimistic concurrency control, and to keep it.
//
//	go install github.com/entocc/entocc/cmd/entocc@latest
//
//	entocc init     # adds the mixin, the extension and the runtime import, after showing the diff
//	entocc vet      # finds code that loses updates, or that will be refused; -fix where one fix is safe
//	entocc check    # is everything wired? For CI
//	entocc sql      # the ALTER TABLEs, without a database
//
// Exit codes: 0 all is well, 1 something was found, 2 the command could not do its work and changed nothing.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/entocc/entocc/cmd/entocc/internal/cli"
	"github.com/entocc/entocc/vet/vettool"
)

func main() {
	if vettool.Asked(os.Args[1:]) { // entocc vet makes go vet run this program for each package.
		vettool.Main()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
