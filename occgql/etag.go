package occgql

import (
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
)

// MarshalETag writes the scalar ETag: a version that also names its row, "Todo/7/3", for versions of every type.
// Clients send it back unchanged. It is the entity tag of package occhttp without its quotes. In gqlgen.yml:
//
//	models:
//	  ETag:
//	    model: github.com/entocc/entocc/occgql.ETag
func MarshalETag(tag string) graphql.Marshaler { return graphql.MarshalString(tag) }

// UnmarshalETag reads the scalar ETag. A value that is not a string is an [*ExpectationError].
func UnmarshalETag(sent any) (string, error) {
	tag, ok := sent.(string)
	if !ok {
		return "", malformed("an etag is a string, and not a %T", sent)
	}
	return tag, nil
}

// ETagOf returns the tag of an entity, for the resolver of a field:
//
//	func (r *todoResolver) Etag(ctx context.Context, obj *ent.Todo) (string, error) { return occgql.ETagOf(obj) }
func ETagOf(entity entocc.Versioned) (string, error) {
	tag, err := occhttp.Tag(entity)
	return tag.Opaque, err
}

// ExpectETag is [Expect] for a tag. A tag of a different row is an error, with code [CodeBadUserInput].
func ExpectETag(sent *string) entocc.Condition { return expectedTag{sent: sent} }

// ExpectETagIfSent is [ExpectIfSent] for a tag.
func ExpectETagIfSent(sent *string) entocc.Condition { return expectedTag{sent: sent, optional: true} }

// expectedTag is the tag that a client sent, if any.
type expectedTag struct {
	sent     *string
	optional bool
}

// Accept implements entocc.Condition.
func (e expectedTag) Accept(key entocc.VersionKey) entocc.Accepted {
	if e.sent == nil {
		return acceptUnsent(e.optional)
	}
	bad := entocc.Accepted{Err: malformed("%.80q is not an etag of this %s", *e.sent, noun(key.Type))}
	if strings.ContainsAny(*e.sent, `",`) { // It would be a list.
		return bad
	}
	header := http.Header{"If-Match": {occhttp.ETag{Opaque: *e.sent}.String()}}
	accepted := occhttp.IfMatch(&http.Request{Method: http.MethodPut, Header: header}).Accept(key)
	if accepted.Err != nil || len(accepted.Versions) == 0 {
		return bad
	}
	return accepted
}

// String returns the tag.
func (e expectedTag) String() string {
	if e.sent == nil {
		return "none"
	}
	return *e.sent
}
