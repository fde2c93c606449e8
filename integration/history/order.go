package history

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/purchase"
	"github.com/entocc/entocc/internal/ent/purchaseline"
)

// most is how many pieces an order may have in all.
const most = 10

// Order is an order with lines, of no more than ten pieces. Each change of a line bumps the order and states the
// version of the order that it was based on, so that two lines can't exceed the limit together.
func Order() Workload {
	return Workload{Name: "order with lines", Setup: orders(2), Step: orderStep, Final: finalOrders, Check: func(r *Round) []Violation {
		found := Linear(r.Ops(), nil, r.World.Lagging)
		for _, c := range r.Final.Reads {
			acknowledged, unknown := writesOf(r.Ops(), c.Row)
			found = append(found, counts("versions of the order "+c.Row, int(c.Version), acknowledged, unknown)...)
			if c.Sum > most {
				found = append(found, Violation{Row: c.Row, What: fmt.Sprintf("%d pieces in the order", c.Sum)})
			}
		}
		return found
	}}
}

func orders(n int) func(context.Context, *Round) error {
	return func(ctx context.Context, r *Round) error {
		for len(r.Rows) < n {
			o := r.Begin(-1, "create")
			order, err := r.World.Sees.Purchase.Create().Save(ctx)
			if err == nil {
				o.Writes = []Cell{{Row: order.ID.String(), Version: order.Version}}
				r.Rows = append(r.Rows, order.ID.String())
			}
			r.End(o, err)
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func finalOrders(ctx context.Context, r *Round, o *Op) error {
	o.Reads = nil
	for _, row := range r.Rows {
		tx, err := r.World.Sees.Tx(ctx)
		if err != nil {
			return err
		}
		c, _, err := readOrder(ctx, tx.Client(), row)
		o.Reads = append(o.Reads, c)
		if _ = tx.Rollback(); err != nil {
			return err
		}
	}
	return nil
}

// readOrder reads an order, and then its lines. Lines that are newer than the order's version do no harm, because the
// order then has another version.
func readOrder(ctx context.Context, client *ent.Client, row string) (Cell, []*ent.PurchaseLine, error) {
	id := uuid.MustParse(row)
	order, err := client.Purchase.Get(ctx, id)
	if err != nil {
		return Cell{}, nil, err
	}
	lines, err := client.PurchaseLine.Query().Where(purchaseline.HasPurchaseWith(purchase.ID(id))).All(ctx)
	c := Cell{Row: row, Version: order.Version}
	for _, line := range lines {
		c.Sum += line.Amount
	}
	return c, lines, err
}

func orderStep(ctx context.Context, p *Process) {
	row := p.Row()
	var (
		seen  Cell
		lines []*ent.PurchaseLine
	)
	err := p.Do(ctx, "read", func(ctx context.Context, o *Op) (err error) {
		if seen, lines, err = readOrder(ctx, p.Client, row); err == nil {
			o.Reads = []Cell{seen}
		}
		return err
	})
	if err != nil {
		return
	}
	write, do := p.change(seen, lines)
	_ = p.Do(ctx, do, func(ctx context.Context, o *Op) error {
		o.Writes = []Cell{{Row: row, From: seen.Version}}
		return write(ctx, o)
	})
}

// change decides, from what was read, to add a line, to enlarge one, or to remove one.
func (p *Process) change(seen Cell, lines []*ent.PurchaseLine) (write func(context.Context, *Op) error, do string) {
	var line *ent.PurchaseLine
	if len(lines) > 0 {
		line = lines[p.Rand.IntN(len(lines))]
	}
	switch {
	case line == nil || seen.Sum < most && p.Rand.IntN(2) == 0:
		return func(ctx context.Context, o *Op) error {
			return p.Client.PurchaseLine.Create().SetArticle(o.Mark).SetPurchaseID(uuid.MustParse(seen.Row)).
				IfPurchaseVersion(seen.Version).Exec(ctx)
		}, "add a line"
	case seen.Sum < most && p.Rand.IntN(2) == 0:
		return func(ctx context.Context, _ *Op) error {
			return line.Update().SetAmount(line.Amount + 1).IfPurchaseVersion(seen.Version).Exec(ctx)
		}, "more of a line"
	default:
		return func(ctx context.Context, _ *Op) error {
			return p.Client.PurchaseLine.DeleteOne(line).IfPurchaseVersion(seen.Version).Exec(ctx)
		}, "take out a line"
	}
}
