package ent

import (
	"app/ent/predicate"
	"context"
)

// Page has mixin.Values, and no version.
type Page struct {
	ID    int    `json:"id"`
	Title string `json:"title"`
}

func (p *Page) Update() *PageUpdateOne { return nil }
func (p *Page) Delete() *PageDeleteOne { return nil }

type PageClient struct{}

func (c *PageClient) Update() *PageUpdate                    { return nil }
func (c *PageClient) UpdateOne(p *Page) *PageUpdateOne       { return nil }
func (c *PageClient) UpdateOneID(id int) *PageUpdateOne      { return nil }
func (c *PageClient) Delete() *PageDelete                    { return nil }
func (c *PageClient) DeleteOne(p *Page) *PageDeleteOne       { return nil }
func (c *PageClient) DeleteOneID(id int) *PageDeleteOne      { return nil }
func (c *PageClient) GetX(ctx context.Context, id int) *Page { return nil }

type PageUpdateOne struct{}

func (u *PageUpdateOne) SetTitle(title string) *PageUpdateOne        { return u }
func (u *PageUpdateOne) IfField(ps ...predicate.Page) *PageUpdateOne { return u }
func (u *PageUpdateOne) IgnoreValues() *PageUpdateOne                { return u }
func (u *PageUpdateOne) Save(ctx context.Context) (*Page, error)     { return nil, nil }
func (u *PageUpdateOne) Exec(ctx context.Context) error              { return nil }
func (u *PageUpdateOne) ExecX(ctx context.Context)                   {}

type PageDeleteOne struct{}

func (d *PageDeleteOne) IgnoreValues() *PageDeleteOne   { return d }
func (d *PageDeleteOne) Exec(ctx context.Context) error { return nil }
func (d *PageDeleteOne) ExecX(ctx context.Context)      {}

type PageUpdate struct{}

func (u *PageUpdate) Where(ps ...predicate.Page) *PageUpdate { return u }
func (u *PageUpdate) SetTitle(title string) *PageUpdate      { return u }
func (u *PageUpdate) ExecX(ctx context.Context)              {}

type PageDelete struct{}

func (d *PageDelete) Where(ps ...predicate.Page) *PageDelete { return d }
func (d *PageDelete) ExecX(ctx context.Context) int          { return 0 }
