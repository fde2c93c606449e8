package main

import (
	"context"
	"errors"

	"example.com/desk/ent"
	"example.com/desk/ent/agent"
	"example.com/desk/ent/customer"
	"example.com/desk/ent/ticket"
)

var errTaken = errors.New("somebody else has taken the ticket")

// desk is the work on tickets.
type desk struct{ client *ent.Client }

// Take gives a ticket to an agent, if nobody has it.
func (d *desk) Take(ctx context.Context, id, agentID int) error {
	t, err := d.client.Ticket.Get(ctx, id)
	if err != nil {
		return err
	}
	return d.assign(ctx, t, agentID)
}

func (d *desk) assign(ctx context.Context, t *ent.Ticket, agentID int) error {
	if t.Status != ticket.StatusOpen {
		return errTaken
	}
	return d.client.Ticket.UpdateOneID(t.ID).SetAgentID(agentID).SetStatus(ticket.StatusTaken).Exec(ctx)
}

// Reply counts an answer.
func (d *desk) Reply(ctx context.Context, id int) error {
	return d.client.Ticket.UpdateOneID(id).AddReplies(1).Exec(ctx)
}

// Close closes a ticket.
func (d *desk) Close(ctx context.Context, t *ent.Ticket) error {
	return d.client.Ticket.UpdateOneID(t.ID).SetStatus(ticket.StatusClosed).Exec(ctx)
}

// Reopen reopens a ticket.
func (d *desk) Reopen(ctx context.Context, t *ent.Ticket) (*ent.Ticket, error) {
	return d.client.Ticket.UpdateOneID(t.ID).SetStatus(ticket.StatusOpen).ClearAgent().Save(ctx)
}

// About sets the version of the product that a ticket is about.
func (d *desk) About(ctx context.Context, id int, version string) error {
	return d.client.Ticket.Update().Where(ticket.ID(id)).SetVersion(version).Exec(ctx)
}

// Release reopens the tickets of an agent.
func (d *desk) Release(ctx context.Context, agentID int) (int, error) {
	return d.client.Ticket.Update().
		Where(ticket.HasAgentWith(agent.ID(agentID)), ticket.StatusEQ(ticket.StatusTaken)).
		SetStatus(ticket.StatusOpen).ClearAgent().Save(ctx)
}

// Drop deletes a ticket.
func (d *desk) Drop(ctx context.Context, t *ent.Ticket) error {
	return d.client.Ticket.DeleteOneID(t.ID).Exec(ctx)
}

// Purge deletes closed tickets.
func (d *desk) Purge(ctx context.Context) (int, error) {
	return d.client.Ticket.Delete().Where(ticket.StatusEQ(ticket.StatusClosed)).Exec(ctx)
}

// Rename renames a customer.
func (d *desk) Rename(ctx context.Context, id int, name string) error {
	return d.client.Customer.UpdateOneID(id).SetName(name).Exec(ctx)
}

// Grant gives credit to a customer.
func (d *desk) Grant(ctx context.Context, id, credit int) error {
	return d.client.Customer.UpdateOneID(id).AddCredit(credit).Exec(ctx)
}

// Spend takes credit from a customer.
func (d *desk) Spend(ctx context.Context, c *ent.Customer, credit int) (*ent.Customer, error) {
	if c.Credit < credit {
		return nil, errors.New("not enough credit")
	}
	return c.Update().SetCredit(c.Credit - credit).Save(ctx)
}

// Move gives a customer another email address.
func (d *desk) Move(ctx context.Context, c *ent.Customer, email string) error {
	return d.client.Customer.UpdateOneID(c.ID).SetEmail(email).Exec(ctx)
}

// Import writes a customer from another program.
func (d *desk) Import(ctx context.Context, name, email string) error {
	return d.client.Customer.Create().SetName(name).SetEmail(email).
		OnConflictColumns(customer.FieldEmail).UpdateNewValues().Exec(ctx)
}

// Forget deletes a customer.
func (d *desk) Forget(ctx context.Context, id int) error {
	return d.client.Customer.DeleteOneID(id).Exec(ctx)
}

// Hire adds an agent.
func (d *desk) Hire(ctx context.Context, name string) (*ent.Agent, error) {
	return d.client.Agent.Create().SetName(name).Save(ctx)
}

// Leave marks an agent as away.
func (d *desk) Leave(ctx context.Context, id int) error {
	if _, err := d.Release(ctx, id); err != nil {
		return err
	}
	return d.client.Agent.UpdateOneID(id).SetActive(false).Exec(ctx)
}

// Return marks an agent as present.
func (d *desk) Return(ctx context.Context, a *ent.Agent) error {
	return a.Update().SetActive(true).Exec(ctx)
}

// Marry gives an agent another name.
func (d *desk) Marry(ctx context.Context, a *ent.Agent, name string) error {
	return d.client.Agent.UpdateOne(a).SetName(name).Exec(ctx)
}

// Fire deletes an agent.
func (d *desk) Fire(ctx context.Context, a *ent.Agent) error {
	return d.client.Agent.DeleteOne(a).Exec(ctx)
}

// Sleep marks all agents as away.
func (d *desk) Sleep(ctx context.Context) error {
	return d.client.Agent.Update().SetActive(false).Exec(ctx)
}
