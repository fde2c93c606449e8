package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

//go:embed templates static
var files embed.FS

// admin is the application.
type admin struct {
	client *ent.Client
	keys   *keys
	pages  map[string]*template.Template
}

// newAdmin returns the handler of the whole application.
func newAdmin(client *ent.Client) http.Handler {
	a := &admin{client: client, keys: &keys{client: client}, pages: make(map[string]*template.Template)}
	for _, page := range []string{"list", "edit", "conflict", "delete", "error"} {
		a.pages[page] = template.Must(template.New("layout.html").Funcs(template.FuncMap{"input": newInput}).ParseFS(files, "templates/layout.html", "templates/field.html", "templates/"+page+".html"))
	}
	mux := http.NewServeMux()
	for pattern, handle := range map[string]occhttp.HandlerFunc{
		"GET /{$}":                   a.list,
		"POST /products/bulk":        a.bulk,
		"POST /products/delete":      a.deleteSelected,
		"GET /products/new":          a.new,
		"POST /products/new":         a.create,
		"GET /products/{id}":         a.edit,
		"POST /products/{id}":        a.save,
		"GET /products/{id}/changes": a.changes,
		"GET /as/{name}":             a.as,
	} {
		mux.Handle(pattern, handle)
	}
	mux.Handle("GET /static/", http.FileServerFS(files))
	app := occhttp.Middleware(occhttp.ErrorPage(a.pages["error"]))(limited(mux))
	return secured(http.NewCrossOriginProtection().Handler(app))
}

// secured lets browsers run only our own script, and forbids frames. CrossOriginProtection, around the handlers,
// refuses forms of other sites.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		// Not no-store: Firefox would throw away what was typed when the user leaves the page, and Back would lose it.
		h.Set("Cache-Control", "private, no-cache")
		next.ServeHTTP(w, r)
	})
}

// input is what the template of one input needs. Its label is empty if the page has a label beside it.
type input struct {
	F                   field
	Attrs               template.HTMLAttr
	ID                  string
	Value, Label, Wrong string
	Focus               bool
}

// newInput gets the name and the id of an input from its form, because they contain the version.
func newInput(f field, form *occhttp.Form, label string, focus bool) input {
	return input{
		F: f, Attrs: form.Attrs(f.Name), ID: form.Name(f.Name), Value: form.Text(f.Name),
		Label: label, Wrong: form.Wrong[f.Name], Focus: focus,
	}
}

// maxForm is the largest form that is read, in bytes. It is far above what the fields may hold, so that nearly every
// text that is too long can be shown again.
const maxForm = 8 << 20

// limited reads the form of a request, up to maxForm.
func limited(next http.Handler) http.Handler {
	return occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodPost {
			body := r.Body
			r.Body = http.MaxBytesReader(w, body, maxForm)
			if err := r.ParseForm(); err != nil {
				_, _ = io.Copy(io.Discard, io.LimitReader(body, 16*maxForm)) // a browser shows no answer before it has sent its form
				return unread(err)
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// unread says why a form was not read. Browsers still have the texts, in a page that they may keep.
func unread(err error) error {
	p := &occhttp.Problem{Status: http.StatusBadRequest, Detail: "Nothing was saved: this form can't be read. What you typed is still in it: go back."}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		p.Status = http.StatusRequestEntityTooLarge
		p.Detail = fmt.Sprintf("Nothing was saved: this form has more than %d MB. What you typed is still in it: go back, make it shorter, and save again.", maxForm>>20)
	}
	return p
}

// why explains to the user why a write failed, and logs what they can't fix.
func (a *admin) why(r *http.Request, err error) (status int, reason string) {
	p := occhttp.ProblemOf(r, err)
	if p.Status >= http.StatusInternalServerError {
		slog.ErrorContext(r.Context(), "the form was not saved", "path", r.URL.Path, "error", err)
	}
	if p.Detail == "" {
		p.Detail = "Something went wrong here. What you typed is below: try again."
	}
	return p.Status, p.Detail
}

// render answers with a page. It renders the whole page before it sends anything.
func (a *admin) render(w http.ResponseWriter, status int, page string, data any) error {
	var b bytes.Buffer
	if err := a.pages[page].ExecuteTemplate(&b, "layout.html", data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client is gone
	return nil
}

// product loads the product of the path.
func (a *admin) product(r *http.Request) (*ent.Product, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return nil, &occhttp.Problem{Status: http.StatusNotFound, Detail: "There is no such product."}
	}
	return a.client.Product.Get(r.Context(), id)
}
