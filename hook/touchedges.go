package hook

import "entgo.io/ent/dialect/sql/sqlgraph"

// moved returns the edges to parents among those of a spec.
func moved(s *Schema, edges []*sqlgraph.EdgeSpec) map[*Touch]*sqlgraph.EdgeSpec {
	moved := make(map[*Touch]*sqlgraph.EdgeSpec)
	for _, t := range s.Touch {
		for _, e := range edges {
			if inRow(e) && e.Columns[0] == t.Column {
				moved[t] = e
			}
		}
	}
	return moved
}

// comingTo notes the parents that a spec sets.
func (p *parents) comingTo(s *Schema, edges []*sqlgraph.EdgeSpec) {
	moved := moved(s, edges)
	for _, t := range s.Touch {
		if e := moved[t]; e != nil && len(e.Target.Nodes) > 0 {
			p.add(t.Parent, e.Target.Nodes[0])
		}
	}
}

// childOf returns the parents that a spec sets.
func childOf(s *Schema, spec *sqlgraph.CreateSpec) child {
	c := child{parents: make([]any, len(s.Touch))}
	moved := moved(s, spec.Edges)
	for i, t := range s.Touch {
		if e := moved[t]; e != nil && len(e.Target.Nodes) > 0 {
			c.parents[i] = e.Target.Nodes[0]
		}
	}
	return c
}

// inRow reports whether the edge's foreign key is a column of this row.
func inRow(e *sqlgraph.EdgeSpec) bool {
	return e.Rel == sqlgraph.M2O || e.Rel == sqlgraph.O2O && (e.Inverse || e.Bidi)
}
