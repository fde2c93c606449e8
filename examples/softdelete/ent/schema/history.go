package schema

import (
	"context"

	"entgo.io/ent"

	gen "github.com/entocc/entocc/examples/softdelete/ent"
	"github.com/entocc/entocc/examples/softdelete/ent/hook"
	"github.com/entocc/entocc/examples/softdelete/ent/user"
)

// Hooks of the User.
func (User) Hooks() []ent.Hook {
	return []ent.Hook{hook.On(keepHistory, ent.OpCreate|ent.OpUpdate|ent.OpUpdateOne)}
}

// keepHistory copies what a save left in the table to the history, through the mutation's client and so in the same
// transaction. A save that is refused leaves nothing.
func keepHistory(next ent.Mutator) ent.Mutator {
	return hook.UserFunc(func(ctx context.Context, m *gen.UserMutation) (ent.Value, error) {
		var ids []int
		if m.Op().Is(ent.OpUpdate) { // Set-based, or a delete that became an update. These return no entity.
			var err error
			if ids, err = m.IDs(ctx); err != nil {
				return nil, err
			}
		}
		saved, err := next.Mutate(ctx, m)
		if err != nil {
			return nil, err
		}
		u, ok := saved.(*gen.User)
		users := []*gen.User{u}
		if !ok {
			users, err = m.Client().User.Query().Where(user.IDIn(ids...)).All(WithDeleted(ctx))
			if err != nil {
				return nil, err
			}
		}
		return saved, copyToHistory(ctx, m.Client(), users)
	})
}

// copyToHistory writes one row of history for each user.
func copyToHistory(ctx context.Context, client *gen.Client, users []*gen.User) error {
	return client.UserHistory.MapCreateBulk(users, func(c *gen.UserHistoryCreate, i int) {
		u := users[i]
		c.SetUserID(u.ID).SetVersion(u.Version).SetName(u.Name).SetEmail(u.Email).SetDeleted(!u.DeletedAt.IsZero())
	}).Exec(ctx)
}
