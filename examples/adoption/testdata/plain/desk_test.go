package main

import (
	"testing"

	"example.com/desk/ent"
	"example.com/desk/ent/ticket"
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (d *desk) newTicket(t *testing.T) *ent.Ticket {
	c := d.client.Customer.Create().SetName("Ada").SetEmail("ada@example.com").SaveX(t.Context())
	return d.client.Ticket.Create().SetTitle("It is broken").SetCustomer(c).SaveX(t.Context())
}

func TestTicket(t *testing.T) {
	ctx, d := t.Context(), open(t)
	made := d.newTicket(t)
	ann, err := d.Hire(ctx, "Ann")
	must(t, err, d.About(ctx, made.ID, "2.0"), d.Take(ctx, made.ID, ann.ID), d.Reply(ctx, made.ID))
	if err := d.Take(ctx, made.ID, ann.ID); err != errTaken {
		t.Fatal(err)
	}
	must(t, d.Close(ctx, d.client.Ticket.GetX(ctx, made.ID)))
	got, err := d.Reopen(ctx, d.client.Ticket.GetX(ctx, made.ID))
	must(t, err)
	if got.Status != ticket.StatusOpen || got.Replies != 1 || got.Version != "2.0" {
		t.Fatal(got)
	}
	must(t, d.Drop(ctx, got))
}

func TestCustomer(t *testing.T) {
	ctx, d := t.Context(), open(t)
	must(t, d.Import(ctx, "Ada", "ada@example.com"), d.Import(ctx, "Ada Lovelace", "ada@example.com"))
	id := d.client.Customer.Query().OnlyIDX(ctx)
	must(t, d.Rename(ctx, id, "Ada King"), d.Grant(ctx, id, 10))
	c, err := d.Spend(ctx, d.client.Customer.GetX(ctx, id), 3)
	must(t, err, d.Move(ctx, c, "ada@example.org"))
	if got := d.client.Customer.GetX(ctx, id); got.Credit != 7 || got.Email != "ada@example.org" {
		t.Fatal(got)
	}
	must(t, d.Forget(ctx, id))
}

func TestAgent(t *testing.T) {
	ctx, d := t.Context(), open(t)
	made := d.newTicket(t)
	ann, err := d.Hire(ctx, "Ann")
	must(t, err, d.Take(ctx, made.ID, ann.ID), d.Leave(ctx, ann.ID))
	if got := d.client.Ticket.GetX(ctx, made.ID); got.Status != ticket.StatusOpen {
		t.Fatal(got)
	}
	must(t, d.Return(ctx, d.client.Agent.GetX(ctx, ann.ID)), d.Marry(ctx, d.client.Agent.GetX(ctx, ann.ID), "Ann Lee"), d.Sleep(ctx))
	must(t, d.Fire(ctx, d.client.Agent.GetX(ctx, ann.ID)), d.Close(ctx, d.client.Ticket.GetX(ctx, made.ID)))
	if n, err := d.Purge(ctx); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}
