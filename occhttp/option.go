package occhttp

import (
	"html/template"
	"log/slog"
	"net/http"
)

// Option configures a [Middleware] and the handlers inside of it.
type Option func(*options)

type options struct {
	required map[string]bool
	strict   bool
	page     *template.Template
	problems []func(*http.Request, error) *Problem
	ignored  func(*http.Request, string)
	logger   *slog.Logger
}

func newOptions(opts []Option) *options {
	o := &options{required: make(map[string]bool), logger: slog.Default()}
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// Require answers 428 to requests of these methods that have neither If-Match nor If-None-Match (RFC 6585, section 3),
// before any handler runs; no method means PUT, PATCH and DELETE. Without it a write by IfMatch is 428 all the same, but
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

// Strict turns the success of a handler that ignored If-Match or If-None-Match into a 500. What the handler wrote stays
// written: it is meant for tests and staging, where it finds the handlers that forgot.
//
//	occhttp.Middleware(occhttp.Strict())(mux)
func Strict() Option { return func(o *options) { o.strict = true } }

// OnIgnored is called when a handler answered with success and ignored the named header. The default logs a warning.
//
//	occhttp.OnIgnored(func(r *http.Request, header string) { ignored.With("route", r.Pattern).Inc() })
func OnIgnored(fn func(r *http.Request, header string)) Option {
	return func(o *options) { o.ignored = fn }
}

// ErrorPage replaces the page that browsers are shown. It is executed with a [Page].
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

// Logger replaces slog.Default(). Conflicts are logged for debugging, failures as errors.
//
//	occhttp.Logger(logger.With("component", "api"))
func Logger(l *slog.Logger) Option { return func(o *options) { o.logger = l } }

func (o *options) report(r *http.Request, header string) {
	if o.ignored != nil {
		o.ignored(r, header)
		return
	}
	o.logger.WarnContext(r.Context(), "entocc: a handler ignored what the request expects: give occhttp.IfMatch(r) to the builder, or ask occhttp.CreateOnly(r)",
		"header", header, "method", r.Method, "path", r.URL.Path)
}
