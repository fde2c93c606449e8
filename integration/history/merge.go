package history

import (
	"context"

	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
)

// Merge makes half of the processes change one field of the rows, and the other half another field, all from what they
// remember. A resolver merges what does not clash. Neither half loses anything.
func Merge() Workload {
	return Workload{Name: "merge", Setup: mergers(2), Step: mergeStep, Final: finalUsers, Check: func(r *Round) []Violation {
		found := Lists(r.Ops(), r.Final, false)
		for _, c := range r.Final.Reads {
			acknowledged, unknown := writesOf(r.Ops(), c.Row, "label", "name")
			found = append(found, counts("versions gained by row "+c.Row, int(c.Version)-1, acknowledged, unknown)...)
			found = append(found, sameBase(r.Ops(), c.Row)...)
		}
		return found
	}}
}

// mergers is users that also gives each node's client a twin that merges.
func mergers(n int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		if err := users(n, 0)(ctx, r); err != nil || r.merging != nil {
			return err
		}
		for _, pool := range r.World.Pools {
			client := clientOf(r.World.Dialect, pool)
			client.User.Use(hook.OnModified(hook.Merge()))
			r.merging = append(r.merging, client)
		}
		return nil
	}
}

func mergeStep(ctx context.Context, p *Process) {
	row := p.Row()
	client := p.merging[p.ID%len(p.merging)]
	seen, _ := p.Seen[row].(*ent.User)
	if seen == nil || p.Rand.IntN(100) < 20 {
		_ = p.Do(ctx, "read", func(ctx context.Context, o *Op) error {
			u, err := client.User.Get(ctx, idOf(row))
			if err == nil {
				o.Reads, p.Seen[row] = []Cell{cellOf(u)}, u
			}
			return err
		})
		return
	}
	do := [...]string{"label", "name"}[p.ID/len(p.merging)%2]
	_ = p.Do(ctx, do, func(ctx context.Context, o *Op) error {
		update := seen.Update()
		if do == "label" {
			o.Writes = []Cell{{Row: row}}
			update.SetLabels(with(seen.Labels, o.Mark))
		} else {
			o.Writes = []Cell{{Row: row, Mark: seen.Name}}
			update.SetName(o.Mark)
		}
		u, err := update.Save(ctx)
		p.Seen[row] = nil
		if err == nil {
			p.Seen[row] = u
		}
		return err
	})
}

// sameBase looks for two acknowledged names that both replaced the same name.
func sameBase(ops []*Op, row string) []Violation {
	by := make(map[string]*Op)
	for _, o := range ops {
		if o.Do != "name" || o.Outcome != Done || o.Writes[0].Row != row {
			continue
		}
		base := o.Writes[0].Mark
		if first := by[base]; first != nil {
			return []Violation{{Row: row, What: "two names replaced the same one", Ops: []*Op{first, o}}}
		}
		by[base] = o
	}
	return nil
}
