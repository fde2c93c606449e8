package hook

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"entgo.io/ent"
	"github.com/entocc/entocc"
)

// Resolver decides a conflict. The value that it returns is what the refused write returns to its caller; an error is
// returned instead. Return c.Err to leave the conflict as it is.
type Resolver func(ctx context.Context, c *Conflict) (ent.Value, error)

// OnModified returns a hook that hands each conflict of a client, or of one type, to a resolver: [ClientWins],
// [StoreWins], [Merge] or your own.
//
//	client.User.Use(hook.OnModified(hook.Merge()))
//
// When the resolver saves, and a third writer was faster, that is a conflict again and the resolver is asked again, up
// to three times in all; see [Rounds]. Rows that are gone are conflicts too: see entocc.RecordModifiedError.Deleted.
func OnModified(resolve Resolver, opts ...ResolveOption) ent.Hook {
	o := resolveOptions{rounds: 3}
	for _, opt := range opts {
		opt(&o)
	}
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			op := m.Op()
			v, err := next.Mutate(ctx, m)
			var last *entocc.RecordModifiedError
			for round := 1; err != nil && round <= o.rounds && !replaced(op, m); round++ {
				c := newConflict(m, next, err, round)
				if c == nil || c.Modified == last {
					break
				}
				last = c.Modified
				if v, err = resolve(ctx, c); c.saved {
					break
				}
			}
			return v, err
		})
	}
}

// replaced reports that a hook further in has turned the write into another, as soft delete turns a delete into an update.
// The client's hooks have run around that other write already, so its conflicts are settled; and to run this one again
// would pass that hook by, and delete the row.
func replaced(op ent.Op, m ent.Mutation) bool { return m.Op() != op }

// ResolveOption configures [OnModified].
type ResolveOption func(*resolveOptions)

type resolveOptions struct{ rounds int }

// Rounds bounds how often the resolver is asked for one write; 3 is the default.
func Rounds(n int) ResolveOption { return func(o *resolveOptions) { o.rounds = n } }

// Conflict is what a [Resolver] decides.
type Conflict struct {
	// Err is the error of the refused write, a *ent.UserModifiedError.
	Err error
	// Modified is the part of it that is the same for every type.
	Modified *entocc.RecordModifiedError
	// Mutation is the refused write. Its fields can be changed before Save.
	Mutation ent.Mutation
	// Round counts from 1: how often the resolver was asked for this write.
	Round int

	next    ent.Mutator
	typed   typedConflict
	current any
	// saved reports that Save has saved the row.
	saved bool
}

// typedConflict is what a ModifiedError of any type has.
type typedConflict interface {
	error
	CurrentValue(context.Context) (any, error)
	DiffToValue(current any) []entocc.FieldDiff
}

// newConflict returns nil for errors that are no conflict of the mutation's own row.
func newConflict(m ent.Mutation, next ent.Mutator, err error, round int) *Conflict {
	c := &Conflict{Err: err, Mutation: m, Round: round, next: next}
	if !errors.As(err, &c.Modified) || !isOwn(m, c.Modified) {
		return nil
	}
	errors.As(err, &c.typed)
	return c
}

// isOwn reports whether a conflict is that of the mutation's own row, and not that of another save, which one of its hooks
// has made and handed up. One without an operation is about a row that the transaction only read (VerifyOnCommit), or
// about a parent.
func isOwn(m ent.Mutation, modified *entocc.RecordModifiedError) bool {
	if modified.Op == 0 {
		return false
	}
	if g, ok := m.(guarded); ok {
		_, e := g.VersionGuard()
		return e.met == modified
	}
	return modified.Type == m.Type() && reflect.DeepEqual(modified.ID, mutationID(m))
}

var errNoExtension = errors.New("entocc: this needs a client that was generated with the extension of github.com/entocc/entocc/entc")

// Current loads the row as it is now, a *ent.User, once for each round.
func (c *Conflict) Current(ctx context.Context) (any, error) {
	if c.current != nil {
		return c.current, nil
	}
	if c.typed == nil {
		return nil, errNoExtension
	}
	current, err := c.typed.CurrentValue(ctx)
	if err != nil {
		return nil, err
	}
	c.current = current
	return current, nil
}

// Diff tells what the refused write and others changed, field by field, against the row that Current loads.
func (c *Conflict) Diff(ctx context.Context) ([]entocc.FieldDiff, error) {
	current, err := c.Current(ctx)
	if err != nil {
		return nil, err
	}
	return c.typed.DiffToValue(current), nil
}

// Save runs the write again, guarded by the version of the row that Current loads, or that the conflict reported. A
// third writer in between is a conflict again. It saves once: after that it is an error.
func (c *Conflict) Save(ctx context.Context) (ent.Value, error) {
	if c.saved {
		return nil, fmt.Errorf("entocc: the resolver has saved %s %v already: return what that Save returned", c.Modified.Type, c.Modified.ID)
	}
	g, ok := c.Mutation.(guarded)
	if !ok {
		return nil, errNoExtension
	}
	if c.Modified.Deleted {
		return nil, c.Err
	}
	s, e := g.VersionGuard()
	version := c.Modified.Actual
	if c.current != nil || version == nil {
		current, err := c.Current(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w (loading the row as it is now: %w)", c.Err, err)
		}
		version = s.versionOf(current)
	}
	e.In(version)
	v, err := c.next.Mutate(ctx, c.Mutation)
	c.saved = err == nil
	return v, err
}

// saveMerged is Save without the fields that the write sets to what they were, and that others have changed.
func (c *Conflict) saveMerged(ctx context.Context, diffs []entocc.FieldDiff) (ent.Value, error) {
	if g, ok := c.Mutation.(guarded); ok {
		s, _ := g.VersionGuard()
		if err := s.keepTheirs(c.Mutation, diffs); err != nil {
			return nil, fmt.Errorf("%w (merging: %w)", c.Err, err)
		}
	}
	return c.Save(ctx)
}

// ClientWins saves the refused write on top of what others wrote: fields that it sets replace theirs, all other fields
// stay as theirs. In EF Core this is "client wins". A row that is gone stays gone.
func ClientWins() Resolver {
	return func(ctx context.Context, c *Conflict) (ent.Value, error) { return c.Save(ctx) }
}

// StoreWins drops the refused update, and returns the row as it is now in its place. A refused delete stays an error.
func StoreWins() Resolver {
	return func(ctx context.Context, c *Conflict) (ent.Value, error) {
		if c.Modified.Deleted || !c.Mutation.Op().Is(ent.OpUpdateOne) {
			return nil, c.Err
		}
		return c.Current(ctx)
	}
}

// Merge saves the refused update on top of what others wrote, if the two changed different fields (a three-way merge
// with the entity that the update was made from as base). Additions to a number, appends to a JSON list, and added or
// removed edges go with any change. Where both sides changed a field to different values, the conflict comes back in an
// entocc.MergeError that lists the fields. Updates by ID have no base, and deletes nothing to merge: they stay conflicts.
//
// never names fields that are not merged: a change of one by either side leaves the conflict to the caller.
func Merge(never ...string) Resolver {
	isNever := make(map[string]bool, len(never))
	for _, name := range never {
		isNever[name] = true
	}
	return func(ctx context.Context, c *Conflict) (ent.Value, error) {
		if c.Modified.Deleted || !c.Mutation.Op().Is(ent.OpUpdateOne) {
			return nil, c.Err
		}
		diffs, err := c.Diff(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w (comparing with the row as it is now: %w)", c.Err, err)
		}
		var clashes []entocc.FieldDiff
		for _, d := range diffs {
			noBase := !d.Edge && !d.HasBase && d.TheirsChanged
			if d.Clashes() || isNever[d.Name] || noBase {
				clashes = append(clashes, d)
			}
		}
		if len(clashes) > 0 {
			return nil, &entocc.MergeError{Clashes: clashes, Err: c.Err}
		}
		return c.saveMerged(ctx, diffs)
	}
}
