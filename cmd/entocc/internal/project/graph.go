package project

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/entocc/entocc/internal/annotation"
)

// Type is a schema.
type Type struct {
	Name    string
	Node    *gen.Type
	Version *annotation.Version // nil without one of entocc's mixins
	// Why the type can't have a version; empty if it can.
	Unfit string
}

// HasVersion reports whether the rows of the type have a version. Those that mixin.Values guards do not.
func (t *Type) HasVersion() bool {
	return t.Version != nil && t.Version.Kind != annotation.KindValues
}

// Graph are the schemas of a client as ent sees them.
type Graph struct {
	*gen.Graph
	Types []*Type
}

// Load compiles the schemas of a client. For that, ent writes a program into a folder .entc of the working directory,
// and removes it again.
func (c *Client) Load() (*Graph, error) {
	path := c.Schema
	if c.Outside != "" {
		path = c.Outside
	}
	defer inDir(c.Dir)()
	graph, err := entc.LoadGraph(path, &gen.Config{Target: c.Target, Package: c.Package(), BuildFlags: c.BuildFlags()})
	if err != nil {
		return nil, fmt.Errorf("the schemas of %s do not load: %w", c.Module.Rel(c.Dir), err)
	}
	g := &Graph{Graph: graph}
	for _, node := range graph.Nodes {
		t := &Type{Name: node.Name, Node: node}
		if t.Version, err = versionOf(node); err != nil {
			return nil, err
		}
		switch {
		case node.IsView():
			t.Unfit = "it is a view"
		case node.IsEdgeSchema() && len(node.Fields) == 0:
			t.Unfit = "it is an edge schema without fields: with a version, adding an edge that is there becomes an error"
		}
		g.Types = append(g.Types, t)
	}
	return g, nil
}

// BuildFlags are the flags that ent needs to load the schemas: a vendor folder has no code generator.
func (c *Client) BuildFlags() []string {
	if c.Module.Vendored && c.Module.Workspace == "" {
		return []string{"-mod=mod"}
	}
	return nil
}

// inDir changes the working directory until the returned function is called: ent assumes that it is the module's.
func inDir(dir string) func() {
	old, err := os.Getwd()
	if err != nil {
		return func() {}
	}
	_ = os.Chdir(dir)
	return func() { _ = os.Chdir(old) }
}

// versionOf returns the version of a type: from its annotation, or from that of a field.
func versionOf(node *gen.Type) (*annotation.Version, error) {
	annotations := []gen.Annotations{node.Annotations}
	for _, f := range node.Fields {
		annotations = append(annotations, f.Annotations)
	}
	for _, all := range annotations {
		of, ok := all[annotation.Name]
		if !ok {
			continue
		}
		var a annotation.Annotation
		if err := a.Decode(of); err != nil {
			return nil, err
		}
		if len(a.Versions) > 0 {
			return &a.Versions[0], nil
		}
	}
	return nil, nil
}

// FreeName returns a name for the version field that no field or edge of the type has.
func (t *Type) FreeName() string {
	for _, name := range []string{"version", "row_version", "lock_version", "occ_version"} {
		if !t.has(name) {
			return name
		}
	}
	return ""
}

func (t *Type) has(name string) bool {
	same := func(other string) bool {
		return strings.EqualFold(strings.ReplaceAll(other, "_", ""), strings.ReplaceAll(name, "_", ""))
	}
	return slices.ContainsFunc(t.Node.Fields, func(f *gen.Field) bool {
		return same(f.Name) || f.StorageKey() == name
	}) || slices.ContainsFunc(t.Node.Edges, func(e *gen.Edge) bool { return same(e.Name) })
}
