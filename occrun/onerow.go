package occrun

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/write"
)

// OneRow makes a builder's set-based write apply to one row, with one of the versions.
func OneRow[B, V any](builder B, e *Expectation, versions ...V) B {
	expected := make([]any, len(versions))
	for i := range versions {
		expected[i] = versions[i]
	}
	e.OneRow(expected...)
	return builder
}

// OneRowMatching makes a builder's set-based write apply to one row, with a version that a condition accepts.
func OneRowMatching[B any](builder B, e *Expectation, cond entocc.Condition) B {
	e.OneRowMatching(cond)
	return builder
}

// AnyRows makes a builder's set-based write apply to any number of rows.
func AnyRows[B any](builder B, e *Expectation) B {
	e.AnyRows()
	return builder
}

// UpdateOneRow carries out a set-based update that is meant for one row. Its errors are returned with their types.
func UpdateOneRow(ctx context.Context, s *Schema, m write.SetMutation, drv dialect.Driver, spec *sqlgraph.UpdateSpec, links *Links, typed func(error) error) (affected int, err error) {
	if err := write.UpdateOneRow(ctx, s, m, drv, spec, links); err != nil {
		return 0, typed(err)
	}
	return 1, nil
}

// DeleteOneRow carries out a set-based delete that is meant for one row. Its errors are returned with their types.
func DeleteOneRow[P ~func(*sql.Selector)](ctx context.Context, s *Schema, m write.SetMutation, drv dialect.Driver, spec *sqlgraph.DeleteSpec, predicates []P, typed func(error) error) (affected int, err error) {
	err = write.DeleteOneRow(ctx, s, m, drv, spec, func(selector *sql.Selector) {
		for _, p := range predicates {
			p(selector)
		}
	})
	if err != nil {
		return 0, typed(err)
	}
	return 1, nil
}
