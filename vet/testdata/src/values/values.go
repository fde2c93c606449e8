package values

import (
	"app/ent"
	"app/ent/page"
	"context"

	"github.com/entocc/entocc"
)

func byID(ctx context.Context, c *ent.Client, id int) error {
	c.Page.DeleteOneID(id).ExecX(ctx)                        // want `DeleteOneID does not say which values the caller saw`
	return c.Page.UpdateOneID(id).SetTitle("mine").Exec(ctx) // want `UpdateOneID does not say which values the caller saw: it is refused at run time .* IgnoreValues to overwrite on purpose`
}

func byEntity(ctx context.Context, c *ent.Client, p *ent.Page) {
	c.Page.UpdateOneID(p.ID).SetTitle("mine").ExecX(ctx) // want `UpdateOneID does not say which values the caller saw`
}

func deleteByEntity(ctx context.Context, c *ent.Client, id int) {
	p := c.Page.GetX(ctx, id)
	c.Page.DeleteOneID(p.ID).ExecX(ctx) // want `DeleteOneID does not say which values the caller saw`
}

func setBased(ctx context.Context, c *ent.Client, id int) {
	c.Page.Update().Where(page.ID(id)).SetTitle("mine").ExecX(ctx) // want `Update of one Page by its ID compares no values: .* UpdateOneID\(id\).IgnoreValues\(\) says`
	c.Page.Delete().Where(page.ID(id)).ExecX(ctx)                  // want `Delete of one Page by its ID compares no values`
	c.Page.Update().Where(page.Title("a")).SetTitle("b").ExecX(ctx)
}

func dropped(ctx context.Context, p *ent.Page) {
	_ = p.Update().SetTitle("mine").Exec(ctx) // want `the error of this write is dropped, and a conflict with it`
}

// Fine: what it overwrites, it overwrites on purpose, and a save of other fields is no conflict.
func fine(ctx context.Context, c *ent.Client, p *ent.Page) {
	c.Page.UpdateOneID(p.ID).SetTitle("mine").IgnoreValues().ExecX(ctx)
	c.Page.DeleteOneID(p.ID).IgnoreValues().ExecX(ctx)
	c.Page.UpdateOneID(p.ID).SetTitle("mine").IfField(page.Title("draft")).ExecX(ctx)
	c.Page.UpdateOne(p).SetTitle("mine").ExecX(ctx)
	p.Update().SetTitle("again").ExecX(ctx)
	p.Delete().ExecX(ctx)
}

func skipped(ctx context.Context, c *ent.Client, id int) {
	c.Page.DeleteOneID(id).ExecX(entocc.SkipCheck(ctx))
}
