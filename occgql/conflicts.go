package occgql

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"

	"entgo.io/ent/privacy"
	"github.com/99designs/gqlgen/graphql"
	"github.com/entocc/entocc"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxRead is how many rows are read for the conflicts of one response. Further conflicts are reported only by type and
// ID.
const maxRead = 100

// Conflicts is an extension of gqlgen's server that reports conflicts to clients. Use it before the transactioner of
// entgql, so that it reads after the transaction has been rolled back: what a row holds inside may never be committed.
// For a conflict in a transaction that is still open, only the type and the ID are reported.
//
//	srv.Use(&occgql.Conflicts{})
//	srv.Use(entgql.Transactioner{TxOpener: occgql.OpenTx(client)})
//
// The error of a conflict has these extensions. The row is read through the client of the write with the context of the
// response, so that its privacy rules and interceptors decide what the caller sees. Versions and IDs are strings.
//
//	code      CONFLICT
//	type, id  the type and ID of the row
//	gone      true if there is no such row, or the caller may not see it: then nothing else is reported about it
//	expected  the version that was sent; a list if several were sent
//	version   the row's current version
//	clashes   the fields that somebody else changed to other values than this write would set
//	state     the fields that IfField found in another state
//	current   the row, as Show shows it
//	conflicts the conflicts of a batch, each with the extensions above; and total, the number of its rows
//	written   how many rows of the batch were written anyway, because it skips modified ones
type Conflicts struct {
	// Show returns what clients see of a row that the caller may read; entity is a pointer to ent's. The default is the
	// fields of the same names in its GraphQL type, except those with arguments or with a directive that is not
	// gqlgen's own, such as one that requires a permission.
	Show func(ctx context.Context, entity any) (any, error)
	// HideGone reports ent's NotFoundError of a mutation as a row that is gone, and names the row in neither case, not
	// even in a batch. Set it if privacy rules add predicates to mutations: ent then finds no row, whereas a deleted
	// row is a conflict, and the difference would reveal that the hidden row exists.
	HideGone bool

	schema *ast.Schema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
} = (*Conflicts)(nil)

// ExtensionName implements graphql.HandlerExtension.
func (c *Conflicts) ExtensionName() string { return "EntOCCConflicts" }

// Validate implements graphql.HandlerExtension.
func (c *Conflicts) Validate(schema graphql.ExecutableSchema) error {
	if c.schema != nil && c.schema != schema.Schema() {
		return errors.New("occgql: each server needs its own Conflicts")
	}
	c.schema = schema.Schema()
	return nil
}

// MutateOperationContext refuses mutations if the transactioner of entgql was used first: its transaction would still
// be open when conflicts are reported, so that no details of the rows could be. The transactioner can only be
// recognized by the name of its function.
func (c *Conflicts) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	middleware := runtime.FuncForPC(reflect.ValueOf(oc.ResolverMiddleware).Pointer())
	if middleware != nil && strings.Contains(middleware.Name(), "/entgql.Transactioner.") {
		return gqlerror.Errorf("occgql: the server must Use Conflicts before the Transactioner")
	}
	return nil
}

// InterceptResponse completes the errors of a response.
func (c *Conflicts) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	inside, end := withTxEnd(ctx)
	rsp := next(inside)
	if rsp == nil {
		return nil
	}
	rsp.Errors = end.errors(ctx, rsp.Errors)
	r := reader{Conflicts: c, left: maxRead}
	if graphql.HasOperationContext(ctx) {
		op := graphql.GetOperationContext(ctx).Operation
		r.mutation = op != nil && op.Operation == ast.Mutation
	}
	for _, e := range rsp.Errors {
		// The transactioner drops the data of a transaction that it rolls back.
		if a := r.answerTo(ctx, e, rsp.Data != nil); a != nil {
			a.fill(e)
		}
	}
	return rsp
}

// goneMessage is the message for a row that is gone, or hidden.
const goneMessage = "there is no such record, or it was deleted, and this change was not made"

// goneAnswer is the answer for a row that is not named.
func goneAnswer() *answer {
	return &answer{code: CodeConflict, message: goneMessage, extensions: map[string]any{"gone": true}}
}

// reader reports the conflicts of one response.
type reader struct {
	*Conflicts
	// left is how many more rows it may read.
	left     int
	mutation bool
}

// answerTo returns what is reported for an error, nil if it is not one of entocc's. kept reports that other writes were
// not rolled back.
func (r *reader) answerTo(ctx context.Context, err error, kept bool) *answer {
	a := answerOf(err)
	switch {
	case a == nil && r.HideGone && r.mutation && isNotFound(err):
		return goneAnswer()
	case a == nil || a.code != CodeConflict:
		return a
	}
	var bulk *entocc.BulkModifiedError
	if !errors.As(err, &bulk) {
		var modified *entocc.RecordModifiedError
		errors.As(err, &modified)
		if a.extensions = r.row(ctx, err, modified); a.extensions["gone"] == true {
			a.message = goneMessage
		}
		return a
	}
	errs := bulk.Unwrap()
	conflicts := make([]map[string]any, len(bulk.Conflicts))
	for i, m := range bulk.Conflicts {
		conflicts[i] = r.row(ctx, errs[i], m)
		if r.HideGone && bulk.Written == 0 && conflicts[i]["gone"] == true {
			return goneAnswer() // ent ends a batch at the first row that rules hide.
		}
	}
	a.extensions["conflicts"] = conflicts
	if kept && bulk.Written > 0 {
		a.extensions["written"] = bulk.Written
	}
	return a
}

// row returns what is reported for one row. A row that is gone is read too, so that the response is the same as for a
// hidden row.
func (r *reader) row(ctx context.Context, err error, m *entocc.RecordModifiedError) map[string]any {
	extensions := given(m)
	var typed interface {
		CurrentValue(context.Context) (any, error)
		DiffToValue(current any) []entocc.FieldDiff
	}
	if r.left == 0 || m.InOpenTx() || !errors.As(err, &typed) {
		return extensions
	}
	r.left--
	current, readErr := typed.CurrentValue(ctx)
	switch {
	case isNotFound(readErr), errors.Is(readErr, privacy.Deny):
		if r.HideGone {
			return map[string]any{"gone": true}
		}
		extensions["gone"] = true
		return extensions
	case readErr != nil:
		return extensions
	}
	extensions["id"] = idText(m.ID)
	extensions["expected"] = versionText(m.Expected)
	if versioned, ok := current.(entocc.Versioned); ok {
		extensions["version"] = versionText(versioned.VersionKey().Version)
	}
	var state *entocc.StateError
	if errors.As(m, &state) {
		extensions["state"] = r.names(m.Type, len(state.Fields), func(i int) (string, bool) { return state.Fields[i].Name, true })
	}
	diff := diffTo(typed, current)
	extensions["clashes"] = r.names(m.Type, len(diff), func(i int) (string, bool) { return diff[i].Name, diff[i].Clashes() })
	if shown, err := r.show(ctx, m.Type, current); err == nil && shown != nil {
		extensions["current"] = shown
	}
	return extensions
}

// diffTo returns no fields for a client that was generated without diffs.
func diffTo(typed interface{ DiffToValue(any) []entocc.FieldDiff }, current any) (diff []entocc.FieldDiff) {
	defer func() {
		if r := recover(); r != nil && r != any(entocc.ErrNoDiff) {
			panic(r)
		}
	}()
	return typed.DiffToValue(current)
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
