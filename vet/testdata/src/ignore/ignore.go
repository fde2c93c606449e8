package ignore

import (
	"app/ent"
	"context"
)

func silenced(ctx context.Context, c *ent.Client) {
	//entocc:ignore the import owns these rows
	c.User.UpdateOneID(1).ExecX(ctx)
	c.User.UpdateOneID(1).ExecX(ctx) //entocc:ignore the import owns these rows
	c.User.
		UpdateOneID(1). //entocc:ignore in a chain of several lines
		ExecX(ctx)
	_ = 0
	c.User.UpdateOneID(1).ExecX(ctx) // want `UpdateOneID states no version`
	/* want `entocc:ignore needs a reason` */ //entocc:ignore
	c.User.UpdateOneID(1).ExecX(ctx)          // want `UpdateOneID states no version`
}
