package hook

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"entgo.io/ent"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/entity"
	"github.com/entocc/entocc/internal/write"
)

// Resolver decides a conflict. The value that it returns is what the refused write returns to its caller; an error is
// returned instead. Return c.Err to leave the conflict as it is.
type Resolver func(ctx context.Context, c *Conflict) (ent.Value, error)

// OnModified returns a hook that passes the conflicts of a client, or of one type, to a resolver: [ClientWins],
// [StoreWins], [Merge] or your own.
//
//	client.User.Use(hook.OnModified(hook.Merge()))
//
// If the resolver saves, and a third writer was faster, that is another conflict and the resolver is called again, up to
// three times in all; see [Rounds]. Rows that are gone are conflicts too: see entocc.RecordModifiedError.Deleted.
//
// Three kinds of conflicts are returned to the caller instead: those of writes by IfMatch, unless [WithIfMatch] is among
// the options; those of entocc.Retry, Modify and RetryTx, which run the work again; and those of a write that the resolver
// itself makes to the row that it decides about. docs/resolvers.md has the table. Beside [Report] the resolver decides.
func OnModified(resolve Resolver, opts ...ResolveOption) ent.Hook {
	o := resolveOptions{rounds: 3}
	for _, opt := range opts {
		opt(&o)
	}
	return func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			op := m.Op()
			if g, ok := m.(write.Guarded); ok {
				_, e := g.VersionGuard()
				defer e.Resolving()()
			}
			v, err := next.Mutate(ctx, m)
			if err == nil || replaced(op, m) {
				return v, err
			}
			return o.resolve(ctx, resolve, &Conflict{Mutation: m, next: next}, v, err)
		})
	}
}

// resolve asks the resolver about an error of the write that c is about, until that is no conflict any more. v is the
// write's value.
func (o *resolveOptions) resolve(ctx context.Context, resolve Resolver, c *Conflict, v ent.Value, err error) (ent.Value, error) {
	defer c.restore(&err)
	var last *entocc.RecordModifiedError
	for c.Round = 1; err != nil && c.Round <= o.rounds; c.Round++ {
		if !c.of(err) || c.Modified == last || !o.asks(ctx, c) {
			break
		}
		op := c.Mutation.Op()
		last = c.Modified
		if v, err = c.ask(ctx, resolve); c.saved || replaced(op, c.Mutation) {
			break
		}
	}
	return v, err
}

// replaced reports that a hook further in has turned the write into another, as soft delete turns a delete into an update.
// The client's hooks have run around that other write already, so its conflicts are settled; and to run this one again
// would pass that hook by, and delete the row.
func replaced(op ent.Op, m ent.Mutation) bool { return m.Op() != op }

// ResolveOption configures [OnModified].
type ResolveOption func(*resolveOptions)

type resolveOptions struct {
	rounds           int
	ifMatch          bool
	withoutIfVersion bool
}

// Rounds limits how often the resolver is called for one write; 3 is the default.
func Rounds(n int) ResolveOption { return func(o *resolveOptions) { o.rounds = n } }

// WithIfMatch also passes conflicts of writes by IfMatch to the resolver: those of an If-Match header or of a form's token.
// RFC 9110 (section 13.1.1) forbids performing a request whose If-Match is false, unless the row already has the change or
// it can be combined with those of others, as a merge does. So use it with [Merge], or with your own resolver that does not
// overwrite. [ClientWins] and [StoreWins] still leave such conflicts alone.
func WithIfMatch() ResolveOption { return func(o *resolveOptions) { o.ifMatch = true } }

// WithoutIfVersion does not pass conflicts of writes by IfVersion and IfVersionIn to the resolver: they are returned to the
// caller, who stated the version.
func WithoutIfVersion() ResolveOption { return func(o *resolveOptions) { o.withoutIfVersion = true } }

// asks reports whether the conflict is one that the resolver was registered for.
func (o *resolveOptions) asks(ctx context.Context, c *Conflict) bool {
	var state *entocc.StateError
	if entocc.Retrying(ctx) || c.inside(ctx) || errors.As(c.Modified, &state) {
		return false
	}
	g, ok := c.Mutation.(write.Guarded)
	if !ok {
		return true
	}
	s, e := g.VersionGuard()
	if s.ByValues() { // There is no version by which a resolver could save what it has seen.
		return false
	}
	said := e.Said()
	c.Stated, c.IfMatch = said.Stated(), said.Condition
	switch {
	case e.Attempt.Running():
		return false
	case c.IfMatch:
		return o.ifMatch
	}
	return !c.Stated || !o.withoutIfVersion
}

// Conflict is what a [Resolver] decides.
type Conflict struct {
	// Err is the error of the refused write, a *ent.UserModifiedError.
	Err error
	// Modified is the part of it that is the same for every type.
	Modified *entocc.RecordModifiedError
	// Mutation is the refused write. Its fields can be changed before Save.
	Mutation ent.Mutation
	// Round counts from 1: how often the resolver was called for this write.
	Round int
	// Stated reports that the caller has stated the version, by IfVersion, IfVersionIn or IfMatch, and IfMatch that it was
	// the last: the version that a client of the program saw, which may not be that of the entity at hand.
	Stated, IfMatch bool

	next    ent.Mutator
	typed   typedConflict
	current any
	// saved reports that Save has saved the row.
	saved bool
	// kept are the fields that a merge has taken out of the mutation.
	kept []entity.KeptField
}

// inside reports whether the write is made by a resolver that decides about the same row: it would be asked about itself.
func (c *Conflict) inside(ctx context.Context) bool {
	for outer, _ := ctx.Value(conflictKey{}).(*deciding); outer != nil; outer = outer.in {
		if outer.modified.Type == c.Modified.Type && reflect.DeepEqual(outer.modified.ID, c.Modified.ID) {
			return true
		}
	}
	return false
}

type conflictKey struct{}

// deciding is a conflict that a resolver decides about, in the course of another one.
type deciding struct {
	modified *entocc.RecordModifiedError
	in       *deciding
}

// ask asks the resolver, and holds it to what a save may return.
func (c *Conflict) ask(ctx context.Context, resolve Resolver) (ent.Value, error) {
	in, _ := ctx.Value(conflictKey{}).(*deciding)
	v, err := resolve(context.WithValue(ctx, conflictKey{}, &deciding{c.Modified, in}), c)
	if err != nil {
		return nil, err
	}
	return v, c.unusable(v)
}

// unusable returns an error for a value that a save can't return.
func (c *Conflict) unusable(v ent.Value) error {
	want, ok := "the number of rows", false
	switch op := c.Mutation.Op(); {
	case op.Is(ent.OpUpdate | ent.OpDelete | ent.OpDeleteOne):
		_, ok = v.(int)
	case c.typed != nil:
		want, ok = "an entity of "+c.Modified.Type, c.typed.IsResult(v)
	default:
		want, ok = "an entity of "+c.Modified.Type, v != nil
	}
	switch {
	case ok:
		return nil
	case c.saved:
		return fmt.Errorf("entocc: %s %v was saved, but its resolver returned %s and no error: return what Save returned", c.Modified.Type, c.Modified.ID, valueWords(v))
	default:
		return fmt.Errorf("entocc: the resolver of a conflict returned %s and no error: return what Save or Current returned, %s, or an error as c.Err: %w", valueWords(v), want, c.Err)
	}
}

func valueWords(v ent.Value) string {
	if r := reflect.ValueOf(v); v == nil || r.Kind() == reflect.Pointer && r.IsNil() {
		return "nil"
	}
	return fmt.Sprintf("a %T", v)
}

// typedConflict is what a ModifiedError of any type has.
type typedConflict interface {
	error
	CurrentValue(context.Context) (any, error)
	DiffToValue(current any) []entocc.FieldDiff
	IsResult(v any) bool
}

// of takes up an error; false for one that is no conflict of the mutation's own row.
func (c *Conflict) of(err error) bool {
	c.Err, c.Modified, c.typed, c.current = err, nil, nil, nil
	if !errors.As(err, &c.Modified) || !isOwn(c.Mutation, c.Modified) {
		return false
	}
	errors.As(err, &c.typed)
	return true
}

// isOwn reports whether a conflict is that of the mutation's own row, and not that of another save, which one of its hooks
// has made and handed up. One without an operation is about a row that the transaction only read (VerifyOnCommit), or
// about a parent.
func isOwn(m ent.Mutation, modified *entocc.RecordModifiedError) bool {
	if modified.Op == 0 {
		return false
	}
	if g, ok := m.(write.Guarded); ok {
		_, e := g.VersionGuard()
		return e.IsOwn(modified)
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

// Diff returns what the refused write and others changed, field by field, against the row that Current loads.
func (c *Conflict) Diff(ctx context.Context) ([]entocc.FieldDiff, error) {
	if g, ok := c.Mutation.(write.Guarded); ok {
		if s, _ := g.VersionGuard(); s.Undiffed {
			return nil, entocc.ErrNoDiff
		}
	}
	current, err := c.Current(ctx)
	if err != nil {
		return nil, err
	}
	return c.typed.DiffToValue(current), nil
}

// Save runs the write again, guarded by the version of the row that Current loads, or that the conflict reported. A third
// writer in between is another conflict. A second call of Save, after one that saved, is an error.
func (c *Conflict) Save(ctx context.Context) (ent.Value, error) {
	if c.saved {
		return nil, fmt.Errorf("entocc: the resolver has saved %s %v already: return what that Save returned", c.Modified.Type, c.Modified.ID)
	}
	g, ok := c.Mutation.(write.Guarded)
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
		version = entity.VersionOf(s, current)
	}
	e.Resume(version)
	v, err := c.next.Mutate(ctx, c.Mutation)
	c.saved = err == nil
	return v, err
}

// saveMerged is Save without the fields that the write sets to what they were, and that others have changed.
func (c *Conflict) saveMerged(ctx context.Context, diffs []entocc.FieldDiff) (ent.Value, error) {
	if _, ok := c.Mutation.(write.Guarded); ok {
		kept, err := entity.KeepTheirs(c.Mutation, diffs)
		if c.kept = append(c.kept, kept...); err != nil {
			return nil, fmt.Errorf("%w (merging: %w)", c.Err, err)
		}
	}
	return c.Save(ctx)
}

// restore has the mutation be again what its caller has made it, if it was not saved: a builder may be saved again, and
// is guarded by what its caller has seen then.
func (c *Conflict) restore(err *error) {
	if g, ok := c.Mutation.(write.Guarded); ok {
		_, e := g.VersionGuard()
		e.Restore()
	}
	if *err == nil {
		return
	}
	for _, f := range c.kept {
		if rerr := f.GiveBack(c.Mutation); rerr != nil {
			*err = fmt.Errorf("%w (after a merge: %w)", *err, rerr)
		}
	}
}

// ClientWins saves the refused write on top of what others wrote: fields that it sets replace theirs, all other fields stay
// as theirs. In EF Core this is "client wins". A row that is gone stays gone, and a write by IfMatch never overwrites a
// version that its condition does not accept.
func ClientWins() Resolver {
	return func(ctx context.Context, c *Conflict) (ent.Value, error) {
		if c.IfMatch {
			return nil, c.Err
		}
		return c.Save(ctx)
	}
}

// StoreWins drops the refused update, and returns the row as it is now instead. A refused delete stays an error, and so
// does an update whose caller stated a version with IfVersion, IfVersionIn or IfMatch.
func StoreWins() Resolver {
	return func(ctx context.Context, c *Conflict) (ent.Value, error) {
		if c.Stated || c.Modified.Deleted || !c.Mutation.Op().Is(ent.OpUpdateOne) {
			return nil, c.Err
		}
		return c.Current(ctx)
	}
}

// Merge saves the refused update on top of what others wrote, if the two changed different fields: a three-way merge
// with the row that the update's entity was loaded from as base. Additions to a number, appends to a JSON list, and added
// or removed edges go with any change. Where both sides changed a field to different values, the conflict comes back in an
// entocc.MergeError that lists the fields.
//
// A field that is set to what was read is not changed. What was read counts, not what the struct holds by now: see
// entocc.FieldDiff. Where there is no base, as for updates by ID, each field that is set counts as changed. Deletes have
// nothing to merge: they stay conflicts.
//
// never names fields that are not merged: a change of one by either side leaves the conflict to the caller, and so does
// a base that does not show it. Use the constants of the generated package (user.FieldStatus): a name that the type does
// not have changes nothing.
func Merge(never ...string) Resolver {
	return func(ctx context.Context, c *Conflict) (ent.Value, error) {
		if c.Modified.Deleted || !c.Mutation.Op().Is(ent.OpUpdateOne) {
			return nil, c.Err
		}
		diffs, err := c.Diff(ctx)
		if err != nil {
			return nil, fmt.Errorf("%w (comparing with the row as it is now: %w)", c.Err, err)
		}
		g, ok := c.Mutation.(write.Guarded)
		if !ok {
			return nil, errNoExtension
		}
		s, e := g.VersionGuard()
		if clashes := entity.Clashes(s, e.Base, diffs, never); len(clashes) > 0 {
			return nil, &entocc.MergeError{Clashes: clashes, Err: c.Err}
		}
		return c.saveMerged(ctx, diffs)
	}
}
