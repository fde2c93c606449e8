package blind

import (
	"app/ent"
	"app/ent/user"
	"context"
	"encoding/json"
	"io"

	"github.com/entocc/entocc"
)

type store struct{ *ent.Client }

type named interface {
	SetName(string) *ent.UserUpdateOne
}

func byID(ctx context.Context, c *ent.Client, id int, name string) error {
	if err := c.User.DeleteOneID(id).Exec(ctx); err != nil { // want `DeleteOneID states no version`
		return err
	}
	return c.User.UpdateOneID(id).SetName(name).Exec(ctx) // want `UpdateOneID states no version: it is refused at run time or, with AllowBlind, loses`
}

func byEntity(ctx context.Context, c *ent.Client, u *ent.User) {
	c.User.UpdateOneID(u.ID).SetName("a").ExecX(ctx) // want `UpdateOneID states no version`
}

func deleteByEntity(ctx context.Context, c *ent.Client, id int) {
	u := c.User.GetX(ctx, id)
	c.User.DeleteOneID(u.ID).ExecX(ctx) // want `DeleteOneID states no version`
}

func embedded(ctx context.Context, s store, id int) {
	s.User.UpdateOneID(id).ExecX(ctx) // want `UpdateOneID states no version`
}

func inVariable(ctx context.Context, c *ent.Client, id int, name *string) {
	up := c.User.UpdateOneID(id) // want `UpdateOneID states no version`
	if name != nil {
		up = up.SetName(*name)
	}
	up.ExecX(ctx)
}

func inBulk(ctx context.Context, c *ent.Client, id int) error {
	return c.User.UpdateBulk(c.User.UpdateOneID(id).SetName("a")).Exec(ctx) // want `UpdateOneID states no version`
}

var inLiteral = func(ctx context.Context, c *ent.Client) {
	c.User.UpdateOneID(1).ExecX(ctx) // want `UpdateOneID states no version`
}

func setBased(ctx context.Context, c *ent.Client, id int) {
	c.User.Update().Where(user.ID(id)).SetName("a").ExecX(ctx)                   // want `Update of one User by its ID states no version`
	c.User.Update().Where(user.ID(id), user.TenantID(2)).SetName("a").ExecX(ctx) // want `Update of one User by its ID states no version`
	c.User.Delete().Where(user.ID(id)).ExecX(ctx)                                // want `Delete of one User by its ID states no version`
}

// A literal, a decoded body and a row written before do not hold the row: there is no fix.
func noFix(ctx context.Context, c *ent.Client, body io.Reader) error {
	u := &ent.User{ID: 1}
	c.User.UpdateOneID(u.ID).SetName("a").ExecX(ctx) // want `UpdateOneID states no version`
	var in *ent.User
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		return err
	}
	c.User.UpdateOneID(in.ID).SetName(in.Name).ExecX(ctx) // want `UpdateOneID states no version`
	return nil
}

func written(ctx context.Context, c *ent.Client, u *ent.User) {
	u.Update().SetName("a").ExecX(ctx)
	c.User.DeleteOneID(u.ID).ExecX(ctx) // want `DeleteOneID states no version`
}

func value(ctx context.Context, c *ent.Client, u ent.User) {
	c.User.DeleteOneID(u.ID).ExecX(ctx) // want `DeleteOneID states no version`
}

func looped(ctx context.Context, c *ent.Client, u *ent.User, us []*ent.User) {
	for range 3 {
		c.User.UpdateOneID(u.ID).SetName("a").ExecX(ctx) // want `UpdateOneID states no version`
	}
	for _, each := range us {
		c.User.UpdateOneID(each.ID).SetName("a").ExecX(ctx) // want `UpdateOneID states no version`
	}
	(c.User.UpdateOneID)(u.ID).SetName("a").ExecX(ctx) // want `UpdateOneID states no version`
}

// wrapper has the entity's methods, and is none.
type wrapper struct{ *ent.User }

type wrapperUpdateOne struct{}

func (w wrapper) UpdateOneID(id int) *wrapperUpdateOne { return nil }

var _ = wrapper{}.UpdateOneID(1)

// All of these are right, or can't be judged.
func right(ctx context.Context, c *ent.Client, id int, v *int64, u *ent.User) *ent.UserUpdateOne {
	c.User.UpdateOneID(id).IfVersion(1).SetName("a").ExecX(ctx)
	c.User.UpdateOneID(id).SetName("a").IfVersionIn(1, 2).ExecX(ctx)
	c.User.UpdateOneID(id).IfVersionSent(v).ExecX(ctx)
	c.User.UpdateOneID(id).IfMatch(entocc.Condition{}).ExecX(ctx)
	c.User.UpdateOneID(id).IfField(user.ActiveEQ(true)).ExecX(ctx)
	c.User.UpdateOneID(id).IgnoreVersion().ExecX(ctx)
	c.User.DeleteOneID(id).IfVersion(1).ExecX(ctx)
	c.User.UpdateOne(u).SetName("a").ExecX(ctx)
	c.Tag.UpdateOneID(id).Exec(ctx)
	c.User.Update().Where(user.ActiveEQ(true)).SetName("a").ExecX(ctx)
	c.User.Update().Where(user.IDIn(1, 2)).SetName("a").ExecX(ctx)

	up := c.User.UpdateOneID(id)
	if v != nil {
		up.IfVersion(*v)
	} else {
		up.IgnoreVersion()
	}
	up.ExecX(ctx)

	stated(c.User.UpdateOneID(id))
	byID := c.User.UpdateOneID
	byID(id).ExecX(ctx)
	var n named = c.User.UpdateOneID(id)
	_ = n
	return c.User.UpdateOneID(id)
}

func stated(up *ent.UserUpdateOne) { up.IfVersion(1) }

func switchedOff(ctx context.Context, c *ent.Client) {
	ctx = entocc.SkipCheck(ctx)
	c.User.UpdateOneID(1).SetName("a").ExecX(ctx)
}

func generic[B interface{ Exec(context.Context) error }](ctx context.Context, byID func(int) B) error {
	return byID(1).Exec(ctx)
}

var _ = generic[*ent.UserUpdateOne]
