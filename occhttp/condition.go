package occhttp

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/entocc/entocc"
)

// Condition is what the If-Match header of a request expects. Generated builders take it and put the versions that it
// names into the WHERE of the write:
//
//	client.User.UpdateOneID(id).IfMatch(occhttp.IfMatch(r))
//
// A builder evaluates it for its own type and ID, so the tag of another row never matches. A request without the header,
// and one with a header that can't be read, fail the write with 428 and 400: a condition never lets a write pass unguarded,
// except for "*". A handler that allows requests without the header asks [Condition.Stated] first.
type Condition struct {
	lines []string
	tags  Tags
	err   error

	mu sync.Mutex
	// asked holds the rows that builders asked about.
	asked map[string]bool
}

// IfMatch returns what the If-Match header of the request expects. It never fails: if the header is invalid, the write that
// it is given to fails, after authorization and everything else that comes first.
//
// Calling it counts as looking at the header. Until a handler does so, a request that has one can't write: each write of a
// versioned type under the context of the request is refused with 400, before anything is sent to the database. Call it
// before the first write.
func IfMatch(r *http.Request) *Condition {
	if x := exchangeOf(r); x != nil {
		x.asked.Store(true)
	}
	return conditionOf(r)
}

// conditionOf is [IfMatch] without the handler having asked.
func conditionOf(r *http.Request) *Condition {
	if x := exchangeOf(r); x != nil {
		return x.match
	}
	return newCondition(r.Header)
}

func newCondition(h http.Header) *Condition {
	c := &Condition{lines: h.Values(ifMatch), asked: make(map[string]bool)}
	if len(c.lines) == 0 {
		c.err = errMissing
		return c
	}
	tags, err := ParseTags(c.lines)
	if err != nil {
		c.err = malformed(ifMatch, err)
	}
	c.tags = tags
	return c
}

// Stated reports whether the request has an If-Match header, valid or not.
func (c *Condition) Stated() bool { return len(c.lines) > 0 }

// Err returns what is wrong with the header: a [ConditionError] for one that is missing or can't be read.
func (c *Condition) Err() error { return c.err }

// Accept implements [entocc.Condition].
func (c *Condition) Accept(key entocc.VersionKey) entocc.Accepted {
	if c == nil {
		return entocc.Accepted{Err: errMissing}
	}
	c.mu.Lock()
	c.asked[rowPath(key)] = true
	c.mu.Unlock()
	accepted := c.tags.Accept(key)
	accepted.Err = c.err
	return accepted
}

// For is the condition for a write that is based on what an entity holds, such as a merge with it: the row must have the
// entity's version, and the header must accept that. "*" is not enough for such a write, as it would overwrite what was
// saved between the loading and the write.
//
//	u, err := client.User.Get(ctx, id)
//	..
//	update := u.Update().IfMatch(occhttp.IfMatch(r).For(u))
func (c *Condition) For(entity entocc.Versioned) entocc.Condition {
	return entityCondition{c, entity.VersionKey()}
}

// entityCondition accepts the version of an entity, if the header does.
type entityCondition struct {
	*Condition
	entity entocc.VersionKey
}

// Accept implements [entocc.Condition].
func (c entityCondition) Accept(key entocc.VersionKey) entocc.Accepted {
	accepted := c.Condition.Accept(key)
	if accepted.Err != nil {
		return accepted
	}
	own, err := TagOf(c.entity)
	if err != nil {
		return entocc.Accepted{Err: err}
	}
	version, ok := versionIn(own.Opaque, key)
	if !ok || !accepted.Any && !c.tags.strong(own) {
		return entocc.Accepted{}
	}
	return entocc.Accepted{Versions: []any{version}}
}

// String returns the header.
func (c *Condition) String() string { return strings.Join(c.lines, ", ") }

// covers reports whether a builder asked the condition about the row.
func (c *Condition) covers(typ string, id any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked[rowPath(entocc.VersionKey{Type: typ, ID: id})]
}

// used reports whether a builder asked the condition about any row.
func (c *Condition) used() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.asked) > 0
}

var _ entocc.Condition = (*Condition)(nil)

// ConditionError reports what a request expects of a row, as a header or the token of a form, that is missing or can't be
// understood. Nothing was written.
type ConditionError struct {
	// Status is 400, or 428 for a header that is required and missing (RFC 6585, section 3).
	Status int
	// Header is the name of the header, or empty for a token.
	Header string
	// Reason says what is wrong, in words that may be shown to the client: it contains only what the client sent.
	Reason string

	// unsupported is set for a valid precondition that no handler checks.
	unsupported bool
}

// Error returns the header and what is wrong with it.
func (e *ConditionError) Error() string {
	if e.Header == "" {
		return "entocc: " + e.Reason
	}
	return fmt.Sprintf("entocc: %s: %s", e.Header, e.Reason)
}

var errMissing = &ConditionError{
	Status: http.StatusPreconditionRequired, Header: ifMatch,
	Reason: "the request must state the version that it is based on: send the ETag of the last response as If-Match",
}

func malformed(header string, err error) error {
	return &ConditionError{Status: http.StatusBadRequest, Header: header, Reason: err.Error()}
}
