package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// carryOut shows the changes, and makes them. If generating or building fails, everything is restored.
func (a *app) carryOut(ctx context.Context, p *plan, opts initOptions) error {
	if p.changes.Empty() {
		a.initResult(p, "", opts)
		return left(p)
	}
	if err := p.changes.Writable(p.client.Target, p.client.Module.Dir); err != nil {
		return err
	}
	diff := p.changes.Diff()
	if !a.json {
		fmt.Fprint(a.Out, a.paintDiff(diff))
	}
	if opts.dryRun {
		a.initResult(p, diff, opts)
		return left(p)
	}
	c := p.client
	undo, err := p.changes.Write(c.Target, c.Module.Dir)
	if err != nil {
		return err
	}
	if err := a.generateAndBuild(ctx, p); err != nil {
		// The context may have ended: what was written is restored anyway.
		if undoErr := errors.Join(undo(), vendor(context.WithoutCancel(ctx), c)); undoErr != nil {
			return fmt.Errorf("%w\nand not everything could be put back: %w", err, undoErr)
		}
		return fmt.Errorf("nothing was changed, as this fails: %w", err)
	}
	a.initResult(p, diff, opts)
	return left(p)
}

func left(p *plan) error {
	if len(p.byHand) > 0 {
		return errFound
	}
	return nil
}

func (a *app) generateAndBuild(ctx context.Context, p *plan) error {
	c := p.client
	a.progress("go get and go mod tidy")
	if err := requires(ctx, c); err != nil {
		return err
	}
	if p.generate {
		a.progress("go generate")
		args := []string{"run", "-mod=mod", "entc.go"}
		switch {
		case c.Generate != nil && !c.Generate.Command && c.Generate.Words[0] == "go":
			args = c.Generate.Words[1:]
		case c.Module.Workspace != "":
			args = []string{"run", "entc.go"}
		}
		if _, err := project.Go(ctx, c.Dir, args...); err != nil {
			return err
		}
		if _, err := project.Go(ctx, c.Module.Dir, "mod", "tidy"); err != nil { // A first client needs new imports.
			return err
		}
		if err := p.versioned(); err != nil {
			return err
		}
	}
	a.progress("go build")
	if err := vendor(ctx, c); err != nil {
		return err
	}
	_, err := project.Go(ctx, c.Module.Dir, "build", "./...")
	return err
}

// versioned checks through ent whether each schema that was given a version now has it: ent may not read the code that
// was changed.
func (p *plan) versioned() error {
	graph, err := p.client.Load()
	if err != nil {
		return err
	}
	for _, t := range graph.Types {
		if t.Version == nil && slices.Contains(p.types, t.Name) {
			return fmt.Errorf("%s has no version though its schema was given one: add mixin.Version{} by hand where ent reads it", t.Name)
		}
	}
	return nil
}

func (a *app) progress(step string) { fmt.Fprintf(a.Err, "%s ..\n", step) }

// initResult says what was done, and what remains.
func (a *app) initResult(p *plan, diff string, opts initOptions) {
	if a.json {
		a.printJSON(map[string]any{"diff": diff, "written": diff != "" && !opts.dryRun, "added": list(p.added), "by_hand": list(p.byHand)})
		return
	}
	switch {
	case diff == "":
		fmt.Fprintln(a.Out, a.paint(green, "Nothing to change."))
	case opts.dryRun:
		fmt.Fprintln(a.Out, "\nNothing was written: --dry-run.")
	default:
		fmt.Fprintln(a.Out, "\n"+a.paint(green, "Done: generated, and it builds."))
	}
	for _, typ := range p.added {
		fmt.Fprintf(a.Out, "  version: %s\n", typ)
	}
	if len(p.byHand) > 0 {
		fmt.Fprintln(a.Out, a.paint(yellow, "\nLeft to do by hand:"))
		for _, text := range p.byHand {
			fmt.Fprintf(a.Out, "  %s\n", text)
		}
	}
	if diff != "" && !opts.dryRun {
		fmt.Fprint(a.Out, "\nNext: add the columns (client.Schema.Create, ent's versioned migrations, or entocc sql), then entocc vet --fix ./... and your tests:\n"+
			"writes by ID that state no version are refused from now on (mixin.Version{AllowBlind: true} lets them through for the time being).\n")
	}
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

func (a *app) paintDiff(diff string) string {
	var b strings.Builder
	for line := range strings.Lines(diff) {
		text := strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(text, "+"):
			text = a.paint(green, text)
		case strings.HasPrefix(text, "-"):
			text = a.paint(red, text)
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}
