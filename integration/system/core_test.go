package system_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/integration/system/ent"
	"github.com/entocc/entocc/integration/system/ent/account"
	"github.com/entocc/entocc/integration/system/ent/line"
	"github.com/entocc/entocc/integration/system/ent/seat"
	"github.com/entocc/entocc/integration/system/ent/ticket"
)

func TestSystem_StaleSaveIsRefused(t *testing.T) {
	each(t, func(s *scene) {
		id := s.account("before").ID
		a, b := s.load(id), s.load(id)
		require.Equal(s, s.xmin(id), a.Version)
		a = s.saved(a.Update().SetName("after"))
		assert.Equal(s, s.xmin(id), a.Version, "the current row")
		_, err := b.Update().SetAge(9).Save(s.ctx)
		modified := s.modified(err)
		assert.Equal(s, b.Version, modified.Expected)
		assert.Equal(s, a.Version, modified.Actual)
		assert.Contains(s, err.Error(), fmt.Sprint("Account ", id))
		for _, err := range []error{b.Update().SetAge(9).Exec(s.ctx), b.Delete().Exec(s.ctx), s.client.Account.DeleteOne(b).Exec(s.ctx)} {
			s.conflict(err)
		}
		stored := s.load(id)
		assert.Equal(s, "after", stored.Name)
		assert.Zero(s, stored.Age)
		for age := range 3 {
			a = s.saved(a.Update().SetAge(age))
		}
		assert.Equal(s, s.xmin(id), a.Version)
		require.NoError(s, a.Delete().Exec(s.ctx))
		gone := s.modified(a.Delete().Exec(s.ctx))
		assert.True(s, gone.Deleted)
	})
}

// What a create returns can be saved at once, however it was created, and is refused if somebody was faster.
func TestSystem_CreateReturnsTheVersion(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("created")
		assert.Equal(s, s.xmin(a.ID), a.Version)
		boss := do[*ent.Account](s)(s.client.Account.Create().SetName("boss").AddStaff(a).Save(s.ctx))
		assert.Equal(s, s.xmin(boss.ID), boss.Version, "an edge is in another row")
		_, err := a.Update().SetAge(1).Save(s.ctx)
		s.conflict(err)
		s.saved(boss.Update().SetAge(2))
		_, err = boss.Update().SetAge(3).Save(s.ctx)
		s.conflict(err)

		many := do[[]*ent.Account](s)(s.client.Account.MapCreateBulk([]string{"a", "b", "c"}, func(c *ent.AccountCreate, i int) {
			c.SetName([]string{"a", "b", "c"}[i])
		}).Save(s.ctx))
		for _, one := range many {
			assert.Equal(s, s.xmin(one.ID), one.Version)
			s.saved(one.Update().SetAge(4))
			_, err := one.Update().SetAge(5).Save(s.ctx)
			s.conflict(err)
		}

		known := do[*ent.Ticket](s)(s.client.Ticket.Create().SetText("known ID").Save(s.ctx))
		do[*ent.Ticket](s)(known.Update().SetText("saved").Save(s.ctx))
		s.conflict(known.Update().SetText("lost").Exec(s.ctx))
		tickets := do[[]*ent.Ticket](s)(s.client.Ticket.CreateBulk(s.client.Ticket.Create().SetText("1"), s.client.Ticket.Create().SetText("2")).Save(s.ctx))
		for _, one := range tickets {
			do[*ent.Ticket](s)(one.Update().SetText("saved").Save(s.ctx))
			s.conflict(one.Update().SetText("lost").Exec(s.ctx))
		}

		tag := do[*ent.Tag](s)(s.client.Tag.Create().SetName("t").Save(s.ctx))
		seated := do[*ent.Seat](s)(s.client.Seat.Create().SetAccount(boss).SetTag(tag).Save(s.ctx))
		now := do[*ent.Seat](s)(seated.Update().SetRow("B").Save(s.ctx))
		s.conflict(seated.Update().SetRow("C").Exec(s.ctx))
		s.conflict(seated.Delete().Exec(s.ctx))
		require.NoError(s, now.Delete().Exec(s.ctx))

		_, err = s.client.Account.Create().SetName("x").SetVersion(7).Save(s.ctx)
		assert.True(s, ent.IsVersionError(err), "%v", err)
		assert.ErrorContains(s, err, "PostgreSQL makes the version itself")
	})
}

func TestSystem_StatedVersions(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("before")
		byID := func() *ent.AccountUpdateOne { return s.client.Account.UpdateOneID(a.ID).SetName("by ID") }
		err := byID().Exec(s.ctx)
		assert.True(s, ent.IsVersionError(err), "%v", err)
		for _, never := range []int64{-1, 0, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64, math.MinInt64} {
			s.conflict(byID().IfVersion(never).Exec(s.ctx))
			s.conflict(byID().IfVersionIn(never, -never).Exec(s.ctx))
			s.conflict(s.client.Account.DeleteOneID(a.ID).IfVersion(never).Exec(s.ctx))
			s.conflict(s.client.Account.Update().Where(account.ID(a.ID)).IfVersion(never).SetAge(1).Exec(s.ctx))
			_, err := s.client.Account.GetVersion(s.ctx, a.ID, never)
			s.conflict(err)
			s.conflict(s.client.Account.Create().SetEmail(a.Email).SetName("upsert").OnConflictColumns(account.FieldEmail).UpdateNewValues().IfVersion(never).Exec(s.ctx))
		}
		assert.Equal(s, a.Version, s.xmin(a.ID), "nothing was written")
		require.NoError(s, byID().IfVersionIn(5, a.Version, math.MaxInt64).Exec(s.ctx))
		s.conflict(byID().IfVersion(a.Version).Exec(s.ctx))
		is := do[bool](s)(a.IsModified(s.ctx))
		assert.True(s, is)
		a = do[*ent.Account](s)(s.client.Account.GetVersion(s.ctx, a.ID, s.xmin(a.ID)))
		is = do[bool](s)(a.IsModified(s.ctx))
		assert.False(s, is)

		ticket := do[*ent.Ticket](s)(s.client.Ticket.Create().SetText("blind").Save(s.ctx))
		require.NoError(s, s.client.Ticket.UpdateOneID(ticket.ID).SetText("AllowBlind").Exec(s.ctx))
		s.conflict(ticket.Update().SetText("lost").Exec(s.ctx))

		half := do[*ent.Account](s)(s.client.Account.Query().Where(account.ID(a.ID)).Select(account.FieldName).Only(s.ctx))
		err = half.Update().SetAge(1).Exec(s.ctx)
		assert.True(s, ent.IsVersionError(err), "%v", err)
		assert.ErrorContains(s, err, "loaded without its version")
		_, err = s.client.Account.UpdateOneID(-1).IfVersion(5).SetAge(1).Save(s.ctx)
		assert.True(s, s.modified(err).Deleted)
	})
}

// A write changes the version even if it sets no column of the row. One that writes nothing does not.
func TestSystem_WhatMovesTheVersion(t *testing.T) {
	each(t, func(s *scene) {
		tag := do[*ent.Tag](s)(s.client.Tag.Create().SetName("t").Save(s.ctx))
		staff := s.account("staff")
		for name, change := range map[string]func(*ent.AccountUpdateOne){
			"field":          func(u *ent.AccountUpdateOne) { u.SetAge(1) },
			"same value":     func(u *ent.AccountUpdateOne) { u.SetName("before") },
			"clear":          func(u *ent.AccountUpdateOne) { u.ClearNick() },
			"add":            func(u *ent.AccountUpdateOne) { u.AddAge(3) },
			"JSON":           func(u *ent.AccountUpdateOne) { u.AppendLabels([]string{"l"}) },
			"edge M2M":       func(u *ent.AccountUpdateOne) { u.AddTags(tag) },
			"edge through":   func(u *ent.AccountUpdateOne) { u.AddSeated(tag) },
			"edge O2M":       func(u *ent.AccountUpdateOne) { u.AddStaff(staff) },
			"edge M2O":       func(u *ent.AccountUpdateOne) { u.SetBoss(staff) },
			"ForceIncrement": func(u *ent.AccountUpdateOne) { u.ForceIncrement() },
			"modifier":       func(u *ent.AccountUpdateOne) { u.Modify(func(u *sql.UpdateBuilder) { u.Set("age", 7) }) },
		} {
			a := s.account("before")
			u := a.Update()
			change(u)
			now := s.saved(u)
			assert.NotEqual(s, a.Version, now.Version, name)
			assert.Equal(s, s.xmin(a.ID), now.Version, name)
			u = a.Update()
			change(u)
			s.conflict(u.Exec(s.ctx))
			assert.Equal(s, now.Version, s.xmin(a.ID), name)
		}
		a := s.account("before")
		s.saved(a.Update())
		assert.Equal(s, a.Version, s.xmin(a.ID), "nothing changed")
		s.saved(s.client.Account.UpdateOneID(a.ID).IfVersion(a.Version))
		s.conflict(s.client.Account.UpdateOneID(a.ID).IfVersion(5).Exec(s.ctx))
	})
}

// Writers do not have to know about the version.
func TestSystem_EveryWriterCounts(t *testing.T) {
	each(t, func(s *scene) {
		boss := s.account("boss")
		s.psql("CREATE FUNCTION audits() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE accounts SET age = age + 1 WHERE name = NEW.name; RETURN NEW; END'")
		s.psql("CREATE TRIGGER audits AFTER INSERT ON tags FOR EACH ROW EXECUTE FUNCTION audits()")
		for name, write := range map[string]func(id int){
			"psql":        func(id int) { s.psql("UPDATE accounts SET age = 3 WHERE id = $1", id) },
			"psql, twice": func(id int) { s.psql("UPDATE accounts SET age = age WHERE id = $1", id) },
			"foreign key": func(int) { s.psql("DELETE FROM accounts WHERE id = $1", boss.ID) },
			"trigger":     func(int) { do[*ent.Tag](s)(s.other.Tag.Create().SetName("before").Save(s.ctx)) },
			"delete and insert": func(id int) {
				s.psql("DELETE FROM accounts WHERE id = $1", id)
				s.psql("INSERT INTO accounts (id, name, age) VALUES ($1, 'again', 0)", id)
			},
			"set-based": func(int) { do[int](s)(s.other.Account.Update().AddAge(1).Save(s.ctx)) },
			"upsert": func(id int) {
				require.NoError(s, s.other.Account.Create().SetEmail(s.load(id).Email).SetName("upsert").OnConflictColumns(account.FieldEmail).UpdateNewValues().Exec(s.ctx))
			},
		} {
			a := s.account("before")
			if name == "foreign key" {
				a = s.saved(a.Update().SetBoss(boss))
			}
			write(a.ID)
			_, err := a.Update().SetNick("lost").Save(s.ctx)
			assert.True(s, ent.IsRecordModified(err), "%s: %v", name, err)
			s.conflict(a.Delete().Exec(s.ctx))
		}
	})
}

func TestSystem_SeveralRows(t *testing.T) {
	each(t, func(s *scene) {
		a, b, c := s.account("a"), s.account("b"), s.account("c")
		both := do[[]*ent.Account](s)(s.client.Account.UpdateBulk(a.Update().SetAge(1), b.Update().SetAge(2)).Save(s.ctx))
		for _, one := range both {
			assert.Equal(s, s.xmin(one.ID), one.Version)
		}
		_, err := s.client.Account.UpdateBulk(c.Update().SetAge(3), a.Update().SetAge(3)).Save(s.ctx)
		s.conflict(err)
		assert.Equal(s, c.Version, s.xmin(c.ID), "all or nothing")
		_, err = s.client.Account.DeleteBulk(c, b).Exec(s.ctx)
		s.conflict(err)
		do[int](s)(s.client.Account.DeleteBulk(c, both[0], both[1]).Exec(s.ctx))

		d := s.account("d")
		n := do[int](s)(s.client.Account.Update().Where(account.Name("d")).SetAge(4).Save(s.ctx))
		assert.Equal(s, 1, n)
		s.conflict(d.Update().SetAge(5).Exec(s.ctx))
		n = do[int](s)(s.client.Account.Update().Where(account.ID(d.ID)).IfVersion(s.xmin(d.ID)).SetAge(6).Save(s.ctx))
		assert.Equal(s, 1, n)
		s.conflict(s.client.Account.Update().Where(account.ID(d.ID)).IfVersion(d.Version).SetAge(7).Exec(s.ctx))

		upsert := func(v int64) error {
			return s.client.Account.Create().SetEmail(d.Email).SetName("upsert").OnConflictColumns(account.FieldEmail).UpdateNewValues().IfVersion(v).Exec(s.ctx)
		}
		s.conflict(upsert(d.Version))
		require.NoError(s, upsert(s.xmin(d.ID)))
		assert.Equal(s, "upsert", s.load(d.ID).Name)
	})
}

func TestSystem_ParentsAreTouched(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("parent")
		l := do[*ent.Line](s)(s.client.Line.Create().SetText("1").SetAccount(a).Save(s.ctx))
		s.conflict(a.Update().SetAge(1).Exec(s.ctx))
		for name, change := range map[string]func(seen int64) error{
			"save": func(seen int64) error { return l.Update().SetText("2").IfAccountVersion(seen).Exec(s.ctx) },
			"create": func(seen int64) error {
				return s.client.Line.Create().SetText("3").SetAccount(a).IfAccountVersion(seen).Exec(s.ctx)
			},
			"delete": func(seen int64) error {
				return s.client.Line.DeleteOne(do[*ent.Line](s)(s.client.Line.Get(s.ctx, l.ID))).IfAccountVersion(seen).Exec(s.ctx)
			},
		} {
			if name == "delete" {
				l = do[*ent.Line](s)(s.client.Line.Create().SetText("4").SetAccount(a).Save(s.ctx))
			}
			before := s.xmin(a.ID)
			s.conflict(change(before - 1))
			assert.Equal(s, before, s.xmin(a.ID), name)
			require.NoError(s, change(before), name)
			assert.NotEqual(s, before, s.xmin(a.ID), name)
			l = do[*ent.Line](s)(s.client.Line.Create().SetText("5").SetAccount(a).Save(s.ctx))
		}
		do[int](s)(s.client.Line.Update().Where(line.ID(l.ID)).SetText("6").Save(s.ctx))
		s.conflict(l.Update().SetText("7").Exec(s.ctx))
	})
}

// Entities from joins and traversals have the version too.
func TestSystem_QueriesReadTheVersion(t *testing.T) {
	each(t, func(s *scene) {
		tag := do[*ent.Tag](s)(s.client.Tag.Create().SetName("t").Save(s.ctx))
		a := do[*ent.Account](s)(s.client.Account.Create().SetName("a").AddTags(tag).AddSeated(tag).Save(s.ctx))
		l := do[*ent.Line](s)(s.client.Line.Create().SetText("l").SetAccount(a).Save(s.ctx))
		found := []*ent.Account{
			tag.QueryAccounts().OnlyX(s.ctx), l.QueryAccount().OnlyX(s.ctx), tag.QuerySitting().Unique(true).Order(ent.Asc(account.FieldName)).OnlyX(s.ctx),
			s.client.Tag.Query().WithAccounts(func(q *ent.AccountQuery) { q.Limit(1) }).OnlyX(s.ctx).Edges.Accounts[0],
			s.client.Line.Query().WithAccount().OnlyX(s.ctx).Edges.Account,
			s.client.Seat.Query().WithAccount().OnlyX(s.ctx).Edges.Account,
		}
		for _, one := range found {
			assert.Equal(s, s.xmin(a.ID), one.Version)
		}
		assert.Equal(s, 1, s.client.Account.Query().Where(account.Version(s.xmin(a.ID))).CountX(s.ctx))
		sat := s.client.Seat.Query().Where(seat.AccountID(a.ID)).OnlyX(s.ctx)
		do[*ent.Seat](s)(sat.Update().SetRow("Z").Save(s.ctx))
		s.conflict(sat.Update().SetRow("Y").Exec(s.ctx))
	})
}

// A conflict says what has changed since, for what was read and what was created.
func TestSystem_ConflictsHaveADiff(t *testing.T) {
	each(t, func(s *scene) {
		created := s.account("before")
		for _, mine := range []*ent.Account{created, s.load(created.ID)} {
			s.psql("UPDATE accounts SET age = age + 1 WHERE id = $1", mine.ID)
			err := mine.Update().SetName("mine").Exec(s.ctx)
			var modified *ent.AccountModifiedError
			require.ErrorAs(s, err, &modified)
			diffs, err := modified.Diff(s.ctx)
			require.NoError(s, err)
			require.NotEmpty(s, diffs)
			for _, d := range diffs {
				assert.NotEqual(s, account.FieldVersion, d.Column)
			}
		}
	})
}

func TestSystem_VerifyOnCommit(t *testing.T) {
	each(t, func(s *scene) {
		a, b := s.account("read"), s.account("written")
		tx := s.tx()
		read := do[*ent.Account](s)(tx.Account.Get(s.ctx, a.ID))
		require.NoError(s, tx.Account.VerifyOnCommit(read))
		s.psql("UPDATE accounts SET age = 3 WHERE id = $1", a.ID)
		_, err := tx.Account.UpdateOneID(b.ID).IgnoreVersion().SetAge(1).Save(s.ctx)
		if err == nil {
			err = tx.Commit()
		}
		assert.True(s, ent.IsRecordModified(err), "%v", err)
		_ = tx.Rollback()
		tx = s.tx()
		require.NoError(s, tx.Account.VerifyOnCommit(do[*ent.Account](s)(tx.Account.Get(s.ctx, a.ID))))
		do[*ent.Account](s)(tx.Account.UpdateOneID(b.ID).IgnoreVersion().SetAge(2).Save(s.ctx))
		require.NoError(s, tx.Commit())
	})
}

// Writers that all want the same row: each save that returns is in the row.
func TestSystem_NoUpdateIsLost(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("counted")
		const writers, times = 8, 12
		var wait sync.WaitGroup
		for i := range writers {
			client := []*ent.Client{s.client, s.other}[i%2]
			wait.Go(func() {
				for n := 0; n < times; {
					now, err := client.Account.Get(s.ctx, a.ID)
					if err == nil && n%2 == 0 {
						err = now.Update().SetAge(now.Age + 1).Exec(s.ctx)
					} else if err == nil {
						err = inTx(s, client, now)
					}
					switch {
					case err == nil:
						n++
					case !entocc.IsRetryable(err):
						assert.NoError(s, err)
						return
					}
				}
			})
		}
		wait.Wait()
		assert.Equal(s, writers*times, s.load(a.ID).Age)
	})
}

func TestSystem_UpsertOfManyRows(t *testing.T) {
	each(t, func(s *scene) {
		id := uuid.New()
		for _, text := range []string{"inserted", "updated"} {
			require.NoError(s, s.client.Ticket.CreateBulk(
				s.client.Ticket.Create().SetID(id).SetText(text), s.client.Ticket.Create().SetText("other"),
			).OnConflictColumns(ticket.FieldID).UpdateNewValues().Exec(s.ctx))
		}
		seen := do[*ent.Ticket](s)(s.client.Ticket.Get(s.ctx, id))
		assert.Equal(s, "updated", seen.Text)
		do[*ent.Ticket](s)(seen.Update().SetText("saved").Save(s.ctx))
		s.conflict(seen.Update().SetText("lost").Exec(s.ctx))
	})
}

func TestSystem_GuardedUpsertOfManyRows(t *testing.T) {
	each(t, func(s *scene) {
		for _, inTx := range []bool{false, true} {
			client, commit := s.client, func() error { return nil }
			if inTx {
				tx := s.tx()
				client, commit = tx.Client(), tx.Commit
			}
			a, b := s.account("before"), s.account("before")
			seen := make(map[string]*ent.Account)
			client.Account.Use(func(next ent.Mutator) ent.Mutator {
				return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
					v, err := next.Mutate(ctx, m)
					if account, ok := v.(*ent.Account); ok && err == nil {
						seen[account.Email] = account
					}
					return v, err
				})
			})
			upsert := func(ofA, ofB int64) error {
				create := func(email string) *ent.AccountCreate {
					return client.Account.Create().SetEmail(email).SetName("upsert")
				}
				return client.Account.CreateBulk(create(a.Email), create(uuid.NewString()), create(b.Email)).
					OnConflictColumns(account.FieldEmail).UpdateNewValues().IfVersion(ofA, 7, ofB).Exec(s.ctx)
			}
			err := upsert(a.Version, b.Version+1)
			var bulk *entocc.BulkModifiedError
			require.ErrorAs(s, err, &bulk)
			assert.Equal(s, []int{2}, bulk.Indexes)
			assert.Equal(s, b.ID, bulk.Conflicts[0].ID)
			assert.Equal(s, b.Version, bulk.Conflicts[0].Actual)
			assert.Empty(s, seen)
			require.NoError(s, upsert(a.Version, b.Version))
			s.conflict(upsert(a.Version, b.Version))
			require.Len(s, seen, 3)
			require.NoError(s, commit())
			for _, account := range seen {
				assert.Equal(s, s.xmin(account.ID), account.Version, "the entity that the hooks saw")
				assert.Equal(s, "upsert", s.load(account.ID).Name)
			}
		}
	})
}

// inTx increments in a transaction.
func inTx(s *scene, client *ent.Client, now *ent.Account) error {
	tx, err := client.Tx(s.ctx)
	if err != nil {
		return err
	}
	if err := tx.Account.UpdateOne(now).SetAge(now.Age + 1).Exec(s.ctx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}

func TestSystem_GuardedUpsertOfCompositeIDs(t *testing.T) {
	each(t, func(s *scene) {
		a := s.account("seated")
		tag := do[*ent.Tag](s)(s.client.Tag.Create().SetName("row").Save(s.ctx))
		other := do[*ent.Tag](s)(s.client.Tag.Create().SetName("other").Save(s.ctx))
		create := func(tag *ent.Tag, row string) *ent.SeatCreate {
			return s.client.Seat.Create().SetAccountID(a.ID).SetTagID(tag.ID).SetRow(row)
		}
		upsert := func(row string) *ent.SeatUpsertOne {
			return create(tag, row).OnConflictColumns(seat.FieldAccountID, seat.FieldTagID).UpdateNewValues()
		}
		load := func() *ent.Seat { return s.client.Seat.Query().Where(seat.TagID(tag.ID)).OnlyX(s.ctx) }
		require.NoError(s, upsert("A").IfVersion(7).Exec(s.ctx), "there is no row")
		first := load().Version
		require.NoError(s, upsert("B").IfVersion(first).Exec(s.ctx))
		conflict := s.modified(upsert("lost").IfVersion(first).Exec(s.ctx))
		assert.Equal(s, []any{a.ID, tag.ID}, conflict.ID)
		assert.Equal(s, load().Version, conflict.Actual)
		many := func(version int64) error {
			return s.client.Seat.CreateBulk(create(other, "C"), create(tag, "C")).
				OnConflictColumns(seat.FieldAccountID, seat.FieldTagID).UpdateNewValues().IfVersion(7, version).Exec(s.ctx)
		}
		var bulk *entocc.BulkModifiedError
		require.ErrorAs(s, many(first), &bulk)
		assert.Equal(s, []int{1}, bulk.Indexes)
		assert.Equal(s, "B", load().Row)
		require.NoError(s, many(load().Version))
		assert.Equal(s, "C", load().Row)
		assert.Equal(s, 2, s.client.Seat.Query().CountX(s.ctx))
	})
}
