package system_test

import (
	"context"
	"testing"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/system/ent"
	"github.com/entocc/entocc/integration/system/ent/account"
	"github.com/entocc/entocc/internal/suite"
)

// TestSystem_Suite runs the suite for every kind of version on xmin.
func TestSystem_Suite(t *testing.T) {
	each(t, func(s *scene) { kind(s).Run(s.T) })
}

// kind is the Account as a kind of version for the suite.
func kind(s *scene) suite.Kind[*ent.Client, *ent.Account, int64, *ent.AccountUpdateOne] {
	return suite.Kind[*ent.Client, *ent.Account, int64, *ent.AccountUpdateOne]{
		Client: s.client,
		Ends:   s.conn.Traits.ConflictEndsTx,
		Create: func(ctx context.Context, c *ent.Client, key, text string) (*ent.Account, error) {
			return c.Account.Create().SetEmail(key).SetName(text).Save(ctx)
		},
		Load: func(ctx context.Context, c *ent.Client, of *ent.Account) (*ent.Account, error) {
			return c.Account.Get(ctx, of.ID)
		},
		Text:    func(of *ent.Account) string { return of.Name },
		Version: func(of *ent.Account) int64 { return of.Version },
		Update: func(c *ent.Client, of *ent.Account, text string) *ent.AccountUpdateOne {
			return c.Account.UpdateOne(of).SetName(text)
		},
		UpdateID: func(c *ent.Client, of *ent.Account, text string) *ent.AccountUpdateOne {
			return c.Account.UpdateOneID(of.ID).SetName(text)
		},
		Delete: func(ctx context.Context, c *ent.Client, of *ent.Account) error {
			return c.Account.DeleteOne(of).Exec(ctx)
		},
		DeleteIf: func(ctx context.Context, c *ent.Client, of *ent.Account, version int64) error {
			return c.Account.DeleteOneID(of.ID).IfVersion(version).Exec(ctx)
		},
		Where: updateWhere,
		Many:  updateMany,
		DeleteMany: func(ctx context.Context, c *ent.Client, of ...*ent.Account) (int, error) {
			return c.Account.DeleteBulk(of...).Exec(ctx)
		},
		Upsert:   upsert,
		Modified: func(ctx context.Context, of *ent.Account) (bool, error) { return of.IsModified(ctx) },
		Get: func(ctx context.Context, c *ent.Client, of *ent.Account, version int64) (*ent.Account, error) {
			return c.Account.GetVersion(ctx, of.ID, version)
		},
		Modify: func(ctx context.Context, c *ent.Client, of *ent.Account, change func(string) string) (*ent.Account, error) {
			return c.Account.Modify(ctx, of.ID, func(now *ent.Account, u *ent.AccountUpdateOne) error {
				u.SetName(change(now.Name))
				return nil
			}, entocc.Attempts(0))
		},
		Verify: func(c *ent.Client, of *ent.Account) error { return c.Account.VerifyOnCommit(of) },
		Tx: func(ctx context.Context, c *ent.Client) (*ent.Client, func() error, func() error, error) {
			tx, err := c.Tx(ctx)
			if err != nil {
				return nil, nil, nil, err
			}
			return tx.Client(), tx.Commit, tx.Rollback, nil
		},
	}
}

func updateWhere(ctx context.Context, c *ent.Client, of *ent.Account, version *int64, text string) (int, error) {
	u := c.Account.Update().Where(account.ID(of.ID)).SetName(text)
	if version != nil {
		u.IfVersion(*version)
	}
	return u.Save(ctx)
}

func updateMany(ctx context.Context, c *ent.Client, skip bool, updates ...*ent.AccountUpdateOne) ([]*ent.Account, error) {
	bulk := c.Account.UpdateBulk(updates...)
	if skip {
		bulk.SkipModified()
	}
	return bulk.Save(ctx)
}

func upsert(ctx context.Context, c *ent.Client, text string, keys []string, versions []int64) error {
	if len(keys) == 1 {
		one := c.Account.Create().SetEmail(keys[0]).SetName(text).OnConflictColumns(account.FieldEmail).UpdateNewValues()
		if versions != nil {
			one.IfVersion(versions[0])
		}
		return one.Exec(ctx)
	}
	many := c.Account.MapCreateBulk(keys, func(a *ent.AccountCreate, i int) { a.SetEmail(keys[i]).SetName(text) }).
		OnConflictColumns(account.FieldEmail).UpdateNewValues()
	if versions != nil {
		many.IfVersion(versions...)
	}
	return many.Exec(ctx)
}
