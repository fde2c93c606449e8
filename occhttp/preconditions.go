package occhttp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/entocc/entocc"
)

// NotModified sets the ETag of the entity, and answers 304 when the request says by If-None-Match that it has this
// version already. It is for GET and HEAD; of other methods it only sets the tag:
//
//	if done, err := occhttp.NotModified(w, r, u); done || err != nil {
//		return err
//	}
//
// An If-Match of a GET is compared as well, and is 412 when it fails (RFC 9110, section 13.2.2).
func NotModified(w http.ResponseWriter, r *http.Request, entity entocc.Versioned) (done bool, err error) {
	tag, err := Tag(entity)
	if err != nil {
		return false, err
	}
	w.Header().Set("ETag", tag.String())
	if !isSafe(r.Method) {
		return false, nil
	}
	if match := conditionOf(r); match.Stated() {
		if match.err != nil {
			return false, match.err
		}
		if !match.tags.strong(tag) {
			return false, failedMatch(match, entity.VersionKey())
		}
	}
	lines := r.Header.Values(ifNoneMatch)
	if len(lines) == 0 {
		return false, nil
	}
	tags, err := ParseTags(lines)
	if err != nil {
		return false, malformed(ifNoneMatch, err)
	}
	if !tags.weak(tag) {
		return false, nil
	}
	w.WriteHeader(http.StatusNotModified)
	return true, nil
}

// failedMatch is the problem of a GET whose If-Match names other versions.
func failedMatch(match *Condition, key entocc.VersionKey) *Problem {
	if p := match.mismatch(key); p != nil {
		p.Detail = strings.Replace(p.Detail, " Nothing was written.", "", 1) // nor was there anything to write
		return p
	}
	var expected any = match.String()
	if accepted := match.Accept(key); len(accepted.Versions) > 0 {
		expected = accepted.Versions
	}
	return &Problem{
		Type: TypeModified, Title: "Precondition failed", Status: http.StatusPreconditionFailed,
		Detail:   "The " + noun(key.Type) + " does not have the version that If-Match names.",
		Expected: versionTexts(expected), Current: versionText(key.Version),
	}
}

var errTagsOnWrite = errors.New(`only "*", which asks for a new resource, can be carried out on a write`)

// CreateOnly reports whether the request asks by "If-None-Match: *" that the resource is created and that none is
// replaced (RFC 9110, section 13.1.2). The handler then creates the row under its own ID, and lets the primary key decide:
//
//	create, err := occhttp.CreateOnly(r)
//	if err != nil {
//		return err
//	}
//	if create {
//		u, err := client.User.Create().SetID(id).SetName(name).Save(ctx) // a row that is there is 412
//		...
//	}
//
// A list of tags is an error, as no write carries it out, and so is "*" beside an If-Match, which can't both hold.
func CreateOnly(r *http.Request) (bool, error) {
	lines := r.Header.Values(ifNoneMatch)
	if x := exchangeOf(r); x != nil {
		x.create.Store(len(lines) > 0)
	}
	if len(lines) == 0 {
		return false, nil
	}
	tags, err := ParseTags(lines)
	switch {
	case err != nil:
		return false, malformed(ifNoneMatch, err)
	case !tags.Any:
		return false, malformed(ifNoneMatch, errTagsOnWrite)
	case conditionOf(r).Stated():
		return false, &Problem{
			Type: TypeModified, Title: "Precondition failed", Status: http.StatusPreconditionFailed,
			Detail: "If-Match asks for a resource that exists, and If-None-Match for one that does not.",
		}
	}
	return true, nil
}
