package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/adopt/ent"
	"github.com/entocc/entocc/examples/adopt/ent/invoice"
	"github.com/entocc/entocc/examples/adopt/ent/invoiceline"
	"github.com/entocc/entocc/hook"
)

// collide has two editors change one customer.
func collide(ctx context.Context, out io.Writer, client *ent.Client) error {
	a := client.Customer.GetX(ctx, 1)
	b := client.Customer.GetX(ctx, 1)

	a, err := a.Update().SetCity("Campinas").Save(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  a moves %s %s to %s: version %d\n", a.FirstName, a.LastName, *a.City, a.Version)

	err = b.Update().SetCity("Santos").SetPostalCode("11010-000").Exec(ctx)
	if !ent.IsRecordModified(err) {
		return errors.Join(errors.New("the stale save was not refused"), err)
	}
	fmt.Fprintf(out, "  b moves them to Santos: %v\n", err)
	return nil
}

const (
	editors = 8
	edits   = 5
	bill    = 5 // an invoice of fourteen lines, in both databases
)

// editTogether has many editors change one invoice and its lines at once, each until all its changes are in.
func editTogether(ctx context.Context, out io.Writer, client *ent.Client) error {
	before, err := load(ctx, client, bill)
	if err != nil {
		return err
	}
	refused := new(hook.Tally)
	client.Use(refused.Hook())
	var open, done sync.WaitGroup
	failures := make([]error, editors)
	open.Add(editors)
	for editor := range editors {
		done.Go(func() {
			arrived := sync.OnceFunc(func() { // All have the invoice open before the first of them saves.
				open.Done()
				open.Wait()
			})
			for range edits {
				failures[editor] = errors.Join(failures[editor], addPiece(ctx, client, editor, arrived))
			}
		})
	}
	done.Wait()
	after, err := load(ctx, client, bill)
	if err := errors.Join(append(failures, err)...); err != nil {
		return err
	}
	return report(out, before, after, refused)
}

// addPiece loads the invoice and adds a piece to one of its lines and the price to the total, both guarded, in one
// transaction. It starts over while another editor is faster.
func addPiece(ctx context.Context, client *ent.Client, editor int, loaded func()) error {
	return entocc.Retry(ctx, func(ctx context.Context) error {
		found, err := load(ctx, client, bill)
		loaded()
		if err != nil {
			return err
		}
		line := found.Edges.Lines[editor]
		tx, err := client.Tx(ctx)
		if err != nil {
			return err
		}
		err = tx.Invoice.UpdateOne(found).SetTotal(found.Total + line.UnitPrice).Exec(ctx)
		if err == nil {
			err = tx.InvoiceLine.UpdateOne(line).SetQuantity(line.Quantity + 1).Exec(ctx)
		}
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}, entocc.Attempts(0))
}

// load returns an invoice with its lines.
func load(ctx context.Context, client *ent.Client, id int) (*ent.Invoice, error) {
	return client.Invoice.Query().Where(invoice.ID(id)).WithLines(func(q *ent.InvoiceLineQuery) {
		q.Order(invoiceline.ByID())
	}).Only(ctx)
}

// report compares what the editors did with what is stored.
func report(out io.Writer, before, after *ent.Invoice, refused *hook.Tally) error {
	was, is, sum := 0, 0, 0.0
	for i, line := range after.Edges.Lines {
		was += before.Edges.Lines[i].Quantity
		is += line.Quantity
		sum += line.UnitPrice * float64(line.Quantity)
	}
	if refused.Counts()[ent.TypeInvoice] < editors-1 {
		return fmt.Errorf("only %s saves were refused: the editors did not meet", refused)
	}
	if is-was != editors*edits || math.Abs(after.Total-sum) > 0.001 {
		return fmt.Errorf("%d pieces became %d, the lines are worth %.2f, and the total is %.2f", was, is, sum, after.Total)
	}
	fmt.Fprintf(out, "  %d editors add %d pieces each to invoice %d at once: from %d pieces to %d, version %d\n", editors, edits, bill, was, is, after.Version)
	fmt.Fprintf(out, "  its lines are worth %.2f, and its total is %.2f: nothing is lost\n", sum, after.Total)
	return nil
}
