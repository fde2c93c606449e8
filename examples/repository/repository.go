package main

import (
	"context"
	"errors"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/examples/repository/domain"
	"github.com/entocc/entocc/occhttp"
)

// users keeps the users of the domain in a database.
type users struct{ client *ent.Client }

// Find returns a user with its version.
func (r users) Find(ctx context.Context, id int) (domain.User, error) {
	u, err := r.client.User.Get(ctx, id)
	if err != nil {
		return domain.User{}, err
	}
	return toDomain(u)
}

// Save saves a user. As long as some callers build users without a version, their writes are not compared; all others are.
func (r users) Save(ctx context.Context, u domain.User) (domain.User, error) {
	saved, err := r.client.User.UpdateOneID(u.ID).
		IfMatch(occhttp.IfTagSent(u.Version)). // IfTag, once every caller sends it.
		SetName(u.Name).
		SetEmail(u.Email).
		Save(ctx)
	if err != nil {
		return domain.User{}, toError(err)
	}
	return toDomain(saved)
}

func toDomain(u *ent.User) (domain.User, error) {
	tag, err := occhttp.Tag(u)
	return domain.User{ID: u.ID, Name: u.Name, Email: u.Email, Version: tag.Opaque}, err
}

// toError keeps the cause for the log, and gives the domain an error that it knows.
func toError(err error) error {
	if entocc.IsRecordModified(err) {
		return errors.Join(domain.ErrConflict, err)
	}
	return err
}
