package occgql

import (
	"fmt"
	"reflect"

	"github.com/entocc/entocc"
)

// ExpectationError reports that a client sent an unusable expected version: it is malformed, or missing although it is
// required. Nothing was written.
type ExpectationError struct {
	// Code is CodeBadUserInput or CodePreconditionRequired.
	Code string
	// Reason says what is wrong, in a text for the client.
	Reason string
}

// Error returns the reason.
func (e *ExpectationError) Error() string { return "occgql: " + e.Reason }

// Expect guards a write with the version that a client sent. nil, for an argument that was left out or null, refuses
// the write with the code [CodePreconditionRequired]. V is the Go type of the version, or any integer type if the
// version is an integer.
//
//	client.Todo.UpdateOneID(id).IfMatch(occgql.Expect(expectedVersion)).SetInput(input).Save(ctx)
//	client.Todo.DeleteOneID(id).IfMatch(occgql.Expect(&expectedVersion)).Exec(ctx) // an argument that can't be null
func Expect[V any](sent *V) entocc.Condition { return newExpectation(sent, false) }

// ExpectIfSent guards a write with the version that a client sent, if it sent one. A client that sends none silently
// overwrites what others wrote: use it only as long as there are old clients.
func ExpectIfSent[V any](sent *V) entocc.Condition { return newExpectation(sent, true) }

func newExpectation[V any](sent *V, optional bool) entocc.Condition {
	if sent == nil {
		return expectation{optional: optional}
	}
	return expectation{version: *sent}
}

// expectation is the version that a client sent, if any.
type expectation struct {
	version  any
	optional bool
}

// Accept implements entocc.Condition.
func (e expectation) Accept(key entocc.VersionKey) entocc.Accepted {
	if e.version == nil {
		return acceptUnsent(e.optional)
	}
	version, err := convert(e.version, key)
	if err != nil {
		return entocc.Accepted{Err: err}
	}
	return entocc.Accepted{Versions: []any{version}}
}

// String returns the version.
func (e expectation) String() string {
	if e.version == nil {
		return "none"
	}
	return fmt.Sprint(e.version)
}

func acceptUnsent(optional bool) entocc.Accepted {
	if optional {
		return entocc.Accepted{Any: true}
	}
	return entocc.Accepted{Err: &ExpectationError{
		Code: CodePreconditionRequired, Reason: "no version was sent: send the one that was read, so that nothing is overwritten that was not seen",
	}}
}

// convert returns the sent version as the Go type of the row's version. Integers of another kind are converted, because
// the Int of a schema may be an int.
func convert(sent any, key entocc.VersionKey) (any, error) {
	from, to := reflect.ValueOf(sent), reflect.TypeOf(key.Version)
	switch {
	case from.Type() == to:
		return sent, nil
	case !isInteger(from.Type()) || to == nil || !isInteger(to):
		return nil, fmt.Errorf("occgql: the version of %s is a %v, and not a %v", key.Type, to, from.Type())
	}
	converted := from.Convert(to)
	if back := converted.Convert(from.Type()); !back.Equal(from) || isNegative(converted) != isNegative(from) {
		return nil, malformed("%v is not a version", sent)
	}
	return converted.Interface(), nil
}

func isInteger(t reflect.Type) bool { return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 }

func isNegative(v reflect.Value) bool { return v.CanInt() && v.Int() < 0 }
