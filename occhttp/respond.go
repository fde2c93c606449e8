package occhttp

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.html
var pageSource string

var defaultPage = template.Must(template.New("problem").Parse(pageSource))

// Page is what the template of an HTML response is executed with; see [ErrorPage].
type Page struct { //nolint:errname // it is an error only as it shows one
	*Problem
	// Request is the one that failed.
	Request *http.Request
	// Err is what the handler ended with: errors.As finds the *ent.UserModifiedError in it. Do not show its text, which
	// is for logs.
	Err error
}

// WriteError writes the [ProblemOf] err as the response: a page for a browser, which prefers HTML, problem+json for
// everyone else. [Handler] calls it; call it from the error handler of a framework that has one.
//
//	if err := put(c); err != nil { // gin
//		occhttp.WriteError(c.Writer, c.Request, err)
//	}
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	o := optionsOf(r)
	p := o.problem(r, err)
	o.log(r, p)
	h := w.Header()
	for _, name := range [...]string{"Content-Length", "Content-Encoding", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept")
	if p.Type == TypeBusy {
		h.Set("Retry-After", "1")
	}
	body, contentType := o.render(r, p)
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // there is nobody left to tell
	}
}

func (o *options) problem(r *http.Request, err error) *Problem {
	for _, known := range o.problems {
		if p := known(r, err); p != nil {
			own := *p
			return own.complete(r, err)
		}
	}
	p := ProblemOf(r, err)
	o.addCurrent(r, p, err)
	return p
}

// log notes what the client does not get to see. A conflict is no failure, and is noted for debugging only.
func (o *options) log(r *http.Request, p *Problem) {
	level, msg := slog.LevelDebug, "entocc: request refused"
	if p.Status >= http.StatusInternalServerError {
		level, msg = slog.LevelError, "entocc: request failed"
	}
	o.logger.LogAttrs(r.Context(), level, msg, slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", p.Status), slog.Any("error", p.err))
}

func (o *options) render(r *http.Request, p *Problem) (body []byte, contentType string) {
	if prefersHTML(r.Header.Values("Accept")) {
		var b bytes.Buffer
		page := o.page
		if page == nil {
			page = defaultPage
		}
		err := page.Execute(&b, Page{Problem: p, Request: r, Err: p.err})
		if err == nil {
			return b.Bytes(), "text/html; charset=utf-8"
		}
		o.logger.ErrorContext(r.Context(), "entocc: the error page can't be rendered", "error", err)
	}
	body, err := json.Marshal(p)
	if err != nil { // a struct of strings can be marshalled
		body = []byte(`{"type":"about:blank"}`)
	}
	return append(body, '\n'), "application/problem+json"
}

// prefersHTML reports whether an Accept header names HTML with a higher quality than JSON. "*/*" alone does not.
func prefersHTML(lines []string) bool {
	var html, json float64
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			mediaType, q := quality(element)
			switch mediaType {
			case "text/html", "application/xhtml+xml":
				html = max(html, q)
			case "application/problem+json", "application/json":
				json = max(json, q)
			}
		}
	}
	return html > json
}

// quality reads one element of an Accept header (RFC 9110, section 12.5.1).
func quality(element string) (mediaType string, q float64) {
	mediaType, params, _ := strings.Cut(element, ";")
	q = 1
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		parsed, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return "", 0
		}
		q = parsed
	}
	return strings.ToLower(strings.TrimSpace(mediaType)), q
}
