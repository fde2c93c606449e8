package schema

import (
	"context"

	"entgo.io/ent"
	gen "github.com/entocc/entocc/examples/graphql/ent"
	"github.com/entocc/entocc/examples/graphql/ent/privacy"
	"github.com/entocc/entocc/examples/graphql/ent/todo"
	"github.com/entocc/entocc/examples/graphql/viewer"
)

// Policy of the Todo: only its owner can read or write a private one.
func (Todo) Policy() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{privacy.TodoQueryRuleFunc(onlyVisible)},
		Mutation: privacy.MutationPolicy{
			privacy.TodoMutationRuleFunc(onlyKnown),
			privacy.TodoMutationRuleFunc(onlyVisibleParent),
			privacy.TodoMutationRuleFunc(onlyVisibleWritten),
		},
	}
}

func onlyVisible(ctx context.Context, q *gen.TodoQuery) error {
	q.Where(todo.Or(todo.Private(false), todo.Owner(viewer.FromContext(ctx))))
	return privacy.Skip
}

// onlyKnown refuses writes without a user.
func onlyKnown(ctx context.Context, _ *gen.TodoMutation) error {
	if viewer.FromContext(ctx) == "" {
		return privacy.Denyf("nobody may write")
	}
	return privacy.Skip
}

// onlyVisibleWritten puts the rule into the statement that writes, so that nothing can happen in between.
func onlyVisibleWritten(ctx context.Context, m *gen.TodoMutation) error {
	if !m.Op().Is(ent.OpCreate) {
		m.Where(todo.Or(todo.Private(false), todo.Owner(viewer.FromContext(ctx))))
	}
	return privacy.Skip
}

// onlyVisibleParent refuses a hidden parent like one that does not exist.
func onlyVisibleParent(ctx context.Context, m *gen.TodoMutation) error {
	id, ok := m.ParentID()
	if !ok {
		return privacy.Skip
	}
	switch exist, err := m.Client().Todo.Query().Where(todo.ID(id)).Exist(ctx); {
	case err != nil:
		return err
	case !exist:
		return privacy.Denyf("no such parent")
	}
	return privacy.Skip
}
