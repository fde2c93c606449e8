package stale

import (
	"app/ent"
	"app/ent/user"
	"context"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/hook"
)

func again(ctx context.Context, u *ent.User) error {
	if err := u.Update().SetName("a").Exec(ctx); err != nil {
		return err
	}
	return u.Update().SetName("b").Exec(ctx) // want `u holds the version from before its save on line 13, whose result was dropped`
}

func byClient(ctx context.Context, c *ent.Client, id int) error {
	u := c.User.GetX(ctx, id)
	c.User.UpdateOne(u).SetName("a").ExecX(ctx)
	saved, err := c.User.UpdateOne(u).SetName("b").Save(ctx) // want `u holds the version from before its save on line 21`
	_ = saved
	if err == nil {
		return c.User.DeleteOne(u).Exec(ctx) // want `u holds the version from before its save on line 22`
	}
	return err
}

func kept(ctx context.Context, c *ent.Client, u *ent.User, tx *ent.Tx) (err error) {
	u, err = u.Update().SetName("a").Save(ctx)
	if err != nil {
		return err
	}
	u = u.Update().SetName("b").SaveX(ctx)
	u.Update().SetName("c").ExecX(ctx)
	u = c.User.GetX(ctx, u.ID)
	u.Update().SetName("d").ExecX(ctx)
	u.Update().SetName("e").IgnoreVersion().ExecX(ctx)
	u.Update().SetName("f").IfVersion(7).ExecX(ctx)
	if u, err = c.User.Get(ctx, u.ID); err != nil {
		return err
	}
	if err := tx.User.UpdateOne(u).SetName("g").Exec(ctx); err != nil {
		return err
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	return u.Update().SetName("h").Exec(ctx)
}

func branches(ctx context.Context, u *ent.User, first bool) {
	if first {
		u.Update().SetName("a").ExecX(ctx)
		return
	}
	u.Update().SetName("b").ExecX(ctx)
}

func eachItsOwn(ctx context.Context, us []*ent.User) {
	for _, u := range us {
		u.Update().SetName("a").ExecX(ctx)
	}
	for _, u := range us {
		u.Update().SetName("b").ExecX(ctx)
	}
}

func filled(ctx context.Context, u *ent.User) {
	u.Update().SetName("a").ExecX(ctx)
	reload(&u)
	u.Update().SetName("b").ExecX(ctx)
}

func reload(**ent.User) {}

func shadow(ctx context.Context, u *ent.User) {
	u.Update().SetName("a").ExecX(entocc.SkipIncrement(ctx))
	u.Update().SetName("b").ExecX(ctx)
}

func merged(ctx context.Context, u *ent.User) {
	hook.OnModified(hook.Merge())
	u.Update().SetName("a").ExecX(ctx)
	u.Update().SetName("b").ExecX(ctx)
}

// IfField is checked beside the version, which is stale anyway.
func besideAState(ctx context.Context, c *ent.Client, u *ent.User) error {
	if err := c.User.UpdateOne(u).SetName("a").Exec(ctx); err != nil {
		return err
	}
	return c.User.UpdateOne(u).IfField(user.ActiveEQ(true)).SetName("b").Exec(ctx) // want `u holds the version from before its save`
}
