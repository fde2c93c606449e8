package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/product"
	"github.com/entocc/entocc/occhttp"
)

// editPage is the form of one product, which may exist, be new, or be deleted.
type editPage struct {
	Title, Action, Button string
	Form                  *occhttp.Form
	Fields                []field
	// Message says what was done or not done, and Problem that it was not done. With Keep the browser warns before the
	// user leaves the page.
	Message       string
	Problem, Keep bool
	// Focus is the first invalid field.
	Focus string
	// News is the URL where the script asks for what others have saved.
	News string
}

func (a *admin) new(w http.ResponseWriter, r *http.Request) error {
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return err
	}
	form := signer.NewForm(occhttp.Values{"status": "draft", "stock": "0"})
	return a.renderEdit(w, http.StatusOK, editPage{Title: "New product", Form: form})
}

func (a *admin) create(w http.ResponseWriter, r *http.Request) error {
	form, err := a.read(r)
	if err != nil {
		return err
	}
	create := a.client.Product.Create()
	if form.Wrong = apply(create.Mutation(), form, fields, who(r)); len(form.Wrong) == 0 {
		p, err := create.Save(r.Context())
		if ent.IsConstraintError(err) {
			// A first click on Save has already added it.
			if p, err = a.client.Product.Query().Where(product.Sku(form.Text("sku"))).Only(r.Context()); err == nil && !same(form, p) {
				err = errTaken
			}
		}
		if err == nil {
			return saved(w, r, p.ID, "1")
		}
		return a.refuse(w, r, editPage{Title: "New product", Form: form}, err)
	}
	return a.refuse(w, r, editPage{Title: "New product", Form: form}, nil)
}

// same reports whether a product has the form's values.
func same(form *occhttp.Form, p *ent.Product) bool {
	for name, text := range valuesOf(p) {
		if form.Text(name) != text {
			return false
		}
	}
	return true
}

// edit shows the form of a product. The URL has the version of the form. A browser that reloads the page and restores
// typed texts so gets the form of the same version; if that version is gone, saving is a conflict.
func (a *admin) edit(w http.ResponseWriter, r *http.Request) error {
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return err
	}
	query := r.URL.Query()
	p, err := a.product(r)
	if form := signer.FormOf(ent.TypeProduct, query.Get("from")); ent.IsNotFound(err) && form != nil {
		return a.renderEdit(w, http.StatusNotFound, editPage{
			Title: "Deleted by somebody else", Form: form, Action: r.URL.Path, Problem: true,
			Message: "This product no longer exists. What you typed is still in the form if your browser kept it. Save the form to add the product again.",
		})
	}
	if err != nil {
		return err
	}
	form, err := signer.FormSince(p, valuesOf(p), query.Get("from"))
	if err != nil {
		return err
	}
	if !query.Has("from") {
		query.Set("from", form.Token())
		http.Redirect(w, r, r.URL.Path+"?"+query.Encode(), http.StatusSeeOther)
		return nil
	}
	page := editPage{Title: p.Name, Form: form}
	switch {
	case form.Err != nil:
		page.Problem = true
		page.Message = "This page was opened too long ago. What you had typed is still in the form, where your browser has kept it; when you save, you will see what is stored beside it."
	case form.Stale:
		page.Problem = true
		page.Message = saver(p, who(r)) + " has saved this product" + savedAt(p) + ", after this page was opened. What you had typed is still in the form, where your browser has kept it; when you save, you will see both."
	case query.Get("saved") == "1":
		page.Message = "Saved."
	case query.Has("saved"):
		page.Message = "There was nothing to save: this is what is stored."
	}
	return a.renderEdit(w, http.StatusOK, page)
}

// save writes what the user changed, if the product is as the form showed it. The conflict page posts here too: its
// form is based on the version that it showed, so a third editor in between is a conflict again.
func (a *admin) save(w http.ResponseWriter, r *http.Request) error {
	form, err := a.read(r)
	if err != nil {
		return err
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return a.gone(w, r, form)
	}
	if r.PostForm.Get("action") != "overwrite" && len(form.Choose()) > 0 {
		return a.ask(w, r, id, form)
	}
	switch {
	case form.Err != nil:
		return a.compare(w, r, http.StatusBadRequest, id, form)
	case form.Base == nil: // the version is gone, so no write could succeed
		return a.compare(w, r, http.StatusConflict, id, form)
	}
	if len(form.Changed()) == 0 {
		return saved(w, r, id, "0")
	}
	update := a.client.Product.UpdateOneID(id).IfMatch(form)
	if form.Wrong = apply(update.Mutation(), form, fields, who(r)); len(form.Wrong) == 0 {
		err = update.Exec(r.Context())
		switch {
		case err == nil:
			return saved(w, r, id, "1")
		case ent.IsRecordModified(err):
			return a.compare(w, r, http.StatusConflict, id, form)
		case occhttp.ProblemOf(r, err).Type == occhttp.TypeMalformed: // the form of another product
			return a.compare(w, r, http.StatusBadRequest, id, form)
		}
	}
	return a.refuse(w, r, editPage{Title: "Not saved", Form: form, Action: "/products/" + strconv.Itoa(id)}, err)
}

// read reads the posted form.
func (a *admin) read(r *http.Request) (*occhttp.Form, error) {
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return nil, err
	}
	return tidy(signer.ReadForm(ent.TypeProduct, r.PostForm)), nil
}

func saved(w http.ResponseWriter, r *http.Request, id int, what string) error {
	http.Redirect(w, r, "/products/"+strconv.Itoa(id)+"?saved="+url.QueryEscape(what), http.StatusSeeOther)
	return nil
}

// errTaken is for the error of the unique index.
var errTaken = &occhttp.FormError{Wrong: map[string]string{"sku": "another product has this SKU already"}}

// refuse says why nothing was saved, on a page with everything that was typed, whatever was wrong with it.
func (a *admin) refuse(w http.ResponseWriter, r *http.Request, page editPage, err error) error {
	page.Problem, page.Keep = true, true
	if err == errTaken || ent.IsConstraintError(err) { //nolint:errorlint // it is this very one
		page.Form.Wrong, err = errTaken.Wrong, nil
	}
	if err == nil {
		page.Message = "Nothing was saved: some values can't be right."
		return a.renderEdit(w, http.StatusBadRequest, page)
	}
	status, reason := a.why(r, err)
	page.Message = "Nothing was saved: " + reason
	return a.renderEdit(w, status, page)
}

func (a *admin) renderEdit(w http.ResponseWriter, status int, page editPage) error {
	page.Fields = fields
	for _, f := range fields {
		if page.Form.Wrong[f.Name] != "" && page.Focus == "" {
			page.Focus = f.Name
		}
	}
	if len(page.Form.ID) == 1 && page.Action == "" {
		page.Action = "/products/" + page.Form.ID[0]
		if page.Form.Base != nil {
			page.News = page.Action + "/changes"
		}
	}
	if page.Action == "" {
		page.Action = "/products/new"
	}
	if page.Button == "" {
		page.Button = "Save"
	}
	return a.render(w, status, "edit", page)
}

// changes sends the current product to the script of an open form. A form that is up to date gets a 304.
func (a *admin) changes(w http.ResponseWriter, r *http.Request) error {
	p, err := a.product(r)
	if err != nil {
		return err
	}
	if done, err := occhttp.NotModified(w, r, p); done || err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"by": saver(p, who(r)) + " has just saved this product", "values": valuesOf(p)})
}
