package entocc

import (
	"context"
	"slices"
)

// SkipCheck returns a context under which writes of the given types are not guarded. They still bump the version, so
// that other holders of the row notice. No type means every type. Privacy rules, other hooks and validators stay on.
//
//	client.User.UpdateOneID(id).SetName("ops").ExecX(entocc.SkipCheck(ctx, ent.TypeUser))
func SkipCheck(ctx context.Context, types ...string) context.Context {
	s := switchesFrom(ctx)
	s.check = s.check.with(types)
	return context.WithValue(ctx, switchesKey{}, s)
}

// SkipIncrement returns a context under which writes of the given types are guarded, but do not bump the version (a
// shadow save). No type means every type. Other holders of the row do not notice such a write: use it for changes that
// they may overwrite.
//
//	doc.Update().SetViews(n).ExecX(entocc.SkipIncrement(ctx, ent.TypeDocument))
func SkipIncrement(ctx context.Context, types ...string) context.Context {
	s := switchesFrom(ctx)
	s.increment = s.increment.with(types)
	return context.WithValue(ctx, switchesKey{}, s)
}

// CheckSkipped reports whether ctx comes from [SkipCheck] for this type.
func CheckSkipped(ctx context.Context, typ string) bool {
	return switchesFrom(ctx).check.has(typ)
}

// IncrementSkipped reports whether ctx comes from [SkipIncrement] for this type.
func IncrementSkipped(ctx context.Context, typ string) bool {
	return switchesFrom(ctx).increment.has(typ)
}

// BeforeWrite returns a context under which refuse is called before each write of a versioned type, new rows included. If
// it returns an error, the write is refused: nothing is sent to the database, and the error is returned in a
// [VersionError]. Package occhttp uses it to refuse the writes of a handler that has not looked at the If-Match of its
// request.
//
//	ctx = entocc.BeforeWrite(ctx, func(typ string) error { return errReadOnly })
//
// If there are several, each can refuse. No switch turns them off.
func BeforeWrite(ctx context.Context, refuse func(typ string) error) context.Context {
	s := switchesFrom(ctx)
	if outer := s.refuse; outer != nil {
		inner := refuse
		refuse = func(typ string) error {
			if err := outer(typ); err != nil {
				return err
			}
			return inner(typ)
		}
	}
	s.refuse = refuse
	return context.WithValue(ctx, switchesKey{}, s)
}

// WriteRefused returns why ctx allows no write of this type, or nil. See [BeforeWrite].
func WriteRefused(ctx context.Context, typ string) error {
	if refuse := switchesFrom(ctx).refuse; refuse != nil {
		return refuse(typ)
	}
	return nil
}

type switchesKey struct{}

// switches is copied on write: a context never sees what was switched in one derived from it.
type switches struct {
	check, increment typeSet
	refuse           func(typ string) error
}

func switchesFrom(ctx context.Context) switches {
	s, _ := ctx.Value(switchesKey{}).(switches)
	return s
}

// typeSet is a set of ent types, or all of them.
type typeSet struct {
	all   bool
	types []string
}

func (t typeSet) with(types []string) typeSet {
	if len(types) == 0 {
		return typeSet{all: true}
	}
	return typeSet{all: t.all, types: append(slices.Clone(t.types), types...)}
}

func (t typeSet) has(typ string) bool {
	return t.all || slices.Contains(t.types, typ)
}
