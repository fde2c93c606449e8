package entc

import (
	"fmt"
	"strings"

	"entgo.io/ent/entc/gen"
)

// setTouches resolves the mixins' Touch options, when the versions of all types are known.
func (p *plan) setTouches(g *gen.Graph) error {
	for _, n := range g.Nodes {
		v := p.versions[n.Name]
		if v == nil || len(v.said.Touch) == 0 {
			continue
		}
		for _, name := range v.said.Touch {
			e, err := p.touchedEdge(v, name)
			if err != nil {
				return err
			}
			v.Touch = append(v.Touch, e)
			v.Row, p.versions[e.Type.Name].Row = true, true
		}
	}
	return nil
}

// touchedEdge returns the edge to a parent, or an error that says why a change can't bump what it leads to.
func (p *plan) touchedEdge(v *typeVersion, name string) (*gen.Edge, error) {
	n := v.Type
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("entocc: Touch of mixin.%s in %s names %q, "+format, append([]any{v.said.Mixin, n.Name, name}, args...)...)
	}
	var e *gen.Edge
	for _, edge := range n.Edges {
		if edge.Name == name {
			e = edge
		}
	}
	switch {
	case e == nil && len(n.Edges) == 0:
		return nil, refuse("but %s has no edges: add the one that leads to the parent", n.Name)
	case e == nil:
		return nil, refuse("which is not one of its edges: %s", edgeNames(n))
	}
	schemas, _ := n.FeatureEnabled(gen.FeatureSchemaConfig.Name)
	switch {
	case !e.OwnFK() || e.Bidi:
		return nil, refuse("whose foreign key is not a column of %s: Touch belongs to the schema that has the key, as that of %s", n.Name, e.Type.Name)
	case p.versions[e.Type.Name] == nil:
		return nil, refuse("which leads to %s, a type without a version: give it a mixin of entocc, or leave the edge out", e.Type.Name)
	case !n.HasOneFieldID():
		return nil, refuse("but %s has a composite ID, and Touch does not support that yet: give it an ID of one field, or touch in a hook", n.Name)
	case n.ID.HasValueScanner() || e.Type.ID.HasValueScanner():
		return nil, refuse("but IDs with an external ValueScanner can't be read for it: give the ID's Go type methods Scan and Value")
	case schemas:
		return nil, refuse("which does not work with the feature %s yet: leave one out", gen.FeatureSchemaConfig.Name)
	}
	for _, touched := range v.Touch {
		if touched == e {
			return nil, refuse("and does so twice: name it once")
		}
	}
	return e, nil
}

// edgeNames lists the edges of a type, for messages.
func edgeNames(n *gen.Type) string {
	names := make([]string, len(n.Edges))
	for i, e := range n.Edges {
		names[i] = e.Name
	}
	return strings.Join(names, ", ")
}

// setTouch notes what the mixin says.

// touches reports whether any type touches another.
func (p *plan) touches() bool {
	for _, v := range p.versions {
		if len(v.Touch) > 0 {
			return true
		}
	}
	return false
}
