package entocc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// BulkModifiedError reports the conflicts of a batch, all of them: generated UpdateBulk and DeleteBulk builders return
// it. Unless the batch skips modified rows, nothing of it was written.
//
//	saved, err := client.User.UpdateBulk(builders...).SkipModified().Save(ctx)
//	var conflicts *entocc.BulkModifiedError
//	if errors.As(err, &conflicts) {
//		for _, c := range conflicts.Conflicts {
//			log.Printf("%s %v: read at %v, now at %v", c.Type, c.ID, c.Expected, c.Actual)
//		}
//	}
//
// [IsRecordModified] is true of it, and errors.As finds the first conflict's own error, as a *ent.UserModifiedError. ent's
// IsNotFound is true only if every one of the conflicts is a row that is gone: a caller that takes it for "nothing left
// to do" would otherwise pass over rows that were modified.
type BulkModifiedError struct {
	// Type is the name of the ent type, "User"; that of the parents if each conflict is one of a parent (Touch).
	Type string
	// Conflicts are those of the batch, in its order. One of a parent has the parent's type and ID, and one without an ID is
	// a conflict that the database reported for a statement of many rows, without saying which.
	Conflicts []*RecordModifiedError
	// Total is the number of rows in the batch, and Written that of the rows that were written: none, except for a batch
	// that skips modified rows.
	Total, Written int

	errs []error
}

// NewBulkModifiedError is called by the runtime of generated code. errs are the errors of the conflicts, in their order,
// as the builders' hooks returned them.
func NewBulkModifiedError(conflicts []*RecordModifiedError, errs []error, total, written int) *BulkModifiedError {
	e := &BulkModifiedError{Conflicts: conflicts, Total: total, Written: written, errs: errs}
	allDeleted := true
	for _, c := range conflicts {
		if e.Type == "" || c.Op != 0 {
			e.Type = c.Type
		}
		allDeleted = allDeleted && c.Deleted
	}
	if !allDeleted {
		e.errs = slices.Clone(errs)
		for i, c := range conflicts {
			if c.Deleted {
				e.errs[i] = shallowError{errs[i]}
			}
		}
	}
	return e
}

// Error lists the conflicts; the first ten of many.
func (e *BulkModifiedError) Error() string {
	const shown = 10
	var b strings.Builder
	fmt.Fprintf(&b, "entocc: %d of %d %s rows were modified or deleted by somebody else, %d were written:", len(e.Conflicts), e.Total, e.Type, e.Written)
	for i, c := range e.Conflicts {
		if i == shown {
			fmt.Fprintf(&b, " and %d more", len(e.Conflicts)-shown)
			return b.String()
		}
		if c.Type != e.Type {
			b.WriteString(" " + c.Type)
		}
		switch {
		case c.Deleted:
			fmt.Fprintf(&b, " %s (expected version %v, deleted)", rowName(c.ID), c.Expected)
		case c.Actual == nil && c.Err != nil:
			fmt.Fprintf(&b, " %s (expected version %v: %v)", rowName(c.ID), c.Expected, c.Err)
		case c.Actual == nil:
			fmt.Fprintf(&b, " %s (expected version %v)", rowName(c.ID), c.Expected)
		default:
			fmt.Fprintf(&b, " %s (expected version %v, the row has %v)", rowName(c.ID), c.Expected, c.Actual)
		}
	}
	return b.String()
}

// rowName says which row an ID is of.
func rowName(id any) string {
	if id == nil {
		return "a row that the database does not name"
	}
	return "ID " + formatID(id)
}

// Unwrap returns the error of each conflict.
func (e *BulkModifiedError) Unwrap() []error { return e.errs }

// IsBulkModified reports whether err says that rows of a batch met another version, or none.
func IsBulkModified(err error) bool {
	var e *BulkModifiedError
	return errors.As(err, &e)
}

// shallowError is the error of a row that is gone, in a batch whose other conflicts are not: it is found as the conflict
// that it is, but not as ent's NotFoundError, which lies beneath it.
type shallowError struct{ error }

// As finds the error itself, and what it wraps down to the RecordModifiedError.
func (e shallowError) As(target any) bool {
	value := reflect.ValueOf(target).Elem()
	for err := e.error; err != nil; err = errors.Unwrap(err) {
		if reflect.TypeOf(err).AssignableTo(value.Type()) {
			value.Set(reflect.ValueOf(err))
			return true
		}
		if _, ok := err.(*RecordModifiedError); ok { //nolint:errorlint // this is the walk that errors.As would do
			return false
		}
	}
	return false
}
