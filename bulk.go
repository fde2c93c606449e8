package entocc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// BulkModifiedError reports the conflicts of a batch, all of them: generated UpdateBulk and DeleteBulk builders return
// it, and bulk upserts with IfVersion. Unless the batch skips modified rows, nothing of it was written.
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
	// Indexes are the places of the conflicts among the builders of a bulk upsert, counted from 0; nil for other batches.
	Indexes []int
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
		name := rowName(c.ID, e.Indexes, i)
		switch {
		case c.Deleted:
			fmt.Fprintf(&b, " %s (expected version %v, deleted)", name, c.Expected)
		case c.Actual == nil && c.Err != nil:
			fmt.Fprintf(&b, " %s (expected version %v: %v)", name, c.Expected, c.Err)
		case c.Actual == nil:
			fmt.Fprintf(&b, " %s (expected version %v)", name, c.Expected)
		default:
			fmt.Fprintf(&b, " %s (expected version %v, the row has %v)", name, c.Expected, c.Actual)
		}
	}
	return b.String()
}

// rowName says which row the i-th of a list is, by its ID, or by its index among all.
func rowName(id any, indexes []int, i int) string {
	switch {
	case id != nil:
		return "ID " + formatID(id)
	case i < len(indexes):
		return fmt.Sprintf("that at index %d", indexes[i])
	}
	return "a row that the database does not name"
}

// Unwrap returns the error of each conflict.
func (e *BulkModifiedError) Unwrap() []error { return e.errs }

// IsBulkModified reports whether err says that rows of a batch met another version, or none.
func IsBulkModified(err error) bool {
	var e *BulkModifiedError
	return errors.As(err, &e)
}

// BulkNotNewerError lists the rows of a bulk upsert with IfNewer that it has left as they are, because they had the same version or a
// later one. All others were written.
//
//	err := client.User.CreateBulk(builders...).OnConflictColumns(user.FieldEmail).UpdateNewValues().IfNewer().Exec(ctx)
//	var late *entocc.BulkNotNewerError
//	if errors.As(err, &late) {
//		for i, l := range late.Late {
//			log.Printf("delivery %d of %s %v dropped: it has version %v, the row has %v", late.Indexes[i], l.Type, l.ID, l.Version, l.Actual)
//		}
//	}
//
// [IsNotNewer] is true of it.
type BulkNotNewerError struct {
	// Type is the name of the ent type, "User".
	Type string
	// Late are the rows that were left, in the order of the builders, and Indexes their places among these, counted from 0.
	Late    []*NotNewerError
	Indexes []int
	// Total is the number of rows in the upsert, and Written that of the rows that were written.
	Total, Written int

	errs []error
}

// NewBulkNotNewerError is called by the runtime of generated code. errs are the errors of the rows, in their order, as the builders'
// hooks returned them.
func NewBulkNotNewerError(late []*NotNewerError, indexes []int, errs []error, total, written int) *BulkNotNewerError {
	return &BulkNotNewerError{Type: late[0].Type, Late: late, Indexes: indexes, Total: total, Written: written, errs: errs}
}

// Error lists the rows; the first ten of many.
func (e *BulkNotNewerError) Error() string {
	const shown = 10
	var b strings.Builder
	fmt.Fprintf(&b, "entocc: %d of %d %s rows were left as they are, because they are not older than what was to be written; %d were written:", len(e.Late), e.Total, e.Type, e.Written)
	for i, l := range e.Late {
		if i == shown {
			fmt.Fprintf(&b, " and %d more", len(e.Late)-shown)
			break
		}
		name := rowName(l.ID, e.Indexes, i)
		if l.Actual == nil {
			fmt.Fprintf(&b, " %s (version %v)", name, l.Version)
		} else {
			fmt.Fprintf(&b, " %s (version %v, the row has %v)", name, l.Version, l.Actual)
		}
	}
	return b.String()
}

// Unwrap returns the error of each row.
func (e *BulkNotNewerError) Unwrap() []error { return e.errs }

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
