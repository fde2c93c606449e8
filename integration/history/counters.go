package history

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// Counter counts in a few rows by every way to write one of them: Modify, a save by entity, IgnoreVersion, and a set-based
// update. Each adds one, and leaves its mark.
func Counter() Workload {
	return Workload{Name: "counter", Setup: users(2, 0), Step: counterStep, Final: finalUsers, Check: func(r *Round) []Violation {
		found := append(Linear(r.Ops(), r.World.Lagging), Lists(r.Ops(), r.Final, true)...)
		for _, c := range r.Final.Reads {
			if c.Sum != len(c.List)-1 {
				found = append(found, Violation{Row: c.Row, What: fmt.Sprintf("%d counted by %d writes", c.Sum, len(c.List)-1)})
			}
		}
		return found
	}}
}

func counterStep(ctx context.Context, p *Process) {
	row := p.Row()
	switch n := p.Rand.IntN(100); {
	case n < 25:
		p.readUser(ctx, row)
	case n < 45:
		p.saveUser(ctx, row)
	case n < 70:
		p.modifyUser(ctx, row)
	case n < 85:
		_ = p.Do(ctx, "IgnoreVersion", func(ctx context.Context, o *Op) error {
			o.Writes = []Cell{{Row: row}}
			return p.Client.User.UpdateOneID(idOf(row)).IgnoreVersion().AddAge(1).AppendLabels([]string{o.Mark}).Exec(ctx)
		})
	default:
		_ = p.Do(ctx, "set-based", func(ctx context.Context, o *Op) error {
			o.Writes = []Cell{{Row: row}}
			return p.Client.User.Update().Where(user.ID(idOf(row))).AddAge(1).AppendLabels([]string{o.Mark}).Exec(ctx)
		})
	}
}

func (p *Process) readUser(ctx context.Context, row string) {
	_ = p.Do(ctx, "read", func(ctx context.Context, o *Op) error {
		u, err := p.Client.User.Get(ctx, idOf(row))
		if err == nil {
			o.Reads, p.Seen[row] = []Cell{cellOf(u)}, u
		}
		return err
	})
}

// saveUser saves what the process remembers of a row.
func (p *Process) saveUser(ctx context.Context, row string) {
	seen, _ := p.Seen[row].(*ent.User)
	if seen == nil {
		p.readUser(ctx, row)
		return
	}
	_ = p.Do(ctx, "save", func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: row, From: seen.Version}}
		u, err := seen.Update().SetAge(seen.Age + 1).SetLabels(with(seen.Labels, o.Mark)).Save(ctx)
		if err == nil {
			o.Writes[0].Version, p.Seen[row] = u.Version, u
			return nil
		}
		refusal(o, err)
		if outcomeOf(err) == Unknown || p.Rand.IntN(4) > 0 {
			p.Seen[row] = nil
		}
		return err
	})
}

func (p *Process) modifyUser(ctx context.Context, row string) {
	_ = p.Do(ctx, "Modify", func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: row}}
		saved, err := p.Client.User.Modify(ctx, idOf(row), func(u *ent.User, up *ent.UserUpdateOne) error {
			up.SetAge(u.Age + 1).SetLabels(with(u.Labels, o.Mark))
			return nil
		})
		if err == nil {
			o.Writes[0].Version = saved.Version
		}
		return err
	})
}

// Upsert counts in rows by upserts, beside saves by entity, which an upsert makes stale.
func Upsert() Workload {
	return Workload{Name: "upsert", Setup: mailed(2), Step: upsertStep, Final: finalNamed, Check: func(r *Round) []Violation {
		found := Linear(r.Ops(), r.World.Lagging)
		for _, c := range r.Final.Reads {
			acknowledged, unknown := writesOf(r.Ops(), c.Row, "upsert", "save")
			found = append(found, counts("writes counted in row "+c.Row, c.Sum, acknowledged, unknown)...)
			found = append(found, counts("versions gained by row "+c.Row, int(c.Version)-1, acknowledged, unknown)...)
		}
		return found
	}}
}

// mailed creates Users with an email, whose name is their last mark.
func mailed(n int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		for len(r.Rows) < n {
			o := r.Begin(-1, "create")
			u, err := r.World.Sees.User.Create().SetName(o.Mark).SetEmail(newRow()).Save(ctx)
			if err == nil {
				o.Writes = []Cell{{Row: rowOf(u.ID), Version: u.Version}}
				r.Rows = append(r.Rows, rowOf(u.ID))
			}
			r.End(o, err)
			if err != nil {
				return err
			}
		}
		return awaitUsers(ctx, r)
	}
}

func named(u *ent.User) Cell {
	return Cell{Row: rowOf(u.ID), Version: u.Version, Mark: u.Name, Sum: u.Age}
}

func finalNamed(ctx context.Context, r *Round, o *Op) error {
	all, err := r.World.Sees.User.Query().Where(user.IDIn(idsOf(r.Rows)...)).All(ctx)
	for _, u := range all {
		o.Reads = append(o.Reads, named(u))
	}
	return err
}

func upsertStep(ctx context.Context, p *Process) {
	row := p.Row()
	seen, _ := p.Seen[row].(*ent.User)
	switch n := p.Rand.IntN(100); {
	case seen == nil || n < 30:
		_ = p.Do(ctx, "read", func(ctx context.Context, o *Op) error {
			u, err := p.Client.User.Get(ctx, idOf(row))
			if err == nil {
				o.Reads, p.Seen[row] = []Cell{named(u)}, u
			}
			return err
		})
	case n < 70:
		_ = p.Do(ctx, "upsert", func(ctx context.Context, o *Op) error {
			o.Writes = []Cell{{Row: row}}
			return p.Client.User.Create().SetName(o.Mark).SetEmail(*seen.Email).
				OnConflict(sql.ConflictColumns(user.FieldEmail)).
				Update(func(u *ent.UserUpsert) { u.UpdateName().AddAge(1) }).Exec(ctx)
		})
	default:
		_ = p.Do(ctx, "save", func(ctx context.Context, o *Op) error {
			o.Writes = []Cell{{Row: row, From: seen.Version}}
			u, err := seen.Update().SetName(o.Mark).SetAge(seen.Age + 1).Save(ctx)
			p.Seen[row] = nil
			if err == nil {
				o.Writes[0].Version, p.Seen[row] = u.Version, u
			}
			refusal(o, err)
			return err
		})
	}
}
