package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"golang.org/x/mod/modfile"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
	"github.com/entocc/entocc/cmd/entocc/internal/rewrite"
)

// addGenerator makes the client's generator use the extension.
func (p *plan) addGenerator(_ context.Context) error {
	c := p.client
	if c.Entc != "" {
		return p.editEntc()
	}
	path := filepath.Join(c.Dir, "entc.go")
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s is there already, and is not what generates %s: it is not understood", c.Module.Rel(path), c.Module.Rel(c.Target))
	}
	flags := project.Flags{Schema: c.Schema}
	if c.Generate != nil {
		flags = c.Generate.Flags
	}
	text, err := rewrite.NewEntc(flags, c.Package(), c.BuildFlags())
	if err != nil {
		return err
	}
	p.changes.Set(path, text)
	p.generate = true
	return p.direct()
}

func (p *plan) editEntc() error {
	e, err := project.ReadEntc(p.client.Entc)
	if err != nil || e.Extension {
		return err
	}
	text, err := rewrite.AddExtension(e)
	if err != nil {
		return err
	}
	p.changes.Set(e.Path, text)
	p.generate = true
	return nil
}

// direct makes a go:generate line run entc.go.
func (p *plan) direct() error {
	c := p.client
	command := "go run -mod=mod entc.go"
	if c.Module.Workspace != "" {
		command = "go run entc.go" // -mod=mod is refused in a workspace.
	}
	if c.Generate == nil {
		path := filepath.Join(c.Dir, "generate.go")
		if _, err := os.Stat(path); err == nil {
			p.byHand = append(p.byHand, fmt.Sprintf("%s: add //go:generate %s", c.Module.Rel(path), command))
			return nil
		}
		p.changes.Set(path, []byte("package "+filepath.Base(c.Dir)+"\n\n//go:generate "+command+"\n"))
		return nil
	}
	text, err := rewrite.Directive(c.Generate.File, c.Generate.Number, command)
	if err != nil {
		return err
	}
	p.changes.Set(c.Generate.File, text)
	return nil
}

// requires adds the module to go.mod, in the version of this program, and what its packages need to go.sum.
func requires(ctx context.Context, c *project.Client) error {
	dir := c.Module.Dir
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	file, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return err
	}
	required, replaced := false, false
	for _, r := range file.Require {
		required = required || r.Mod.Path == project.EntoccPath
	}
	for _, r := range file.Replace {
		replaced = replaced || r.Old.Path == project.EntoccPath
	}
	switch {
	case required:
	case replaced:
		_, err = project.Go(ctx, dir, "mod", "edit", "-require="+project.EntoccPath+"@v0.0.0")
	default:
		version := "latest"
		if info, ok := debug.ReadBuildInfo(); ok {
			version = libraryVersion(info)
		}
		_, err = project.Go(ctx, dir, "get", project.EntoccPath+"@"+version)
	}
	if err != nil {
		return err
	}
	if _, err = project.Go(ctx, dir, "mod", "tidy"); err != nil {
		return err
	}
	return vendor(ctx, c)
}

// vendor makes a module's vendor folder match its go.mod.
func vendor(ctx context.Context, c *project.Client) error {
	if !c.Module.Vendored || c.Module.Workspace != "" {
		return nil
	}
	_, err := project.Go(ctx, c.Module.Dir, "mod", "vendor")
	return err
}
