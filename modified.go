package entocc

import "context"

// ModifiedError is the [RecordModifiedError] of one ent type. Generated clients name it after the type:
//
//	var modified *ent.UserModifiedError
//	if errors.As(err, &modified) {
//		current, err := modified.Current(ctx) // the row as it is now
//		...
//	}
type ModifiedError[T any] struct {
	*RecordModifiedError
	// Loaded is the entity that the refused write was made from. It is nil for writes by ID.
	Loaded *T

	current func(context.Context) (*T, error)
}

// NewModifiedError is called by generated code, which knows how to load the current row.
func NewModifiedError[T any](err *RecordModifiedError, loaded *T, current func(context.Context) (*T, error)) *ModifiedError[T] {
	return &ModifiedError[T]{RecordModifiedError: err, Loaded: loaded, current: current}
}

// Unwrap returns the [RecordModifiedError].
func (e *ModifiedError[T]) Unwrap() error { return e.RecordModifiedError }

// Typed marks an error that has the form of its type already. Generated code asks for it.
func (e *ModifiedError[T]) Typed() {}

// Current loads the row as it is now, through the schema's privacy rules and interceptors, and in the transaction of
// the refused write where it had one. A row that is gone is ent's NotFoundError.
func (e *ModifiedError[T]) Current(ctx context.Context) (*T, error) {
	return e.current(ctx)
}
