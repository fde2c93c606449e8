package history

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

// Counter increments a few rows in every way to write one of them: Modify, a save by entity, IgnoreVersion, and a
// set-based update. Each adds one, and leaves its mark.
func Counter() Workload {
	return Workload{Name: "counter", Setup: users(2, 0), Step: counterStep, Final: finalUsers, Check: func(r *Round) []Violation {
		found := append(Linear(r.Ops(), r.Final, r.World.Lagging), Lists(r.Ops(), r.Final, true)...)
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

// Upsert is Counter with upserts, which make the entities of the others stale.
func Upsert() Workload {
	w := Counter()
	w.Name, w.Setup, w.Step = "upsert", mailed(2), upsertStep
	return w
}

// mailed creates Users with an email, for upserts to find them.
func mailed(n int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		if err := users(n, 0)(ctx, r); err != nil {
			return err
		}
		for _, row := range r.Rows {
			// The version stays, so that it still counts the marks.
			err := r.World.Sees.User.UpdateOneID(idOf(row)).IgnoreVersion().SetEmail(mailOf(row)).Exec(entocc.SkipIncrement(ctx))
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func mailOf(row string) string { return row + "@example.com" }

func upsertStep(ctx context.Context, p *Process) {
	row := p.Row()
	switch n := p.Rand.IntN(100); {
	case n < 30:
		p.readUser(ctx, row)
	case n < 55:
		p.saveUser(ctx, row)
	default:
		_ = p.Do(ctx, "upsert", func(ctx context.Context, o *Op) error {
			o.Writes = []Cell{{Row: row}}
			return p.Client.User.Create().SetName("upsert").SetEmail(mailOf(row)).
				OnConflict(sql.ConflictColumns(user.FieldEmail)).
				Update(func(u *ent.UserUpsert) {
					u.AddAge(1)
					u.Set(user.FieldLabels, appended(p.World.Dialect, o.Mark))
				}).Exec(ctx)
		})
	}
}

// appended is the row's list with one more mark. Marks are numbers.
func appended(name, mark string) sql.Querier {
	switch name {
	case dialect.Postgres:
		return sql.Expr(`"users"."labels" || '["` + mark + `"]'::jsonb`)
	case dialect.MySQL:
		return sql.Expr("JSON_ARRAY_APPEND(`labels`, '$', '" + mark + "')")
	default:
		return sql.Expr(`JSON_INSERT("users"."labels", '$[#]', '` + mark + `')`)
	}
}
