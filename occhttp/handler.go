package occhttp

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/entocc/entocc"
)

// HandlerFunc is a handler that returns an error instead of writing one.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Handler makes an http.Handler of fn. [WriteError] writes what fn returns, with the options of the [Middleware] around it,
// if there is one.
//
//	mux.Handle("PUT /users/{id}", occhttp.Handler(putUser))
func Handler(fn HandlerFunc) http.Handler { return fn }

// ServeHTTP implements http.Handler. An error after the response began can't be reported in it: the connection is aborted,
// so the client does not see a success.
func (fn HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = withExchange(r, optionsOf(r))
	if err := optionsOf(r).unsupported(r); err != nil {
		WriteError(w, r, err)
		return
	}
	rw := &writer{ResponseWriter: w}
	err := fn(rw, r)
	switch {
	case err == nil:
	case rw.wrote:
		optionsOf(r).log(r, ProblemOf(r, err))
		panic(http.ErrAbortHandler)
	default:
		WriteError(w, r, err)
	}
}

// Middleware prepares requests for handlers. It refuses preconditions that can't be read, and those that the method does
// not take (see [Allow]), before any handler runs. It refuses the writes of a handler that does not look at what the
// request expects, before they are sent, and reports such handlers ([OnIgnored]). It fits every router that takes
// net/http handlers:
//
//	http.ListenAndServe(addr, occhttp.Middleware(occhttp.Require())(mux)) // net/http
//	router.Use(occhttp.Middleware())                                      // chi
//	http.ListenAndServe(addr, occhttp.Middleware()(e))                    // echo
//	http.ListenAndServe(addr, occhttp.Middleware()(engine))               // gin
//
// Put authentication around it, and it around a router that writes errors only after its own middlewares, as echo does.
func Middleware(opts ...Option) func(http.Handler) http.Handler {
	o := newOptions(opts)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = withExchange(r, o)
			if err := o.refuse(r); err != nil {
				WriteError(w, r, err)
				return
			}
			if isSafe(r.Method) || r.Header.Values(ifMatch) == nil && r.Header.Values(ifNoneMatch) == nil {
				next.ServeHTTP(w, r)
				return
			}
			rw := &writer{ResponseWriter: w}
			rw.before = func(status int) bool { return o.answered(w, r, status) }
			next.ServeHTTP(rw, r)
			rw.finish()
		})
	}
}

// refuse returns what is wrong with the preconditions before any handler runs.
func (o *options) refuse(r *http.Request) error {
	if err := o.unsupported(r); err != nil {
		return err
	}
	match, noneMatch := conditionOf(r), r.Header.Values(ifNoneMatch)
	if match.Stated() && match.Err() != nil {
		return match.Err()
	}
	if len(noneMatch) > 0 {
		tags, err := ParseTags(noneMatch)
		if err == nil && !tags.Any && !isSafe(r.Method) {
			err = errTagsOnWrite
		}
		if err != nil {
			return malformed(ifNoneMatch, err)
		}
		return nil
	}
	if o.required[r.Method] && !match.Stated() {
		return errMissing
	}
	return nil
}

// answered looks at the answer of a handler as it begins. One that failed after its write was refused is replaced by the
// refusal, which plain handlers tell as a failure of the server. A success that did not carry out what the request expects
// is reported, and stays: what the handler wrote is written.
func (o *options) answered(w http.ResponseWriter, r *http.Request, status int) (replaced bool) {
	x := exchangeOf(r)
	refusal := x.refusal.Load()
	switch {
	case status >= http.StatusBadRequest && refusal != nil:
		WriteError(w, r, refusal)
		return true
	case status < 200 || status > 299 || refusal != nil:
		return false
	}
	if x.match.Stated() && !x.match.used() {
		o.report(r, ifMatch)
	}
	if r.Header.Values(ifNoneMatch) != nil && !x.create.Load() {
		o.report(r, ifNoneMatch)
	}
	return false
}

// isSafe knows the methods that change nothing (RFC 9110, section 9.2.1). Their preconditions save work, not changes.
func isSafe(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// exchange is what the package knows about one request.
type exchange struct {
	options *options
	match   *Condition
	// asked notes that the handler asked for If-Match, and create that it asked for If-None-Match on a write.
	asked, create atomic.Bool
	// refusal is why a write of the handler was refused.
	refusal atomic.Pointer[ConditionError]
}

type exchangeKey struct{}

// withExchange returns the request with an exchange, which is the one that it has if there is one.
func withExchange(r *http.Request, o *options) *http.Request {
	if exchangeOf(r) != nil {
		return r
	}
	x := &exchange{options: o, match: newCondition(r.Header)}
	ctx := context.WithValue(r.Context(), exchangeKey{}, x)
	if !isSafe(r.Method) && (x.match.Stated() || r.Header.Values(ifNoneMatch) != nil) {
		ctx = entocc.BeforeWrite(ctx, func(string) error { return x.unasked(r) })
	}
	return r.WithContext(ctx)
}

func exchangeOf(r *http.Request) *exchange {
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	return x
}

func optionsOf(r *http.Request) *options {
	if x := exchangeOf(r); x != nil {
		return x.options
	}
	return newOptions(nil)
}
