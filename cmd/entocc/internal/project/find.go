package project

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Found is what was found about ent in a module.
type Found struct {
	Clients []*Client
	// Scripts are lines of Makefiles and the like that run ent's own command.
	Scripts []string
	// callers are the files that call entc.Generate.
	callers []string
	module  *Module
}

// Find searches a module.
func (m *Module) Find() (*Found, error) {
	found := &Found{module: m}
	schemas := make(map[string]bool)
	err := m.walk(func(path string) error {
		switch {
		case isScript(path):
			return m.findScript(found, path)
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte("//go:generate ")) {
			if err := m.findLines(found, path, data); err != nil {
				return err
			}
		}
		if callsGenerate(path, data) {
			found.callers = append(found.callers, path)
		}
		if bytes.Contains(data, []byte(`"entgo.io/ent"`)) && bytes.Contains(data, []byte("ent.Schema")) && !bytes.Contains(data, []byte("DO NOT EDIT")) {
			schemas[filepath.Dir(path)] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for dir := range schemas {
		m.addUngenerated(found, dir)
	}
	for _, c := range found.Clients {
		found.adopt(c)
	}
	slices.SortFunc(found.Clients, func(a, b *Client) int { return strings.Compare(a.Target, b.Target) })
	return found, nil
}

func isScript(path string) bool {
	switch name := filepath.Base(path); {
	case name == "Makefile", name == "makefile", name == "justfile", strings.HasPrefix(name, "Taskfile."), name == "magefile.go":
		return true
	default:
		ext := filepath.Ext(name)
		return ext == ".mk" || ext == ".sh" || ext == ".yml" || ext == ".yaml"
	}
}

// findScript notes lines that run ent's command.
func (m *Module) findScript(found *Found, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		words, err := split(strings.TrimSpace(line))
		if err != nil {
			words = strings.Fields(line)
		}
		if _, ok := afterCommand(words); ok {
			found.Scripts = append(found.Scripts, fmt.Sprintf("%s:%d: %s", m.Rel(path), number, strings.TrimSpace(line)))
		}
	}
	return nil
}

// findLines adds the clients that the go:generate lines of a file generate.
func (m *Module) findLines(found *Found, path string, data []byte) error {
	number := 0
	for text := range strings.Lines(string(data)) {
		number++
		line, ok, err := parseLine(strings.TrimRight(text, "\r\n"))
		if err != nil {
			return fmt.Errorf("%s:%d: %w", m.Rel(path), number, err)
		}
		c := &Client{Module: m, Dir: filepath.Dir(path)}
		if !ok {
			if line, ok = m.otherLine(c, text); !ok {
				continue
			}
		}
		line.File, line.Number, c.Generate = path, number, line
		if line.Command {
			c.bySchema(line.Flags.Schema, line.Flags.Target)
		} else if err := c.byEntc(line.Words); err != nil {
			c.Err = fmt.Errorf("%s:%d: %w", m.Rel(path), number, err)
		}
		if c.Entc != "" && slices.ContainsFunc(found.Clients, func(o *Client) bool { return o.Entc == c.Entc && o.Dir == c.Dir }) {
			continue // Two lines run it.
		}
		found.Clients = append(found.Clients, c)
	}
	return nil
}

// bySchema fills in where the schemas and the generated code are, from the arguments of a generator.
func (c *Client) bySchema(schema, target string) {
	if inside, ok := strings.CutPrefix(schema, c.Module.Path+"/"); ok { // An import path.
		if rel, err := filepath.Rel(c.Dir, filepath.Join(c.Module.Dir, inside)); err == nil {
			schema = filepath.ToSlash(rel)
		}
	} else if !strings.HasPrefix(schema, ".") {
		if _, err := os.Stat(filepath.Join(c.Dir, schema)); err != nil {
			c.Outside = schema
		}
	}
	c.Schema = schema
	c.Target = filepath.Dir(c.SchemaDir())
	if target != "" {
		c.Target = filepath.Join(c.Dir, target)
	}
}

// byEntc fills in what entc.go, or another file with the same purpose, says. If that is not understood, the folder of
// the schemas is guessed.
func (c *Client) byEntc(words []string) error {
	for _, w := range words {
		if c.Entc == "" && strings.HasSuffix(w, "entc.go") {
			c.Entc = filepath.Join(c.Dir, w)
		}
	}
	c.bySchema("./schema", "")
	if !exists(c.Entc) {
		return fmt.Errorf("it runs %s, which is not there", filepath.Base(c.Entc))
	}
	e, err := ReadEntc(c.Entc)
	if err != nil {
		return err
	}
	c.Outside = ""
	c.bySchema(e.Schema, e.Target)
	return nil
}

// addUngenerated adds the client for a folder of schemas that no go:generate line generates.
func (m *Module) addUngenerated(found *Found, schemas string) {
	for _, c := range found.Clients {
		if c.SchemaDir() == schemas {
			return
		}
	}
	target := filepath.Dir(schemas)
	c := &Client{Module: m, Dir: target, Target: target, Schema: "./" + filepath.Base(schemas)}
	if !c.WasGenerated() {
		return // A mixin, or a schema that others embed.
	}
	if path := filepath.Join(target, "entc.go"); exists(path) {
		if e, err := ReadEntc(path); err == nil && e.Schema != "" {
			c.Entc = path
		}
	}
	found.Clients = append(found.Clients, c)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
