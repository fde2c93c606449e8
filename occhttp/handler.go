package occhttp

import (
	"context"
	"net/http"
	"sync/atomic"
)

// HandlerFunc is a handler that ends in an error instead of writing one.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Handler makes an http.Handler of fn. What fn returns is written by [WriteError], in the way that the [Middleware]
// around it says; without one, in the way of no options.
//
//	mux.Handle("PUT /users/{id}", occhttp.Handler(putUser))
func Handler(fn HandlerFunc) http.Handler { return fn }

// ServeHTTP implements http.Handler. An error after the response began can't be told in it anymore: the connection is
// aborted, so that the client takes nothing for a success.
func (fn HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = withExchange(r, optionsOf(r))
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

// Middleware prepares requests for handlers: it refuses an If-Match that can't be read, and reports when a handler
// answered with success and ignored what the request expects. It fits every router that takes net/http handlers:
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
			if isSafe(r.Method) || r.Header.Values("If-Match") == nil && r.Header.Values("If-None-Match") == nil {
				next.ServeHTTP(w, r)
				return
			}
			rw := &writer{ResponseWriter: w}
			rw.before = func(status int) bool { return o.reportIgnored(w, r, status) }
			next.ServeHTTP(rw, r)
			rw.finish()
		})
	}
}

// refuse returns what is wrong with the preconditions before any handler runs.
func (o *options) refuse(r *http.Request) error {
	match, noneMatch := IfMatch(r), r.Header.Values("If-None-Match")
	if match.Stated() && match.Err() != nil {
		return match.Err()
	}
	if len(noneMatch) > 0 {
		if _, err := ParseTags(noneMatch); err != nil {
			return malformed("If-None-Match", err)
		}
		return nil
	}
	if o.required[r.Method] && !match.Stated() {
		return errMissing
	}
	return nil
}

// reportIgnored reports a success of a handler that did not carry out what the request expects. In strict mode it writes
// the answer instead.
func (o *options) reportIgnored(w http.ResponseWriter, r *http.Request, status int) (replaced bool) {
	if status < 200 || status > 299 {
		return false
	}
	x := exchangeOf(r)
	for _, ignored := range [...]struct {
		header string
		is     bool
	}{
		{"If-Match", x.match.Stated() && !x.match.used()},
		{"If-None-Match", r.Header.Values("If-None-Match") != nil && !x.create.Load()},
	} {
		if !ignored.is {
			continue
		}
		o.report(r, ignored.header)
		if o.strict {
			WriteError(w, r, &Problem{Status: http.StatusInternalServerError, Detail: "The server did not carry out " + ignored.header + ". What it wrote may have overwritten the changes of others."})
			return true
		}
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
	// create notes that the handler asked for If-None-Match on a write.
	create atomic.Bool
}

type exchangeKey struct{}

// withExchange returns the request with an exchange, which is the one that it has if there is one.
func withExchange(r *http.Request, o *options) *http.Request {
	if exchangeOf(r) != nil {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, &exchange{options: o, match: newCondition(r.Header)}))
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
