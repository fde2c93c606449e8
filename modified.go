package entocc

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// ModifiedError is the [RecordModifiedError] of one ent type. Generated clients name it after the type:
//
//	var modified *ent.UserModifiedError
//	if errors.As(err, &modified) {
//		current, err := modified.Current(ctx) // the row as it is now
//		diff, err := modified.Diff(ctx)       // what I and they changed, field by field
//	}
type ModifiedError[T any] struct {
	*RecordModifiedError
	// Loaded is the entity that the refused write was made from, with whatever its caller has done to it since. It is nil
	// for writes by ID.
	Loaded *T

	current func(context.Context) (*T, error)
	diff    func(loaded, current any) []FieldDiff
}

// NewModifiedError is called by generated code, which knows how to load the current row, and how to compare.
func NewModifiedError[T any](err *RecordModifiedError, loaded *T, current func(context.Context) (*T, error), diff func(loaded, current any) []FieldDiff) *ModifiedError[T] {
	return &ModifiedError[T]{RecordModifiedError: err, Loaded: loaded, current: current, diff: diff}
}

// Unwrap returns the [RecordModifiedError].
func (e *ModifiedError[T]) Unwrap() error { return e.RecordModifiedError }

// Current loads the row as it is now, through the schema's privacy rules and interceptors, and in the transaction of
// the refused write where it had one. A row that is gone is ent's NotFoundError.
func (e *ModifiedError[T]) Current(ctx context.Context) (*T, error) {
	return e.current(ctx)
}

// Diff loads the row as Current does, and returns the fields and edges in which the refused write, the entity that it was
// made from and the row differ. To write by what it returns, load the row by Current, once, and compare by DiffTo: a row
// that is loaded again may have been changed again. The version and fields that nobody changed are left out; the values of sensitive fields
// are kept back.
func (e *ModifiedError[T]) Diff(ctx context.Context) ([]FieldDiff, error) {
	if e.undiffed() {
		return nil, ErrNoDiff
	}
	current, err := e.current(ctx)
	if err != nil {
		return nil, err
	}
	return e.DiffTo(current), nil
}

// ErrNoDiff reports that a conflict can't be compared field by field, because the client was generated without diffs (the
// option entc.Without(entc.Diff) of the extension).
var ErrNoDiff = errors.New("entocc: the client was generated without diffs: take entc.Diff out of entc.Without, and run go generate again")

// undiffed reports that the write can't be compared. A read that was refused has nothing to compare, and no operation.
func (e *ModifiedError[T]) undiffed() bool { return e.diff == nil && e.Op != 0 }

// DiffTo is Diff for a current row that is loaded already. A read that was refused changed nothing, and differs in
// nothing. It panics with [ErrNoDiff] where Diff returns that.
func (e *ModifiedError[T]) DiffTo(current *T) []FieldDiff {
	if e.undiffed() {
		panic(ErrNoDiff) // No difference would be the wrong answer, and have somebody overwrite what others wrote.
	}
	if e.diff == nil {
		return nil
	}
	if e.Loaded == nil {
		return e.diff(nil, current)
	}
	return e.diff(e.Loaded, current)
}

// CurrentValue is Current for callers that do not know T.
func (e *ModifiedError[T]) CurrentValue(ctx context.Context) (any, error) {
	current, err := e.current(ctx)
	if err != nil {
		return nil, err
	}
	return current, nil
}

// DiffToValue is DiffTo for callers that do not know T.
func (e *ModifiedError[T]) DiffToValue(current any) []FieldDiff {
	c, ok := current.(*T)
	if !ok {
		return nil
	}
	return e.DiffTo(c)
}

// IsResult reports whether v is an entity of the type, as a save returns it, for callers that do not know T.
func (e *ModifiedError[T]) IsResult(v any) bool {
	entity, ok := v.(*T)
	return ok && entity != nil
}

// MergeError reports a conflict that a merge could not resolve: both sides changed the same fields, or one of them a field
// that is never merged. It wraps the conflict.
type MergeError struct {
	// Clashes are the fields and edges that somebody has to decide.
	Clashes []FieldDiff
	// Err is the conflict.
	Err error
}

// Error returns the conflict and the names of the fields.
func (e *MergeError) Error() string {
	names := make([]string, len(e.Clashes))
	for i := range e.Clashes {
		names[i] = e.Clashes[i].Name
	}
	return fmt.Sprintf("%v; not merged: %s", e.Err, strings.Join(names, ", "))
}

// Unwrap returns Err.
func (e *MergeError) Unwrap() error { return e.Err }
