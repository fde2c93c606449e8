package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Changes are new texts of files that are not written yet.
type Changes struct {
	root  string
	files map[string][]byte
}

// NewChanges returns an empty set of changes to the files of a folder.
func NewChanges(root string) *Changes { return &Changes{root, make(map[string][]byte)} }

// Set notes the new text of a file.
func (c *Changes) Set(path string, text []byte) {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		delete(c.files, path)
		return
	}
	c.files[path] = text
}

// Read returns a file with its pending changes.
func (c *Changes) Read(path string) ([]byte, error) {
	if text, ok := c.files[path]; ok {
		return text, nil
	}
	return os.ReadFile(path)
}

// Empty reports whether nothing changes.
func (c *Changes) Empty() bool { return len(c.files) == 0 }

// Diff is a unified diff of all files.
func (c *Changes) Diff() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(c.files)) {
		old, err := os.ReadFile(path)
		name := path
		if rel, relErr := filepath.Rel(c.root, path); relErr == nil {
			name = filepath.ToSlash(rel)
		}
		from := "a/" + name
		if err != nil {
			from = "/dev/null"
		}
		b.WriteString(unified(from, "b/"+name, unix(old), unix(c.files[path])))
	}
	return b.String()
}

func unix(text []byte) string { return strings.ReplaceAll(string(text), "\r\n", "\n") }

// Writable returns an error for each file whose permissions make it read-only, even for root. It checks the files that
// change, go.mod and go.sum, and everything in the folder of generated code.
func (c *Changes) Writable(generated, module string) error {
	paths := append(slices.Sorted(maps.Keys(c.files)), filepath.Join(module, "go.mod"), filepath.Join(module, "go.sum"))
	errs := []error{eachFile(generated, func(path string) error {
		paths = append(paths, path)
		return nil
	})}
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		errs = append(errs, writable(path))
	}
	return errors.Join(errs...)
}

// writable returns an error if a file is read-only or, if it does not exist, the folder that it would be in.
func writable(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		path = filepath.Dir(path)
		info, err = os.Stat(path)
	}
	switch {
	case err != nil:
		return err
	case info.Mode().Perm()&0o200 == 0:
		return fmt.Errorf("%s is read-only: nothing was changed", path)
	}
	return nil
}

// Write writes all changes. The returned function restores the files, the whole folder of generated code, and go.mod
// and go.sum.
func (c *Changes) Write(generated, module string) (undo func() error, err error) {
	before := make(map[string][]byte)
	keep := func(path string) error {
		text, err := os.ReadFile(path)
		if err == nil {
			before[path] = text
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	paths := append(slices.Sorted(maps.Keys(c.files)), filepath.Join(module, "go.mod"), filepath.Join(module, "go.sum"))
	for _, path := range paths {
		if err := keep(path); err != nil {
			return nil, err
		}
	}
	if err := eachFile(generated, keep); err != nil {
		return nil, err
	}
	undo = func() error { return restore(before, paths, generated) }
	for path, text := range c.files {
		perm := fs.FileMode(0o644)
		if info, err := os.Stat(path); err == nil {
			perm = info.Mode().Perm()
		}
		if err := os.WriteFile(path, text, perm); err != nil {
			return nil, errors.Join(err, undo())
		}
	}
	return undo, nil
}

// eachFile calls fn for each file of a folder, if it exists.
func eachFile(dir string, fn func(path string) error) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return fn(path)
	})
	if errors.Is(err, fs.ErrNotExist) { // Nothing was generated yet.
		return nil
	}
	return err
}

// restore restores files, and removes those that are new.
func restore(before map[string][]byte, paths []string, generated string) error {
	var errs []error
	errs = append(errs, eachFile(generated, func(path string) error {
		paths = append(paths, path)
		return nil
	}))
	for _, path := range paths {
		if _, ok := before[path]; !ok {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
			for dir := filepath.Dir(path); os.Remove(dir) == nil; dir = filepath.Dir(dir) { // It fails unless it is empty.
			}
		}
	}
	for path, text := range before {
		if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, text) {
			continue
		}
		errs = append(errs, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644))
	}
	return errors.Join(errs...)
}

// unified is the unified diff of two texts, by lines.
func unified(from, to, old, text string) string {
	diff, err := udiff.ToUnified(from, to, old, udiff.Lines(old, text), udiff.DefaultContextLines)
	if err != nil {
		return fmt.Sprintf("--- %s\n+++ %s\n(%v)\n", from, to, err)
	}
	return diff
}
