package occhttp

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/entocc/entocc"
)

// Option configures a [Middleware] and the handlers inside of it.
type Option func(*options)

type options struct {
	required map[string]bool
	allowed  map[string][]string
	test     TestingT
	page     *template.Template
	problems []func(*http.Request, error) *Problem
	ignored  func(*http.Request, string)
	logger   *slog.Logger
	changed  func(current any) (by string, at time.Time)
	clashing func(current any, field entocc.FieldDiff) string
}

func newOptions(opts []Option) *options {
	o := &options{required: make(map[string]bool), allowed: make(map[string][]string), logger: slog.Default()}
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// Require answers 428 to requests of these methods that have neither If-Match nor If-None-Match (RFC 6585, section 3),
// before any handler runs; no method means PUT, PATCH and DELETE. Without it a write by IfMatch is 428 anyway, but
// after authorization and 404.
//
//	occhttp.Middleware(occhttp.Require())(mux)
func Require(methods ...string) Option {
	if len(methods) == 0 {
		methods = []string{http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
	return func(o *options) {
		for _, m := range methods {
			o.required[m] = true
		}
	}
}

// Allow lets through requests of a method that have these headers, If-Match or If-None-Match. Without it PUT takes both,
// PATCH and DELETE take If-Match, and other methods that write take none: a request with another precondition is 400 before
// any handler runs. Allow what your handlers check, such as the If-Match of an action:
//
//	occhttp.Middleware(occhttp.Allow("POST", "If-Match"))(mux) // POST /orders/7/cancel
//
// The writes of a handler of that method that does not call [IfMatch] or [CreateOnly] are still refused.
func Allow(method string, headers ...string) Option {
	return func(o *options) {
		for _, h := range headers {
			o.allowed[method] = append(o.allowed[method], http.CanonicalHeaderKey(h))
		}
	}
}

// TestingT is what [Strict] asks of a testing.TB.
type TestingT interface {
	Helper()
	Errorf(format string, args ...any)
}

// Strict fails a test when a handler ignored If-Match or If-None-Match: what [OnIgnored] hears is an error of t. It is for
// tests only, and changes no response: by then it would be too late to refuse anything.
//
//	occhttp.Middleware(occhttp.Strict(t))(mux)
func Strict(t TestingT) Option { return func(o *options) { o.test = t } }

// OnIgnored is called when a handler ignored the named header: it was refused a write because of that, or it answered with
// success although no builder was given the condition. The latter happens only to handlers that bypass the generated code,
// or write without the context of the request. The default logs a warning.
//
//	occhttp.OnIgnored(func(r *http.Request, header string) { ignored.With("route", r.Pattern).Inc() })
func OnIgnored(fn func(r *http.Request, header string)) Option {
	return func(o *options) { o.ignored = fn }
}

// ErrorPage replaces the page that browsers get. It is executed with a [Page].
//
//	occhttp.ErrorPage(template.Must(template.ParseFS(files, "conflict.html")))
func ErrorPage(t *template.Template) Option { return func(o *options) { o.page = t } }

// OnError adds a mapping of errors to problems that comes before [ProblemOf]; nil leaves an error to the next one.
//
//	occhttp.OnError(func(_ *http.Request, err error) *occhttp.Problem {
//		if errors.Is(err, billing.ErrClosed) {
//			return &occhttp.Problem{Status: http.StatusConflict, Title: "The month is closed"}
//		}
//		return nil
//	})
func OnError(fn func(*http.Request, error) *Problem) Option {
	return func(o *options) { o.problems = append(o.problems, fn) }
}

// LastChange adds to the problem of a conflict who changed the row last, and when, if its schema has fields for that. fn
// gets the row as it is now, which the client of the write reads with the context of the request: a caller who may not see
// the row learns nothing about it. A zero value is left out, as both are for a type that fn does not know.
//
//	occhttp.LastChange(func(current any) (by string, at time.Time) {
//		if p, ok := current.(*ent.Product); ok {
//			return p.EditedBy, p.EditedAt
//		}
//		return "", time.Time{}
//	})
func LastChange(fn func(current any) (by string, at time.Time)) Option {
	return func(o *options) { o.changed = fn }
}

// ClashingFields lists in the problem of a conflict the fields that clash: those that now hold a different value from what
// the request would set. They are for people to look at, and not enough for a merge: the server does not know what the
// client had read. They include fields that nobody else has touched, but not those that both set to the same value, such as
// a counter that both moved from 11 to 12. To merge, a client compares what it had read with what it reads again. fn gets
// the row, which is read as for [LastChange], and returns the name that a field has in the API; fields without one are left
// out, such as those that the client must not know about.
//
//	occhttp.ClashingFields(func(current any, field entocc.FieldDiff) string {
//		return names[field.Name] // the API's name, or ""
//	})
//
// It lists nothing for a client that was generated without diffs (entc.Without(entc.Diff)).
func ClashingFields(fn func(current any, field entocc.FieldDiff) string) Option {
	return func(o *options) { o.clashing = fn }
}

// Logger replaces slog.Default(). Conflicts are logged for debugging, failures as errors.
//
//	occhttp.Logger(logger.With("component", "api"))
func Logger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

func (o *options) report(r *http.Request, header string) {
	if o.test != nil {
		o.test.Helper()
		o.test.Errorf("entocc: the handler of %s %s ignored %s", r.Method, r.URL.Path, header)
	}
	if o.ignored != nil {
		o.ignored(r, header)
		return
	}
	o.logger.WarnContext(r.Context(), "entocc: a handler ignored what the request expects: give occhttp.IfMatch(r) to the builder, or ask occhttp.CreateOnly(r)",
		"header", header, "method", r.Method, "path", r.URL.Path)
}
