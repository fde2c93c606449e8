package occhttp

import (
	"net/http"
	"slices"
	"strings"
)

// takes are the preconditions that a write of each method can have, unless [Allow] says otherwise. A method that is not
// listed takes none.
var takes = map[string][]string{
	http.MethodPut:    {ifMatch, ifNoneMatch},
	http.MethodPatch:  {ifMatch},
	http.MethodDelete: {ifMatch},
}

const (
	ifMatch     = "If-Match"
	ifNoneMatch = "If-None-Match"
)

// unsupported returns the error of a request with a precondition that its method does not take. RFC 9110 has no status
// for it: 412 would say that it was looked at and is false, so that clients read and send the request again, and 501
// would let every client cause a failure of the server. It is 400, with its own type.
func (o *options) unsupported(r *http.Request) error {
	if isSafe(r.Method) {
		return nil
	}
	for _, header := range [...]string{ifMatch, ifNoneMatch} {
		if r.Header.Values(header) == nil || slices.Contains(takes[r.Method], header) || slices.Contains(o.allowed[r.Method], header) {
			continue
		}
		alternative := "it takes no precondition"
		if others := slices.Concat(takes[r.Method], o.allowed[r.Method]); len(others) > 0 {
			alternative = "it takes " + strings.Join(others, " and ")
		}
		return &ConditionError{
			Status: http.StatusBadRequest, Header: header, unsupported: true,
			Reason: "a " + r.Method + " is not carried out under this precondition here, so nothing was done; " + alternative,
		}
	}
	return nil
}

// unasked returns the error of a write whose handler has not looked at a precondition of the request. It runs before each
// write of a versioned type under the context of the request.
func (x *exchange) unasked(r *http.Request) error {
	header := ""
	switch {
	case x.match.Stated() && !x.asked.Load():
		header = ifMatch
	case r.Header.Values(ifNoneMatch) != nil && !x.create.Load():
		header = ifNoneMatch
	default:
		return nil
	}
	err := &ConditionError{
		Status: http.StatusBadRequest, Header: header, unsupported: true,
		Reason: "this resource does not support the precondition on " + r.Method + ", so its write was refused",
	}
	if x.refusal.CompareAndSwap(nil, err) {
		x.options.report(r, header)
	}
	return err
}
