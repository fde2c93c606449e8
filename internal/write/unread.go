package write

import "entgo.io/ent/dialect/sql/sqlgraph"

// Unread notes whether the save is one whose row nobody looks at: an Exec, of a builder that has no hooks but the guard. Of
// the row only the key and the version come back then, which tell that a trigger has not kept the write.
func (e *Expectation) Unread(unread bool) { e.unread = unread }

// columns has the save read the version at least.
func (e *Expectation) columns(spec *sqlgraph.UpdateSpec, version string) {
	switch {
	case len(spec.Node.Columns) == 0:
	case e.unread:
		spec.Node.Columns = make([]string, 0, len(spec.Node.CompositeID)+2)
		if spec.Node.ID != nil {
			spec.Node.Columns = append(spec.Node.Columns, spec.Node.ID.Column)
		}
		for _, id := range spec.Node.CompositeID {
			spec.Node.Columns = append(spec.Node.Columns, id.Column)
		}
		spec.Node.Columns = append(spec.Node.Columns, version)
	default:
		spec.Node.AddColumnOnce(version)
	}
}
