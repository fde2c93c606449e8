package touch

import (
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc/internal/version"
)

// Moved returns the edges to parents among the edges of a spec.
func Moved(s *version.Schema, edges []*sqlgraph.EdgeSpec) map[*version.Touch]*sqlgraph.EdgeSpec {
	moved := make(map[*version.Touch]*sqlgraph.EdgeSpec)
	for _, t := range s.Touch {
		for _, e := range edges {
			if InRow(e) && e.Columns[0] == t.Column {
				moved[t] = e
			}
		}
	}
	return moved
}

// ComingTo notes the parents that a spec sets.
func (p *Parents) ComingTo(s *version.Schema, edges []*sqlgraph.EdgeSpec) {
	moved := Moved(s, edges)
	for _, t := range s.Touch {
		if e := moved[t]; e != nil {
			p.Add(t.Parent, e.Target.Nodes[0])
		}
	}
}

// ChildOf returns the parents that a spec sets.
func ChildOf(s *version.Schema, spec *sqlgraph.CreateSpec) Child {
	c := Child{Parents: make([]any, len(s.Touch))}
	moved := Moved(s, spec.Edges)
	for i, t := range s.Touch {
		if e := moved[t]; e != nil {
			c.Parents[i] = e.Target.Nodes[0]
		}
	}
	return c
}

// InRow reports whether the edge's foreign key is a column of this row.
func InRow(e *sqlgraph.EdgeSpec) bool {
	return e.Rel == sqlgraph.M2O || e.Rel == sqlgraph.O2O && (e.Inverse || e.Bidi)
}
