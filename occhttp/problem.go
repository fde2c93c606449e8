package occhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"entgo.io/ent/privacy"
	"github.com/entocc/entocc"
)

// The types of problems (RFC 9457, section 3.1.1). Other problems are "about:blank": their status says it all.
const (
	docs = "https://pkg.go.dev/github.com/entocc/entocc/occhttp#"

	// TypeModified is the type of 412 and 409: somebody else changed or deleted what the request wanted to write. Nothing
	// was written. Read it again, and decide again.
	TypeModified = docs + "TypeModified"
	// TypeRequired is the type of 428: the request did not state by If-Match which version it is based on.
	TypeRequired = docs + "TypeRequired"
	// TypeMalformed is the type of 400: If-Match, If-None-Match or the token of a form can't be read.
	TypeMalformed = docs + "TypeMalformed"
	// TypeUnsupported is the type of 400: the request has an If-Match or If-None-Match that its method or its resource does
	// not support. Ignoring it could overwrite what it was meant to protect.
	TypeUnsupported = docs + "TypeUnsupported"
	// TypeWeakened is the type of 412: If-Match has the tag of the row, but weak (W/"..") or changed on the way, as proxies
	// that compress do to it. Such a tag never matches. Nothing was written, and the row need not have changed: repair the
	// proxy; reading again helps only if the next tag comes through whole.
	TypeWeakened = docs + "TypeWeakened"
	// TypeBusy is the type of 503: the database gave up on concurrent work. The same request may succeed a moment later.
	TypeBusy = docs + "TypeBusy"
)

// Problem is the answer to a request that failed (RFC 9457). It is an error, so that a handler can return its own:
//
//	return &occhttp.Problem{Status: http.StatusForbidden, Title: "Forbidden", Detail: "Only editors may do this."}
type Problem struct { //nolint:errname // the word of RFC 9457
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"`
	// Expected are the versions that the request expected, and Current is the one that the row has now; both as text.
	// Current is empty where it is not known, and where the row is gone.
	Expected []string `json:"expected,omitempty"`
	Current  string   `json:"current,omitempty"`
	// Deleted reports that the row is gone.
	Deleted bool `json:"deleted,omitempty"`
	// ModifiedBy and ModifiedAt are who changed the row last, and when, as [LastChange] says.
	ModifiedBy string    `json:"modifiedBy,omitempty"`
	ModifiedAt time.Time `json:"modifiedAt,omitzero"`
	// Clashes are the fields that now hold a different value from what the request would set, as [ClashingFields] names
	// them.
	Clashes []string `json:"clashes,omitempty"`
	// Conflicts are those of a batch, in its order, and Written is the number of its rows that were written anyway,
	// as it skips the modified ones.
	Conflicts []RowConflict `json:"conflicts,omitempty"`
	Written   int           `json:"written,omitempty"`

	// err is the cause, for the log.
	err error
}

// RowConflict is one row of a batch that met another version, or none.
type RowConflict struct {
	// Type is the type of a row that is none of the batch's own, but a parent of one; empty otherwise.
	Type string `json:"type,omitempty"`
	// ID is that of the row, as text; the parts of a composite one are joined by slashes. It is empty for a conflict that
	// the database reported for a statement of many rows, without saying which.
	ID string `json:"id,omitempty"`
	// Expected, Current and Deleted are as in a Problem.
	Expected []string `json:"expected,omitempty"`
	Current  string   `json:"current,omitempty"`
	Deleted  bool     `json:"deleted,omitempty"`
}

// Error returns status, title and detail.
func (p *Problem) Error() string {
	title := p.Title
	if title == "" {
		title = http.StatusText(p.Status)
	}
	msg := fmt.Sprintf("%d %s", p.Status, title)
	if p.Detail != "" {
		msg += ": " + p.Detail
	}
	return msg
}

// Unwrap returns the error that the problem was made of.
func (p *Problem) Unwrap() error { return p.err }

// ProblemOf says what an error that a handler ended with means to its client. Of a conflict it gives type and versions;
// of an error that it does not know, nothing.
//
//	a *Problem                               itself
//	a ConditionError                         400, 428; also where a VersionError holds one
//	a RecordModifiedError                    412 for the row of If-Match, 409 for others
//	a BulkModifiedError                      the same, with all of its conflicts
//	ent's NotFoundError                      404; 412 after "If-Match: *"
//	ent's ConstraintError                    409; 412 after "If-None-Match: *"
//	ent's ValidationError                    400
//	privacy.Deny                             403
//	a database that is busy, or gave up      503 with Retry-After
//	any other                                500
func ProblemOf(r *http.Request, err error) *Problem { return problemOf(r, err).complete(r, err) }

// complete fills what a problem leaves out.
func (p *Problem) complete(r *http.Request, err error) *Problem {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	if p.Instance == "" {
		p.Instance = r.URL.EscapedPath()
	}
	p.err = err
	return p
}

func problemOf(r *http.Request, err error) *Problem {
	var (
		own       *Problem
		condition *ConditionError
		bulk      *entocc.BulkModifiedError
		modified  *entocc.RecordModifiedError
		tooLarge  *http.MaxBytesError
	)
	switch {
	case errors.As(err, &own):
		p := *own
		return &p
	case errors.As(err, &condition):
		return condition.problem()
	case errors.As(err, &bulk):
		return bulkProblem(r, bulk)
	case errors.As(err, &modified):
		return modifiedProblem(r, modified)
	case errors.Is(err, privacy.Deny):
		return &Problem{Status: http.StatusForbidden}
	case errors.As(err, &tooLarge):
		return &Problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("At most %d bytes are read.", tooLarge.Limit)}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Problem{Status: http.StatusServiceUnavailable}
	}
	if p := entProblem(r, err); p != nil {
		return p
	}
	return databaseProblem(err)
}

func (e *ConditionError) problem() *Problem {
	p := &Problem{Type: TypeMalformed, Title: "Malformed version", Status: e.Status, Detail: sentence(e.Reason)}
	if e.Header != "" {
		p.Title, p.Detail = "Malformed precondition", e.Header+": "+e.Reason+"."
	}
	switch {
	case e.unsupported:
		p.Type, p.Title = TypeUnsupported, "Precondition not supported"
	case e.Status == http.StatusPreconditionRequired:
		p.Type, p.Title = TypeRequired, "Precondition required"
	}
	return p
}

// modifiedProblem is 412 where the conflict is that of the row that If-Match speaks of, and 409 for any other, such as a
// parent that the handler wrote beside.
func modifiedProblem(r *http.Request, e *entocc.RecordModifiedError) *Problem {
	var state *entocc.StateError
	if errors.As(e, &state) {
		return stateProblem(e, state)
	}
	key, status := entocc.VersionKey{Type: e.Type, ID: e.ID, Version: e.Actual}, modifiedStatus(r, e)
	if status == http.StatusPreconditionFailed && !e.Deleted {
		if p := conditionOf(r).mismatch(key); p != nil {
			return p
		}
	}
	change := "changed"
	if e.Deleted {
		change = "deleted"
	}
	return &Problem{
		Type:     TypeModified,
		Title:    "Modified by somebody else",
		Status:   status,
		Detail:   fmt.Sprintf("The %s was %s by somebody else since it was read. Nothing was written.", noun(e.Type), change),
		Expected: versionTexts(e.Expected),
		Current:  versionText(e.Actual),
		Deleted:  e.Deleted,
	}
}

// stateProblem is 409: the row has the version of If-Match, if there is one. It names fields, and not what they hold.
func stateProblem(e *entocc.RecordModifiedError, state *entocc.StateError) *Problem {
	var names []string
	for _, f := range state.Fields {
		names = append(names, f.Name)
	}
	return &Problem{
		Type:    TypeModified,
		Title:   "Not in the expected state",
		Status:  http.StatusConflict,
		Detail:  strings.TrimSuffix(fmt.Sprintf("The %s is in another state: %s", noun(e.Type), strings.Join(names, ", ")), ": ") + ". Nothing was written.",
		Current: versionText(e.Actual),
	}
}

func modifiedStatus(r *http.Request, e *entocc.RecordModifiedError) int {
	match := conditionOf(r)
	if match.Stated() && (exchangeOf(r) == nil || match.covers(e.Type, e.ID)) {
		return http.StatusPreconditionFailed
	}
	return http.StatusConflict
}

// bulkProblem lists every conflict of a batch, and whether the others were written.
func bulkProblem(r *http.Request, e *entocc.BulkModifiedError) *Problem {
	p := &Problem{Type: TypeModified, Title: "Modified by somebody else", Status: http.StatusConflict, Written: e.Written}
	for _, c := range e.Conflicts {
		p.Status = max(p.Status, modifiedStatus(r, c))
		typ := ""
		if c.Type != e.Type {
			typ = c.Type
		}
		p.Conflicts = append(p.Conflicts, RowConflict{
			Type:     typ,
			ID:       idText(c.ID),
			Expected: versionTexts(c.Expected),
			Current:  versionText(c.Actual),
			Deleted:  c.Deleted,
		})
	}
	outcome := "Nothing was written."
	if e.Written > 0 {
		outcome = fmt.Sprintf("The others were written: %d.", e.Written)
	}
	p.Detail = fmt.Sprintf("%d of %d %s rows were changed or deleted by somebody else since they were read. %s", len(e.Conflicts), e.Total, noun(e.Type), outcome)
	return p
}

// entProblem knows the errors that ent generates into each client, which have no type of their own here, by their names.
// It shows none of their texts: a constraint's has table and column, a validator's may have the value.
func entProblem(r *http.Request, err error) *Problem {
	x := exchangeOf(r)
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.ValueOf(err)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
			continue
		}
		switch v.Elem().Type().Name() {
		case "NotFoundError":
			if x != nil && x.match.tags.Any && x.match.used() {
				return &Problem{Type: TypeModified, Title: "Precondition failed", Status: http.StatusPreconditionFailed, Detail: "There is nothing that If-Match could match."}
			}
			return &Problem{Status: http.StatusNotFound}
		case "ConstraintError":
			if x != nil && x.create.Load() {
				return &Problem{Type: TypeModified, Title: "Precondition failed", Status: http.StatusPreconditionFailed, Detail: "It exists already."}
			}
			return &Problem{Status: http.StatusConflict, Detail: "It contradicts what is stored already."}
		case "ValidationError":
			p := &Problem{Status: http.StatusBadRequest, Detail: "A value is missing or not valid."}
			if name := v.Elem().FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
				p.Detail = fmt.Sprintf("The value of %s is missing or not valid.", name.String())
			}
			return p
		}
	}
	return nil
}

// databaseProblem says what is worth another try. A conflict of versions is none: the same request would meet it again.
func databaseProblem(err error) *Problem {
	switch entocc.Classify(err).Kind {
	case entocc.KindModified:
		return &Problem{Type: TypeModified, Title: "Modified by somebody else", Status: http.StatusConflict}
	case entocc.KindSerialization, entocc.KindDeadlock, entocc.KindLockTimeout, entocc.KindBusy:
		return &Problem{Type: TypeBusy, Title: "Busy", Status: http.StatusServiceUnavailable, Detail: "Others are writing the same. Try again in a moment."}
	}
	return &Problem{Status: http.StatusInternalServerError}
}

// sentence makes a sentence of what an error says.
func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + reason[1:] + "."
}

// noun writes the name of an ent type as a word of a sentence.
func noun(typ string) string {
	if typ == "" {
		return "record"
	}
	return strings.ToLower(typ)
}

// idText writes an ID, or nothing for none.
func idText(id any) string {
	if id == nil {
		return ""
	}
	ids, composite := id.([]any)
	if !composite {
		return formatID(id)
	}
	texts := make([]string, len(ids))
	for i, part := range ids {
		texts[i] = formatID(part)
	}
	return strings.Join(texts, "/")
}

func versionTexts(expected any) []string {
	list, many := expected.([]any)
	if !many {
		list = []any{expected}
	}
	var texts []string
	for _, v := range list {
		if text := versionText(v); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// versionText writes a version, or the words of a condition that named none.
func versionText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if v == nil {
		return ""
	}
	text, err := formatVersion(entocc.VersionKey{Version: v})
	if err != nil {
		return ""
	}
	return text
}
