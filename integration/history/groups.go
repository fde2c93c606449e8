package history

import (
	"context"
	"errors"
	"fmt"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
)

// Transfer moves amounts between two rows, with RetryTx or UpdateBulk. The sum of all rows stays.
func Transfer() Workload {
	const each = 100
	return Workload{Name: "transfer", Setup: users(4, each), Step: transferStep, Final: finalUsers, Check: func(r *Round) []Violation {
		found := together(r)
		sum := 0
		for _, c := range r.Final.Reads {
			sum += c.Sum
		}
		if sum != each*len(r.Rows) {
			found = append(found, Violation{What: fmt.Sprintf("the sum of all rows is %d, it was %d", sum, each*len(r.Rows))})
		}
		return found
	}}
}

// together are the checks of writes to several rows at once.
func together(r *Round) []Violation {
	return append(append(Linear(r.Ops(), r.Final, r.World.Lagging), Lists(r.Ops(), r.Final, true)...), Serial(r.Ops(), r.Final)...)
}

func transferStep(ctx context.Context, p *Process) {
	from, to := p.Two()
	amount := 1 + p.Rand.IntN(5)
	if p.Rand.IntN(2) == 0 {
		_ = p.Do(ctx, "RetryTx", func(ctx context.Context, o *Op) error {
			return p.Client.RetryTx(ctx, func(tx *ent.Tx) error {
				pair, err := readTwo(ctx, tx.Client(), o, from, to)
				if err != nil {
					return err
				}
				if pair[0], err = moved(pair[0], o, -amount).Save(ctx); err != nil {
					return err
				}
				if pair[1], err = moved(pair[1], o, amount).Save(ctx); err != nil {
					return err
				}
				o.left(pair[:]...)
				return nil
			})
		})
		return
	}
	_ = p.Do(ctx, "UpdateBulk", func(ctx context.Context, o *Op) error {
		pair, err := readTwo(ctx, p.Client, o, from, to)
		if err != nil {
			o.Reads = nil
			return err
		}
		saved, err := p.Client.User.UpdateBulk(moved(pair[0], o, -amount), moved(pair[1], o, amount)).Save(ctx)
		o.left(saved...)
		return err
	})
}

// readTwo reads two rows, and records the versions that their writes will start from.
func readTwo(ctx context.Context, client *ent.Client, o *Op, rows ...string) (pair [2]*ent.User, err error) {
	o.Reads, o.Writes = nil, nil
	for i, row := range rows {
		if pair[i], err = client.User.Get(ctx, idOf(row)); err != nil {
			o.Reads, o.Writes = nil, nil
			return pair, err
		}
		o.Reads = append(o.Reads, cellOf(pair[i]))
		o.Writes = append(o.Writes, Cell{Row: row, From: pair[i].Version})
	}
	return pair, nil
}

func moved(u *ent.User, o *Op, amount int) *ent.UserUpdateOne {
	return u.Update().SetAge(u.Age + amount).SetLabels(with(u.Labels, o.Mark))
}

// left records the versions that a write reports.
func (o *Op) left(saved ...*ent.User) {
	for _, u := range saved {
		for i := range o.Writes {
			if o.Writes[i].Row == rowOf(u.ID) {
				o.Writes[i].Version = u.Version
			}
		}
	}
}

// Batch saves three rows at once from what the process remembers of them: all or none; or, with SkipModified, those that
// nobody else has changed.
func Batch() Workload {
	return Workload{Name: "batch", Setup: users(5, 0), Step: batchStep, Final: finalUsers, Check: together}
}

func batchStep(ctx context.Context, p *Process) {
	var builders []*ent.UserUpdateOne
	o := &Op{}
	start := p.Rand.IntN(len(p.Rows))
	for i := range 3 {
		row := p.Rows[(start+i)%len(p.Rows)]
		seen, _ := p.Seen[row].(*ent.User)
		if seen == nil || p.Rand.IntN(3) == 0 {
			p.readUser(ctx, row)
			continue
		}
		o.Writes = append(o.Writes, Cell{Row: row, From: seen.Version})
	}
	if len(o.Writes) == 0 {
		return
	}
	do, skip := "UpdateBulk", p.Rand.IntN(3) == 0
	if skip {
		do = "SkipModified"
	}
	_ = p.Do(ctx, do, func(ctx context.Context, recorded *Op) error {
		recorded.Writes = o.Writes
		for _, w := range recorded.Writes {
			u := p.Seen[w.Row].(*ent.User)
			builders = append(builders, p.Client.User.UpdateOne(u).SetLabels(with(u.Labels, recorded.Mark)))
			p.Seen[w.Row] = nil
		}
		bulk := p.Client.User.UpdateBulk(builders...)
		if skip {
			return recorded.skipped(bulk.SkipModified().Save(ctx))
		}
		saved, err := bulk.Save(ctx)
		recorded.left(saved...)
		p.remember(saved)
		return err
	})
}

func (p *Process) remember(saved []*ent.User) {
	for _, u := range saved {
		p.Seen[rowOf(u.ID)] = u
	}
}

// skipped removes the rows that were not saved from the operation's writes. Skipping rows is not a failure.
func (o *Op) skipped(saved []*ent.User, err error) error {
	o.Each = true
	var conflicts *entocc.BulkModifiedError
	if err != nil && !errors.As(err, &conflicts) || outcomeOf(err) == Unknown {
		return err
	}
	var kept []Cell
	for _, u := range saved {
		for _, w := range o.Writes {
			if w.Row == rowOf(u.ID) {
				kept = append(kept, w)
			}
		}
	}
	if len(kept) == 0 {
		return err
	}
	o.Writes = kept
	o.left(saved...)
	return nil
}

// Skew is two doctors on call, of whom one has to stay: each transaction reads both rows, verifies the other one on
// commit, and writes its own.
func Skew() Workload {
	return Workload{Name: "write skew", Setup: users(2, 1), Step: skewStep, Final: finalUsers, Check: func(r *Round) []Violation {
		// On a cluster verified rows are bumped too, so their versions do not count the writes.
		found := append(Lists(r.Ops(), r.Final, !r.World.Lagging), Serial(r.Ops(), r.Final)...)
		for _, o := range r.Ops() {
			if o.Outcome == Done && len(o.Reads) == 2 && o.Reads[0].Sum+o.Reads[1].Sum < 1 {
				found = append(found, Violation{What: "nobody is on call", Ops: []*Op{o}})
			}
		}
		return found
	}}
}

func skewStep(ctx context.Context, p *Process) {
	own, other := p.Two()
	only := p.Rand.IntN(4) == 0
	do := "leave or come"
	if only {
		do = "look"
	}
	_ = p.Do(ctx, do, func(ctx context.Context, o *Op) error {
		return p.Client.RetryTx(ctx, func(tx *ent.Tx) error {
			pair, err := readTwo(ctx, tx.Client(), o, own, other)
			if err != nil {
				return err
			}
			o.Writes = o.Writes[:1]
			if only {
				o.Writes = nil
				return tx.User.VerifyOnCommit(pair[:]...)
			}
			if err := tx.User.VerifyOnCommit(pair[1]); err != nil {
				return err
			}
			return onCall(pair, o).Exec(ctx)
		})
	})
}

// onCall makes the first doctor leave if the other one stays, or come if not on call.
func onCall(pair [2]*ent.User, o *Op) *ent.UserUpdateOne {
	age := 1
	if pair[0].Age == 1 && pair[1].Age == 1 {
		age = 0
	}
	return pair[0].Update().SetAge(age).SetLabels(with(pair[0].Labels, o.Mark))
}
