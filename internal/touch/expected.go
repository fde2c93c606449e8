package touch

import (
	"context"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/verify"
	"github.com/entocc/entocc/internal/version"
)

// ParentVersion is the version that a write of a child expects of a parent.
type ParentVersion struct {
	Edge    string
	Version any
}

// CheckParents compares and locks the parents of a child for which the write expects a version. Nobody can change them
// from then on, until the write has bumped them. A conflict has no operation, because it is not about the child.
func CheckParents(ctx context.Context, s *version.Schema, q dialect.ExecQuerier, d string, expected []ParentVersion, c Child) error {
	for i, t := range s.Touch {
		for _, e := range expected {
			if e.Edge != t.Edge || entocc.CheckSkipped(ctx, t.Parent.Type) {
				continue
			}
			id := c.Parents[i]
			if id == nil {
				return s.Errorf(0, nil, "a version of its %s was expected, but it has none", t.Edge)
			}
			row := &verify.Verified{
				Schema: t.Parent, ID: id, Table: t.Parent.Row.Table,
				Columns: []string{t.Parent.Row.ID}, Values: []any{id}, Version: e.Version,
			}
			if err := row.Check(ctx, q, d, session.Exclusive); err != nil {
				return err
			}
		}
	}
	return nil
}
