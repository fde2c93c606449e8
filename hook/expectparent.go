package hook

import (
	"context"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
)

// parentVersion is the version that a write of a child expects of a parent.
type parentVersion struct {
	edge    string
	version any
}

// checkParents compares and locks the parents of a child of which the write expects a version. Nobody changes them from
// then on, until the write has bumped them. A conflict has no operation, as it is not about the child.
func checkParents(ctx context.Context, s *Schema, q dialect.ExecQuerier, d string, expected []parentVersion, c child) error {
	for i, t := range s.Touch {
		for _, e := range expected {
			if e.edge != t.Edge || entocc.CheckSkipped(ctx, t.Parent.Type) {
				continue
			}
			id := c.parents[i]
			if id == nil {
				return s.errorf(0, nil, "a version of its %s was expected, but it has none", t.Edge)
			}
			row := &Verified{
				Schema: t.Parent, ID: id, Table: t.Parent.Row.Table,
				Columns: []string{t.Parent.Row.ID}, Values: []any{id}, Version: e.version,
			}
			if err := row.check(ctx, q, d, exclusive); err != nil {
				return err
			}
		}
	}
	return nil
}
