package main

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
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
	signer *occhttp.Signer
	pages  map[string]*template.Template
}

// newAdmin returns the handler of the whole application.
func newAdmin(client *ent.Client, signer *occhttp.Signer) http.Handler {
	a := &admin{client: client, signer: signer, pages: make(map[string]*template.Template)}
	for _, page := range []string{"list", "edit", "conflict", "gone", "delete", "error"} {
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
	} {
		mux.Handle(pattern, handle)
	}
	mux.Handle("GET /static/", http.FileServerFS(files))
	app := occhttp.Middleware(occhttp.ErrorPage(a.pages["error"]))(limited(mux))
	return secured(http.NewCrossOriginProtection().Handler(app))
}

// secured has browsers run nothing but our own script, and show the pages in no frame. Forms of other sites are refused
// by the CrossOriginProtection around the handlers.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// input is what the template of one input needs. Its label is empty where one stands beside it.
type input struct {
	F                             field
	ID, Name, Value, Label, Wrong string
}

func newInput(f field, name, value, label, wrong string) input {
	return input{F: f, ID: name, Name: name, Value: value, Label: label, Wrong: wrong}
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 1 << 20

// limited reads the form of a request, up to a size.
func limited(next http.Handler) http.Handler {
	return occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if err := r.ParseForm(); err != nil {
				var tooLarge *http.MaxBytesError
				if errors.As(err, &tooLarge) {
					return err
				}
				return &occhttp.Problem{Status: http.StatusBadRequest, Detail: "The form can't be read."}
			}
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

// render answers with a page. It is rendered to its end before anything is sent.
func (a *admin) render(w http.ResponseWriter, status int, page string, data any) error {
	var b bytes.Buffer
	if err := a.pages[page].ExecuteTemplate(&b, "layout.html", data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // there is nobody left to tell
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
