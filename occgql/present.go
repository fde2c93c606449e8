package occgql

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"entgo.io/ent"
	"github.com/99designs/gqlgen/graphql"
	"github.com/entocc/entocc"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The codes in the extensions of errors.
const (
	// CodeConflict is the code of a write whose row now has a different version, is in a different state, or is gone.
	// The write was not made.
	CodeConflict = "CONFLICT"
	// CodePreconditionRequired is the code of a write for which no version was sent although one is required.
	CodePreconditionRequired = "PRECONDITION_REQUIRED"
	// CodeBadUserInput is the code for a version that can't be read.
	CodeBadUserInput = "BAD_USER_INPUT"
	// CodeOutcomeUnknown is the code of a write, or a transaction, whose response was lost: read the rows again.
	CodeOutcomeUnknown = "OUTCOME_UNKNOWN"
)

// ErrorPresenter gives the errors of entocc their codes, and a message that reveals nothing about the row, and passes
// all others to next. [Conflicts] does so too: this is for a server whose own presenter hides errors that it does not
// know.
//
//	srv.SetErrorPresenter(occgql.ErrorPresenter(hideInternals))
func ErrorPresenter(next graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		p := answerOf(err)
		if p == nil {
			return next(ctx, err)
		}
		presented := *graphql.DefaultErrorPresenter(ctx, err)
		p.fill(&presented)
		return &presented
	}
}

// answer is what a client learns about an error.
type answer struct {
	code, message string
	extensions    map[string]any
}

// fill completes an error. What a resolver put into its own error is kept.
func (a *answer) fill(e *gqlerror.Error) {
	extensions := maps.Clone(a.extensions)
	if extensions == nil {
		extensions = make(map[string]any)
	}
	extensions["code"] = a.code
	maps.Copy(extensions, e.Extensions)
	if e.Err != nil && e.Message == e.Err.Error() {
		e.Message = a.message
	}
	e.Extensions = extensions
}

// answerOf returns what is reported for an error before any row has been read for it; nil if it is not one of entocc's.
func answerOf(err error) *answer {
	var (
		expectation *ExpectationError
		unknown     *entocc.OutcomeUnknownError
		bulk        *entocc.BulkModifiedError
		modified    *entocc.RecordModifiedError
	)
	switch {
	case errors.As(err, &expectation):
		return &answer{code: expectation.Code, message: expectation.Reason}
	case errors.As(err, &unknown):
		return unknownAnswer(unknown)
	case errors.As(err, &bulk):
		return &answer{
			code:       CodeConflict,
			message:    fmt.Sprintf("%d of %d records of %s were changed or deleted by somebody else", len(bulk.Conflicts), bulk.Total, noun(bulk.Type)),
			extensions: map[string]any{"type": bulk.Type, "total": bulk.Total},
		}
	case errors.As(err, &modified):
		return &answer{
			code:       CodeConflict,
			message:    fmt.Sprintf("the %s was changed or deleted by somebody else, and this change was not made", noun(modified.Type)),
			extensions: given(modified),
		}
	}
	return nil
}

// given is what the caller itself sent: the type, and the ID of a write by ID. The ID that a set-based write found, or
// the ID of a parent, may be new to the caller.
func given(m *entocc.RecordModifiedError) map[string]any {
	extensions := map[string]any{"type": m.Type}
	if m.Op.Is(ent.OpUpdateOne|ent.OpDeleteOne) && m.ID != nil {
		extensions["id"] = idText(m.ID)
	}
	return extensions
}

func unknownAnswer(e *entocc.OutcomeUnknownError) *answer {
	a := &answer{code: CodeOutcomeUnknown, message: "it is not known whether this change was made: read again", extensions: make(map[string]any)}
	if e.Type == "" {
		return a
	}
	a.extensions["type"] = e.Type
	for name, value := range map[string]any{"id": e.ID, "expected": e.Expected, "next": e.Next} {
		if value == nil {
			continue
		}
		if name == "id" {
			a.extensions[name] = idText(value)
		} else {
			a.extensions[name] = versionText(value)
		}
	}
	return a
}

// noun writes the name of an ent type as a word in a sentence.
func noun(typ string) string {
	if typ == "" {
		return "record"
	}
	return strings.ToLower(typ)
}
