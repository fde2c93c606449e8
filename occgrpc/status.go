package occgrpc

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"entgo.io/ent/privacy"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
)

// Domain is the domain of the google.rpc.ErrorInfo in statuses.
const Domain = "github.com/entocc/entocc"

// The reasons in the google.rpc.ErrorInfo of statuses.
const (
	// ReasonModified is the reason of ABORTED: somebody else changed the row, or the etag names no version of it. Nothing was
	// written. Read it again, and decide again.
	ReasonModified = "RECORD_MODIFIED"
	// ReasonState is the reason of FAILED_PRECONDITION: the row is not in the state that the write starts from
	// (IfField).
	ReasonState = "STATE_MISMATCH"
	// ReasonRequired is the reason of INVALID_ARGUMENT if an etag is missing.
	ReasonRequired = "ETAG_REQUIRED"
	// ReasonMalformed is the reason of INVALID_ARGUMENT if an etag or an update mask can't be read.
	ReasonMalformed = "MALFORMED"
	// ReasonBusy is the reason of UNAVAILABLE: the database gave up because of concurrent work. The same call may
	// succeed a moment later.
	ReasonBusy = "DATABASE_BUSY"
	// ReasonUnknown is the reason of UNKNOWN: the response of the database was lost, so the write may or may not have
	// been made. Read the row again: its etag says which.
	ReasonUnknown = "OUTCOME_UNKNOWN"
)

// maxRows is how many rows of a batch a status lists, because details travel in headers.
const maxRows = 20

// Status is a status of gRPC with its details (AIP-193).
type Status struct {
	Code    code.Code
	Message string
	Details []proto.Message
}

// StatusOf returns what an error means to a client; nil if it is not one of entocc's and has to stay as it is:
//
//	a RecordModifiedError            ABORTED, with the etag that the row has now; NOT_FOUND for a row that is gone, or that the
//	                                 caller may not read
//	a StateError                     FAILED_PRECONDITION, with the names of the fields
//	a BulkModifiedError              ABORTED, with each row in a PreconditionFailure
//	an ExpectationError, a MaskError INVALID_ARGUMENT, with a BadRequest that names the field
//	an OutcomeUnknownError           UNKNOWN: clients must not repeat it automatically, as they do after UNAVAILABLE
//	a database that gave up          UNAVAILABLE: nothing was written
//	ent's NotFoundError              NOT_FOUND
//	privacy.Deny                     PERMISSION_DENIED
//
// The row of a conflict is read through the client of the write with ctx, so that its privacy rules decide whether the
// caller learns about it. ABORTED has an ErrorInfo with type, id, expected and current etag in its metadata. A client
// that continues with that etag without looking at the row would lose what somebody else wrote: use it to read, or to
// see whether anything has changed since.
func StatusOf(ctx context.Context, err error) *Status {
	var (
		unknown  *entocc.OutcomeUnknownError
		bulk     *entocc.BulkModifiedError
		modified *entocc.RecordModifiedError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		return failure(code.Code_UNKNOWN, ReasonUnknown, "the write may or may not have been made: read it again", nil)
	case errors.As(err, &bulk):
		return bulkStatus(bulk)
	case errors.As(err, &modified):
		return modifiedStatus(ctx, err, modified)
	}
	if s := argumentStatus(err); s != nil {
		return s
	}
	switch {
	case errors.Is(err, privacy.Deny):
		return &Status{Code: code.Code_PERMISSION_DENIED, Message: "permission denied"}
	case isNotFound(err):
		return notFound()
	case isBusy(err):
		return failure(code.Code_UNAVAILABLE, ReasonBusy, "the database is busy, try again: nothing was written", nil)
	}
	return nil
}

func failure(c code.Code, reason, message string, metadata map[string]string) *Status {
	return &Status{Code: c, Message: message, Details: []proto.Message{
		&errdetails.ErrorInfo{Reason: reason, Domain: Domain, Metadata: metadata},
	}}
}

// notFound is the same for a row that is gone and for one that the caller may not read.
func notFound() *Status {
	return &Status{Code: code.Code_NOT_FOUND, Message: "there is no such resource"}
}

// argumentStatus is the status for an etag or a mask that can't be used.
func argumentStatus(err error) *Status {
	var (
		expectation *ExpectationError
		mask        *MaskError
	)
	reason, field, message := ReasonMalformed, "", ""
	switch {
	case errors.As(err, &expectation):
		field, message = "etag", expectation.Reason
		if expectation.Missing {
			reason = ReasonRequired
		}
	case errors.As(err, &mask):
		field, message = "update_mask", strconv.Quote(mask.Path)+": "+mask.Reason
	default:
		return nil
	}
	s := failure(code.Code_INVALID_ARGUMENT, reason, field+": "+message, nil)
	s.Details = append(s.Details, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{
		Field: field, Description: message,
	}}})
	return s
}

// modifiedStatus reads the row, because the caller may not be allowed to see it.
func modifiedStatus(ctx context.Context, err error, m *entocc.RecordModifiedError) *Status {
	var typed interface {
		CurrentValue(context.Context) (any, error)
	}
	metadata := map[string]string{"type": m.Type}
	if m.Deleted {
		return notFound()
	}
	// What the row holds in a transaction that is still open may never be committed.
	if errors.As(err, &typed) && !m.InOpenTx() {
		current, readErr := typed.CurrentValue(ctx)
		switch {
		case isNotFound(readErr), errors.Is(readErr, privacy.Deny):
			return notFound()
		case readErr == nil:
			describe(metadata, m, current)
		}
	}
	var state *entocc.StateError
	if errors.As(m, &state) {
		return stateStatus(metadata, m, state)
	}
	message := fmt.Sprintf("the %s was changed by somebody else since it was read: nothing was written", noun(m.Type))
	if sent, ok := foreignETag(m); ok {
		message = fmt.Sprintf("the etag names no version of this %s, because it is weak or of another resource: nothing was written", noun(m.Type))
		if metadata["id"] != "" {
			metadata["expected_etag"] = sent
		}
	}
	return failure(code.Code_ABORTED, ReasonModified, message, metadata)
}

// foreignETag returns the etag that was sent if it names no version of the row. The error then has it where it would otherwise
// have a version, which is in no quotes. Such an etag says nothing about whether the row has changed.
func foreignETag(m *entocc.RecordModifiedError) (string, bool) {
	sent, ok := m.Expected.(string)
	return sent, ok && len(sent) > 1 && strings.HasSuffix(sent, `"`)
}

// describe adds what the caller may know about a row that it may read.
func describe(metadata map[string]string, m *entocc.RecordModifiedError, current any) {
	metadata["id"] = idText(m.ID)
	var expected []string
	versions, several := m.Expected.([]any)
	if !several {
		versions = []any{m.Expected}
	}
	for _, v := range versions {
		if tag, err := occhttp.TagOf(entocc.VersionKey{Type: m.Type, ID: m.ID, Version: v}); err == nil {
			expected = append(expected, tag.String())
		}
	}
	if len(expected) > 0 {
		metadata["expected_etag"] = strings.Join(expected, ", ")
	}
	if versioned, ok := current.(entocc.Versioned); ok {
		if etag, err := ETag(versioned); err == nil {
			metadata["etag"] = etag
		}
	}
}

// stateStatus names the fields, but not their values.
func stateStatus(metadata map[string]string, m *entocc.RecordModifiedError, state *entocc.StateError) *Status {
	var names []string
	for _, f := range state.Fields {
		names = append(names, f.Name)
	}
	s := failure(code.Code_FAILED_PRECONDITION, ReasonState, fmt.Sprintf("the %s is in another state: nothing was written", noun(m.Type)), metadata)
	if metadata["id"] == "" {
		return s // The caller may not know which.
	}
	s.Details = append(s.Details, &errdetails.PreconditionFailure{Violations: []*errdetails.PreconditionFailure_Violation{{
		Type: ReasonState, Subject: subject(m), Description: "in another state: " + strings.Join(names, ", "),
	}}})
	return s
}

// bulkStatus lists the rows of a batch. The caller sent their IDs.
func bulkStatus(e *entocc.BulkModifiedError) *Status {
	written := "nothing was written"
	if e.Written > 0 {
		written = fmt.Sprintf("%d others were written", e.Written)
	}
	s := failure(code.Code_ABORTED, ReasonModified,
		fmt.Sprintf("%d of %d %s rows were changed or deleted by somebody else since they were read: %s", len(e.Conflicts), e.Total, noun(e.Type), written),
		map[string]string{"type": e.Type, "conflicts": strconv.Itoa(len(e.Conflicts)), "total": strconv.Itoa(e.Total), "written": strconv.Itoa(e.Written)})
	failed := &errdetails.PreconditionFailure{}
	for _, m := range e.Conflicts[:min(len(e.Conflicts), maxRows)] {
		failed.Violations = append(failed.Violations, &errdetails.PreconditionFailure_Violation{
			Type: ReasonModified, Subject: subject(m), Description: "changed or deleted since it was read",
		})
	}
	s.Details = append(s.Details, failed)
	return s
}

func subject(m *entocc.RecordModifiedError) string {
	if m.ID == nil {
		return m.Type
	}
	return m.Type + "/" + idText(m.ID)
}

// idText writes an ID; the parts of a composite ID are joined by slashes.
func idText(id any) string {
	parts, composite := id.([]any)
	if !composite {
		return fmt.Sprint(id)
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = fmt.Sprint(p)
	}
	return strings.Join(texts, "/")
}

// noun is the name of a type in a sentence: "user", "order line".
func noun(typ string) string {
	var b strings.Builder
	for i, r := range typ {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// isNotFound recognizes ent's error by its name, because each client has its own type.
func isNotFound(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if t := reflect.TypeOf(err); t.Kind() == reflect.Pointer && t.Elem().Name() == "NotFoundError" {
			return true
		}
	}
	return false
}

// isBusy reports whether the database refused to wait, or ended the transaction.
func isBusy(err error) bool {
	switch entocc.Classify(err).Kind {
	case entocc.KindSerialization, entocc.KindDeadlock, entocc.KindLockTimeout, entocc.KindBusy:
		return true
	}
	return errors.Is(err, entocc.ErrTxEnded)
}
