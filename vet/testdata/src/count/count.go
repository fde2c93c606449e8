package count

import (
	"app/ent"
	"app/ent/user"
	"context"
	"errors"
)

func unread(ctx context.Context, c *ent.Client, id int, v int64) error {
	if err := c.User.Update().Where(user.ID(id), user.Version(v)).SetName("a").Exec(ctx); err != nil { // want `the number of rows that this write matched is dropped`
		return err
	}
	c.User.Update().Where(user.ID(id), user.Version(v)).SetName("a").SaveX(ctx)          // want `the number of rows`
	_, err := c.User.Update().Where(user.ID(id), user.Version(v)).SetName("a").Save(ctx) // want `the number of rows`
	c.User.Delete().Where(user.ID(id), user.Version(v)).ExecX(ctx)                       // want `the number of rows`
	return err
}

func read(ctx context.Context, c *ent.Client, id int, v int64) error {
	n, err := c.User.Update().Where(user.ID(id), user.Version(v)).SetName("a").Save(ctx)
	if err == nil && n == 0 {
		return errors.New("changed")
	}
	if c.User.Delete().Where(user.ID(id), user.Version(v)).ExecX(ctx) == 0 {
		return errors.New("changed")
	}
	c.User.Update().Where(user.ActiveEQ(true)).SetName("a").ExecX(ctx)
	return err
}
