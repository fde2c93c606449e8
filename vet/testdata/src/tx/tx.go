package tx

import (
	"app/ent"
	"context"
)

func outer(ctx context.Context, c *ent.Client, u *ent.User) error {
	return c.RetryTx(ctx, func(tx *ent.Tx) (err error) {
		u, err = tx.User.UpdateOne(u).SetName("a").Save(ctx) // want `u is declared outside of the transaction, and replaced by a save inside`
		return err
	})
}

func right(ctx context.Context, c *ent.Client, id int) (saved *ent.User, err error) {
	var read *ent.User
	err = c.RetryTx(ctx, func(tx *ent.Tx) error {
		u, err := tx.User.Get(ctx, id)
		if err != nil {
			return err
		}
		saved, err = tx.User.UpdateOne(u).SetName("a").Save(ctx)
		if err != nil {
			return err
		}
		read, err = tx.User.Get(ctx, id)
		if err != nil {
			return err
		}
		read, err = tx.User.UpdateOne(read).SetName("b").Save(ctx)
		return err
	})
	return saved, err
}

func once(ctx context.Context, u *ent.User) (*ent.User, error) {
	err := inTx(ctx, func(tx *ent.Tx) (err error) {
		u, err = tx.User.UpdateOne(u).SetName("a").Save(ctx)
		return err
	})
	return u, err
}

func inTx(ctx context.Context, fn func(*ent.Tx) error) error { return fn(nil) }
