// Package ent has the shape of a generated client with a versioned User and a Tag without a version.
package ent

import (
	"app/ent/predicate"
	"app/ent/user"
	"context"

	"github.com/entocc/entocc"
)

type User struct {
	ID      int    `json:"id"`
	Version int64  `json:"version"`
	Name    string `json:"name"`
}

func (u *User) VersionKey() entocc.VersionKey { return entocc.VersionKey{} }
func (u *User) Update() *UserUpdateOne        { return nil }
func (u *User) Delete() *UserDeleteOne        { return nil }

type UserClient struct{}

func (c *UserClient) Create() *UserCreate                                { return nil }
func (c *UserClient) Update() *UserUpdate                                { return nil }
func (c *UserClient) UpdateOne(u *User) *UserUpdateOne                   { return nil }
func (c *UserClient) UpdateOneID(id int) *UserUpdateOne                  { return nil }
func (c *UserClient) Delete() *UserDelete                                { return nil }
func (c *UserClient) DeleteOne(u *User) *UserDeleteOne                   { return nil }
func (c *UserClient) DeleteOneID(id int) *UserDeleteOne                  { return nil }
func (c *UserClient) UpdateBulk(builders ...*UserUpdateOne) *UserUpdates { return nil }
func (c *UserClient) Get(ctx context.Context, id int) (*User, error)     { return nil, nil }
func (c *UserClient) GetX(ctx context.Context, id int) *User             { return nil }
func (c *UserClient) Query() *UserQuery                                  { return nil }

type UserQuery struct{}

func (q *UserQuery) Order(o ...user.OrderOption) *UserQuery  { return q }
func (q *UserQuery) Where(ps ...predicate.User) *UserQuery   { return q }
func (q *UserQuery) Only(ctx context.Context) (*User, error) { return nil, nil }

type UserUpdates struct{}

func (b *UserUpdates) Exec(ctx context.Context) error { return nil }

type UserCreate struct{}

func (c *UserCreate) SetName(name string) *UserCreate         { return c }
func (c *UserCreate) SetVersion(v int64) *UserCreate          { return c }
func (c *UserCreate) SetNillableVersion(v *int64) *UserCreate { return c }
func (c *UserCreate) Save(ctx context.Context) (*User, error) { return nil, nil }

type UserUpdateOne struct{}

func (u *UserUpdateOne) Where(ps ...predicate.User) *UserUpdateOne   { return u }
func (u *UserUpdateOne) SetName(name string) *UserUpdateOne          { return u }
func (u *UserUpdateOne) IfVersion(v int64) *UserUpdateOne            { return u }
func (u *UserUpdateOne) IfVersionIn(v ...int64) *UserUpdateOne       { return u }
func (u *UserUpdateOne) IfVersionSent(v *int64) *UserUpdateOne       { return u }
func (u *UserUpdateOne) IfMatch(c entocc.Condition) *UserUpdateOne   { return u }
func (u *UserUpdateOne) IfField(ps ...predicate.User) *UserUpdateOne { return u }
func (u *UserUpdateOne) IgnoreVersion() *UserUpdateOne               { return u }
func (u *UserUpdateOne) Save(ctx context.Context) (*User, error)     { return nil, nil }
func (u *UserUpdateOne) SaveX(ctx context.Context) *User             { return nil }
func (u *UserUpdateOne) Exec(ctx context.Context) error              { return nil }
func (u *UserUpdateOne) ExecX(ctx context.Context)                   {}

type UserDeleteOne struct{}

func (d *UserDeleteOne) IfVersion(v int64) *UserDeleteOne { return d }
func (d *UserDeleteOne) IgnoreVersion() *UserDeleteOne    { return d }
func (d *UserDeleteOne) Exec(ctx context.Context) error   { return nil }
func (d *UserDeleteOne) ExecX(ctx context.Context)        {}

type UserUpdate struct{}

func (u *UserUpdate) Where(ps ...predicate.User) *UserUpdate { return u }
func (u *UserUpdate) SetName(name string) *UserUpdate        { return u }
func (u *UserUpdate) Save(ctx context.Context) (int, error)  { return 0, nil }
func (u *UserUpdate) SaveX(ctx context.Context) int          { return 0 }
func (u *UserUpdate) Exec(ctx context.Context) error         { return nil }
func (u *UserUpdate) ExecX(ctx context.Context)              {}

type UserDelete struct{}

func (d *UserDelete) Where(ps ...predicate.User) *UserDelete { return d }
func (d *UserDelete) Exec(ctx context.Context) (int, error)  { return 0, nil }
func (d *UserDelete) ExecX(ctx context.Context) int          { return 0 }

type Tag struct{ ID int }

type TagUpdateOne struct{}

func (u *TagUpdateOne) Exec(ctx context.Context) error { return nil }

type TagClient struct{}

func (c *TagClient) UpdateOneID(id int) *TagUpdateOne { return nil }

type Client struct {
	User *UserClient
	Tag  *TagClient
	Page *PageClient
}

func (c *Client) ExecContext(ctx context.Context, query string, args ...any) error { return nil }
func (c *Client) RetryTx(ctx context.Context, fn func(tx *Tx) error) error         { return fn(nil) }

func (c *Client) Tx(ctx context.Context) (*Tx, error) { return nil, nil }

type Tx struct{ User *UserClient }

func (tx *Tx) Rollback() error { return nil }
func (tx *Tx) Commit() error   { return nil }

func IsRecordModified(err error) bool { return false }
func IsVersionError(err error) bool   { return false }
func IsNotFound(err error) bool       { return false }
