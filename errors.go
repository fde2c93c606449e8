package entocc

import (
	"errors"
	"fmt"
	"strings"

	"entgo.io/ent"
)

// ErrTxEnded reports a transaction that the database itself has rolled back, as MySQL, MariaDB, Galera and SQLite do.
// Nothing of it was written. The errors of all its later statements and of its commit wrap it. [IsRetryable] says whether
// the transaction may succeed when it is run again; one that a constraint has ended would not.
var ErrTxEnded = errors.New("entocc: the database has rolled back this transaction: run it again from its start")

// RecordModifiedError reports a guarded write that was refused, because the row no longer has the version that the
// caller saw, or is gone. Nothing was written. In JPA this is the OptimisticLockException, in Rails the
// StaleObjectError, in django-concurrency the RecordModifiedError.
//
// Generated clients return it inside their own error of each type (see [ModifiedError]); match it as
//
//	var modified *entocc.RecordModifiedError
//	if errors.As(err, &modified) {
//		log.Printf("%s %v: read at %v, now at %v", modified.Type, modified.ID, modified.Expected, modified.Actual)
//	}
type RecordModifiedError struct {
	// Type is the name of the ent type, "User".
	Type string
	// ID is the row's primary key; a []any in the order of the schema's field.ID for a composite one. It is nil for an upsert where
	// Actual is.
	ID any
	// Op is the operation of the mutation that was refused; 0 where the row is not the one that the mutation writes: one
	// that the transaction only read (VerifyOnCommit), or a parent (Touch).
	Op ent.Op
	// Expected is the version that the write expected; a []any for IfVersionIn.
	Expected any
	// Actual is the version that the row has now. It is nil when the row is gone and where it can't be known: where the
	// database answered with its own error, and for upserts that do not name the columns they clash by (OnConflictColumns).
	Actual any
	// Deleted reports that the row is gone.
	Deleted bool
	// Err is what lies beneath: ent's NotFoundError for a row that is gone, the driver's error where the database
	// itself reported the conflict, a VersionError where the expected version could never have been read.
	Err error

	// tx is the transaction in which the conflict was met, if any.
	tx any
}

// StateError says which state a row is in that IfField expected in another. It is the Err of a [RecordModifiedError], whose versions
// may be the same, or none:
//
//	var state *entocc.StateError
//	if errors.As(err, &state) {
//		log.Printf("it is %v by now", state.Fields[0].Value)
//	}
//
// [IsRetryable] is false for it: the work that expects a state is not done by being run again.
type StateError struct {
	// Fields are those that the predicates of IfField name, as the row has them.
	Fields []FieldValue
}

// ValuesError says which values of a row are no longer those that the caller of a write saw, for a type with mixin.Values. It is in the
// Err of a [RecordModifiedError], which then has no versions.
//
//	var seen *entocc.ValuesError
//	if errors.As(err, &seen) {
//		log.Printf("%s is %v by now", seen.Fields[0].Name, seen.Fields[0].Value)
//	}
type ValuesError struct {
	// Fields are those whose value differs, with the value that the row has. It is empty if the row looked again as the caller saw it: it was
	// changed and changed back, or a trigger, a rule or a policy of the database suppressed the write.
	Fields []FieldValue
}

// Error names the fields and their values.
func (e *ValuesError) Error() string {
	if len(e.Fields) == 0 {
		return "its values differed when it was written, and now are again what the caller saw; or the database suppressed the write"
	}
	return "its values are no longer those that the caller saw: " + formatFields(e.Fields)
}

// FieldValue is what a row has in a field, as the driver reads it. The value of a sensitive field is nil.
type FieldValue struct {
	Name      string
	Value     any
	Sensitive bool
}

// Error names the fields and their values.
func (e *StateError) Error() string {
	if len(e.Fields) == 0 {
		return "not in the expected state"
	}
	return "not in the expected state: " + formatFields(e.Fields)
}

// formatFields writes what a row has in fields. Sensitive values are left out.
func formatFields(fields []FieldValue) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		if parts[i] = fmt.Sprintf("%s is %v", f.Name, f.Value); f.Sensitive {
			parts[i] = f.Name + " differs"
		}
	}
	return strings.Join(parts, ", ")
}

// Error returns type, ID and both versions.
func (e *RecordModifiedError) Error() string {
	var b strings.Builder
	if state, ok := e.Err.(*StateError); ok { //nolint:errorlint // as Explain puts it there
		return fmt.Sprintf("entocc: %s of %s %s refused: the row is %v", opName(e.Op), e.Type, formatID(e.ID), state)
	}
	var seen *ValuesError
	if errors.As(e.Err, &seen) {
		return fmt.Sprintf("entocc: %s %s was modified by somebody else: %s refused, %v", e.Type, formatID(e.ID), opName(e.Op), e.Err)
	}
	what := "was modified by somebody else"
	switch {
	case e.Deleted && e.Op.Is(ent.OpUpdate|ent.OpDelete): // To say which would show that a row is there that the predicates hide.
		what = "is gone, or not matched by the predicates of the write"
	case e.Deleted:
		what = "was deleted by somebody else"
	}
	fmt.Fprintf(&b, "entocc: %s %s %s: ", e.Type, formatID(e.ID), what)
	who := "the caller"
	if e.Op != 0 {
		who = opName(e.Op)
	}
	if e.Expected == nil && e.Actual == nil && e.Deleted {
		fmt.Fprintf(&b, "%s refused", who)
	} else {
		fmt.Fprintf(&b, "%s expected version %v", who, e.Expected)
	}
	if e.Actual != nil {
		fmt.Fprintf(&b, ", the row has %v", e.Actual)
	}
	if e.Err != nil && !e.Deleted {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *RecordModifiedError) Unwrap() error { return e.Err }

// IsRecordModified reports whether err says that a guarded write found a row with a different version, or no row.
func IsRecordModified(err error) bool {
	var e *RecordModifiedError
	return errors.As(err, &e)
}

// NotNewerError is returned by an upsert with IfNewer that has written nothing, as the row has the same version or a later one. The
// delivery came twice, or out of order: most programs drop it. Retrying it is of no use.
//
// A trigger of the database that keeps the row from being written has the same effect, and the same error.
type NotNewerError struct {
	// Type is the name of the ent type, "User".
	Type string
	// ID is the primary key of the row that is there, and Actual its version, as the row was read after the refusal. They are nil where
	// it is not known which row that is: where the upsert names no columns (OnConflictColumns), or the row was gone by then.
	ID, Actual any
	// Version is the one that was to be written.
	Version any
}

// Error returns the type, the ID and both versions.
func (e *NotNewerError) Error() string {
	if e.Actual == nil {
		return fmt.Sprintf("entocc: upsert of %s: version %v is not newer than that of the row, which stays as it is", e.Type, e.Version)
	}
	return fmt.Sprintf("entocc: upsert of %s %s: version %v is not newer than that of the row, which has %v and stays as it is",
		e.Type, formatID(e.ID), e.Version, e.Actual)
}

// IsNotNewer reports whether err is that of an upsert with IfNewer whose version was too old.
func IsNotNewer(err error) bool {
	var e *NotNewerError
	return errors.As(err, &e)
}

// VersionError reports a write that was refused before anything was written, because there was no usable version to
// guard it with: none was given, it was not loaded, it was tampered with, or its successor would overflow.
type VersionError struct {
	// Type is the name of the ent type, "User".
	Type string
	// Op is the operation of the mutation that was refused.
	Op ent.Op
	// Reason says what is wrong with the version, and how to fix it.
	Reason string
	// Err is the cause, if there is one.
	Err error
}

// Error returns the type, the operation, what is wrong and how to fix it.
func (e *VersionError) Error() string {
	msg := fmt.Sprintf("entocc: %s of %s refused: %s", opName(e.Op), e.Type, e.Reason)
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

// Unwrap returns Err.
func (e *VersionError) Unwrap() error { return e.Err }

// IsVersionError reports whether err says that a write had no usable version.
func IsVersionError(err error) bool {
	var e *VersionError
	return errors.As(err, &e)
}

// opName avoids ent's "Op(0)" for errors that belong to no operation.
func opName(op ent.Op) string {
	if op == 0 {
		return "write"
	}
	return strings.TrimPrefix(op.String(), "Op")
}

// formatID writes a composite ID as (1, 2) and quotes strings.
func formatID(id any) string {
	switch id := id.(type) {
	case nil:
		return "row"
	case string:
		return fmt.Sprintf("%q", id)
	case []any:
		parts := make([]string, len(id))
		for i := range id {
			parts[i] = formatID(id[i])
		}
		return "(" + strings.Join(parts, ", ") + ")"
	default:
		return fmt.Sprint(id)
	}
}
