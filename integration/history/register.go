package history

import (
	"context"
	"crypto/rand"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/setting"
)

// Register is the versioned register: read, save by entity, save by ID with the version, both in a transaction too,
// delete by entity and in bulk, and create again with the same ID, at version 1.
func Register() Workload {
	return Workload{Name: "register", Setup: settings(3), Step: registerStep, Final: finalSettings, Check: func(r *Round) []Violation {
		return Linear(r.Ops(), nil, r.World.Lagging)
	}}
}

func settings(n int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		for len(r.Rows) < n {
			o := r.Begin(-1, "create")
			id := newRow()
			s, err := r.World.Sees.Setting.Create().SetID(id).SetValue(o.Mark).Save(ctx)
			if err == nil {
				o.Writes = []Cell{{Row: id, Version: s.Version}}
				r.Rows = append(r.Rows, id)
			}
			r.End(o, err)
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func finalSettings(ctx context.Context, r *Round, o *Op) error {
	all, err := r.World.Sees.Setting.Query().Where(setting.IDIn(r.Rows...)).All(ctx)
	o.Reads = nil
	for _, row := range r.Rows {
		c := Cell{Row: row, Gone: true}
		for _, s := range all {
			if s.ID == row {
				c = settingCell(s)
			}
		}
		o.Reads = append(o.Reads, c)
	}
	return err
}

func settingCell(s *ent.Setting) Cell { return Cell{Row: s.ID, Version: s.Version, Mark: s.Value} }

func registerStep(ctx context.Context, p *Process) {
	row := p.Row()
	seen, _ := p.Seen[row].(*ent.Setting)
	switch n := p.Rand.IntN(100); {
	case n < 25:
		p.readSetting(ctx, row)
	case seen == nil && n < 70:
		p.createSetting(ctx, row)
	case seen == nil:
		p.readSetting(ctx, row)
	case n < 55:
		p.saveSetting(ctx, seen, "save", p.Client.Setting.UpdateOne(seen))
	case n < 72:
		p.saveSetting(ctx, seen, "IfVersion", p.Client.Setting.UpdateOneID(row).IfVersion(seen.Version))
	case n < 90:
		p.saveSettingInTx(ctx, row)
	case n < 96:
		p.deleteSetting(ctx, seen)
	default:
		p.deleteSettings(ctx)
	}
}

func (p *Process) readSetting(ctx context.Context, row string) {
	_ = p.Do(ctx, "read", func(ctx context.Context, o *Op) error {
		s, err := p.Client.Setting.Get(ctx, row)
		return p.sawSetting(o, row, s, err)
	})
}

// sawSetting records what was read. A missing row is an answer too.
func (p *Process) sawSetting(o *Op, row string, s *ent.Setting, err error) error {
	switch {
	case ent.IsNotFound(err):
		o.Reads, p.Seen[row] = []Cell{{Row: row, Gone: true}}, nil
		return nil
	case err == nil:
		o.Reads, p.Seen[row] = []Cell{settingCell(s)}, s
	}
	return err
}

func (p *Process) createSetting(ctx context.Context, row string) {
	_ = p.Do(ctx, "create", func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: row}}
		s, err := p.Client.Setting.Create().SetID(row).SetValue(o.Mark).Save(ctx)
		if err == nil {
			p.Seen[row] = s
		}
		return err
	})
}

// saveSetting saves with this builder. After a refusal a process sometimes goes on with its stale row.
func (p *Process) saveSetting(ctx context.Context, seen *ent.Setting, do string, update *ent.SettingUpdateOne) {
	_ = p.Do(ctx, do, func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: seen.ID, From: seen.Version}}
		s, err := update.SetValue(o.Mark).Save(ctx)
		return p.wrote(o, seen.ID, s, err)
	})
}

func (p *Process) wrote(o *Op, row string, s *ent.Setting, err error) error {
	if err == nil {
		o.Writes[0].Version, p.Seen[row] = s.Version, s
		return nil
	}
	refusal(o, err)
	if outcomeOf(err) == Unknown || p.Rand.IntN(4) > 0 {
		p.Seen[row] = nil
	}
	return err
}

func (p *Process) saveSettingInTx(ctx context.Context, row string) {
	_ = p.Do(ctx, "transaction", func(ctx context.Context, o *Op) error {
		tx, err := p.Client.Tx(ctx)
		if err != nil {
			return err
		}
		s, err := tx.Setting.Get(ctx, row)
		if err == nil {
			o.Writes = []Cell{{Row: row, From: s.Version}}
			s, err = s.Update().SetValue(o.Mark).Save(ctx)
		}
		if err != nil {
			_ = tx.Rollback() // Nothing was written, whatever it says.
			return err
		}
		if err = tx.Commit(); err == nil {
			o.Writes[0].Version = s.Version
		}
		return err
	})
}

func (p *Process) deleteSetting(ctx context.Context, seen *ent.Setting) {
	_ = p.Do(ctx, "delete", func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: seen.ID, From: seen.Version, Gone: true}}
		err := p.Client.Setting.DeleteOne(seen).Exec(ctx)
		refusal(o, err)
		p.Seen[seen.ID] = nil
		return err
	})
}

// deleteSettings deletes all rows that the process remembers, or none.
func (p *Process) deleteSettings(ctx context.Context) {
	var all []*ent.Setting
	for _, row := range p.Rows {
		if s, _ := p.Seen[row].(*ent.Setting); s != nil {
			all = append(all, s)
		}
	}
	_ = p.Do(ctx, "DeleteBulk", func(ctx context.Context, o *Op) error {
		for _, s := range all {
			o.Writes = append(o.Writes, Cell{Row: s.ID, From: s.Version, Gone: true})
			p.Seen[s.ID] = nil
		}
		_, err := p.Client.Setting.DeleteBulk(all...).Exec(ctx)
		return err
	})
}

// newRow returns an ID that no other round has.
func newRow() string { return "row-" + rand.Text()[:10] }
