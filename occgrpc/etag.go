package occgrpc

import (
	"errors"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occhttp"
)

// ETag returns the etag of an entity, with its quotes (AIP-154): `"User/7/3"`. It is strong: two messages with the same
// etag are of the same version of the same row. For an entity that was loaded without its version, it returns a
// VersionError.
func ETag(entity entocc.Versioned) (string, error) {
	tag, err := occhttp.Tag(entity)
	if err != nil {
		return "", err
	}
	return tag.String(), nil
}

// ExpectationError reports an etag that is malformed, or missing although it is required. Its status is
// INVALID_ARGUMENT. Nothing was written.
type ExpectationError struct {
	// Reason says what is wrong, in a text for the client.
	Reason string
	// Missing reports that no etag was sent.
	Missing bool
}

// Error returns the reason.
func (e *ExpectationError) Error() string { return "occgrpc: " + e.Reason }

// Expect guards a write with the etag of a request. The write is refused with INVALID_ARGUMENT if there is none, and
// with ABORTED if the row has a different one.
//
//	client.User.UpdateOneID(id).IfMatch(occgrpc.Expect(r.User.Etag)).SetName(name).Save(ctx)
//	client.User.DeleteOneID(id).IfMatch(occgrpc.Expect(r.Etag)).Exec(ctx)
//
// The etag "*" expects a row with any version, as If-Match does (RFC 9110, section 13.1.1). A weak etag never matches,
// because the etags of [ETag] are strong.
func Expect(etag string) entocc.Condition { return expectation{etag: etag} }

// ExpectIfSent guards a write with the etag of a request, if it has one: AIP-154 lets a service permit requests without
// it. Such a request silently overwrites what others wrote to the fields that it sets.
func ExpectIfSent(etag string) entocc.Condition { return expectation{etag: etag, optional: true} }

// expectation is the etag of a request.
type expectation struct {
	etag     string
	optional bool
}

// Accept implements entocc.Condition.
func (e expectation) Accept(key entocc.VersionKey) entocc.Accepted {
	switch {
	case e.etag == "" && e.optional:
		return entocc.Accepted{Any: true}
	case e.etag == "":
		return entocc.Accepted{Err: &ExpectationError{Missing: true, Reason: "the request must have the etag of the last response"}}
	}
	tags, err := occhttp.ParseTags([]string{e.etag})
	if err == nil && (len(tags.List) > 1 || e.etag != strings.TrimSpace(e.etag) || strings.HasSuffix(e.etag, ",") || e.etag[0] == ',') {
		err = errors.New("it must be one entity tag, not a list")
	}
	if err != nil {
		return entocc.Accepted{Err: &ExpectationError{Reason: err.Error()}}
	}
	return tags.Accept(key)
}

// String returns the etag.
func (e expectation) String() string {
	if e.etag == "" {
		return "none"
	}
	return e.etag
}
