// Package project finds what a Go module has of ent: its generated clients, their schemas, and their generators.
package project

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is a Go module.
type Module struct {
	Dir, Path string
	// Workspace is the go.work in force, or empty.
	Workspace string
	// Vendored is true if the module has a vendor folder.
	Vendored bool
}

// OpenModule returns the module of a folder.
func OpenModule(ctx context.Context, dir string) (*Module, error) {
	out, err := Go(ctx, dir, "env", "-json", "GOMOD", "GOWORK")
	if err != nil {
		return nil, err
	}
	var env struct{ GOMOD, GOWORK string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, err
	}
	if env.GOMOD == "" || env.GOMOD == os.DevNull {
		return nil, fmt.Errorf("%s is in no Go module: run entocc where go.mod is, or below", dir)
	}
	m := &Module{Dir: filepath.Dir(env.GOMOD)}
	if env.GOWORK != "off" {
		m.Workspace = env.GOWORK
	}
	data, err := os.ReadFile(env.GOMOD)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			m.Path = strings.Trim(strings.TrimSpace(path), `"`)
			break
		}
	}
	_, err = os.Stat(filepath.Join(m.Dir, "vendor", "modules.txt"))
	m.Vendored = err == nil
	return m, nil
}

// Client is a generated client: ent.
type Client struct {
	Module *Module
	// Dir is the folder in which go generate runs, and which contains entc.go: usually ent.
	Dir string
	// Target is the folder of the generated code.
	Target string
	// Schema is the path of the schemas as passed to the generator, from Dir.
	Schema string
	// Generate is the line that generates the client; nil if none was found.
	Generate *Line
	// Entc is the path of entc.go, or of another file with the same purpose; empty if there is none.
	Entc string
	// Err says why the client's generator is not understood.
	Err error
	// Outside is the package of the schemas, if it is not a folder of this module.
	Outside string
}

// SchemaDir is the folder of the schemas.
func (c *Client) SchemaDir() string { return filepath.Join(c.Dir, filepath.FromSlash(c.Schema)) }

// HasSchemas reports whether the folder of the schemas exists.
func (c *Client) HasSchemas() bool { return exists(c.SchemaDir()) }

// HasEntc reports whether entc.go, or another file with the same purpose, exists.
func (c *Client) HasEntc() bool { return exists(c.Entc) }

// Package is the import path of the generated code.
func (c *Client) Package() string {
	rel, err := filepath.Rel(c.Module.Dir, c.Target)
	if err != nil || rel == "." {
		return c.Module.Path
	}
	return c.Module.Path + "/" + filepath.ToSlash(rel)
}

// Rel is a path for people to read: relative to the module's folder.
func (m *Module) Rel(path string) string {
	rel, err := filepath.Rel(m.Dir, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rel)
}

// walk calls fn for each file of the module, except files that are vendored, hidden, in testdata or in another module.
func (m *Module) walk(fn func(path string) error) error {
	return filepath.WalkDir(m.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() {
			return fn(path)
		}
		if path == m.Dir {
			return nil
		}
		switch name := d.Name(); {
		case name == "vendor", name == "testdata", name == "node_modules", strings.HasPrefix(name, "_"):
			return fs.SkipDir
		case strings.HasPrefix(name, ".") && name != ".github":
			return fs.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
			return fs.SkipDir
		}
		return nil
	})
}

// Dirty returns the module's changes that are not committed to git; empty outside of git.
func (m *Module) Dirty(ctx context.Context) string {
	cmd := exec.CommandContext(ctx, "git", "status", "--porcelain", "--", ".")
	cmd.Dir = m.Dir
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// Go runs the go command in a folder, and returns its output. Its error includes what it wrote to stderr.
func Go(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go %s in %s:\n%s", strings.Join(args, " "), dir, strings.TrimSpace(errs.String()+string(out)))
	}
	return out, err
}
