package ent

import (
	"context"

	"entgo.io/ent/dialect"
)

// Hijack begins a transaction in the way of programs that commit by a driver of their own: out of sight of Tx.
func (c *Client) Hijack(ctx context.Context) (dialect.Tx, *Client, error) {
	tx, err := c.driver.Tx(ctx)
	if err != nil {
		return nil, nil, err
	}
	cfg := c.config
	cfg.driver = &txDriver{tx: tx, drv: c.driver}
	client := &Client{config: cfg}
	client.init()
	return tx, client, nil
}
