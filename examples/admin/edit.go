package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

// editPage is the form of one product.
type editPage struct {
	Title string
	// ID is 0 for a new product.
	ID    int
	Token string
	// Base is what the form was made from, and Mine what is in it.
	Base, Mine values
	Wrong      map[string]string
	Saved      bool
	Fields     []field
}

func (a *admin) new(w http.ResponseWriter, _ *http.Request) error {
	mine := values{"status": "draft", "stock": "0"}
	return a.render(w, http.StatusOK, "edit", editPage{Title: "New product", Mine: mine, Fields: fields})
}

func (a *admin) create(w http.ResponseWriter, r *http.Request) error {
	mine := posted(r.PostForm, fields, "", "")
	create := a.client.Product.Create()
	wrong := mine.apply(create.Mutation(), nil, fields)
	if len(wrong) == 0 {
		p, err := create.Save(r.Context())
		if err == nil {
			http.Redirect(w, r, "/products/"+strconv.Itoa(p.ID)+"?saved=1", http.StatusSeeOther)
			return nil
		}
		if !ent.IsConstraintError(err) {
			return err
		}
		wrong["sku"] = skuTaken
	}
	return a.render(w, http.StatusBadRequest, "edit", editPage{Title: "New product", Mine: mine, Wrong: wrong, Fields: fields})
}

const skuTaken = "another product has this SKU already"

func (a *admin) edit(w http.ResponseWriter, r *http.Request) error {
	p, err := a.product(r)
	if err != nil {
		return err
	}
	token, err := a.signer.Sign(p)
	if err != nil {
		return err
	}
	v := valuesOf(p)
	return a.render(w, http.StatusOK, "edit", editPage{
		Title: p.Name, ID: p.ID, Token: token, Base: v, Mine: v, Fields: fields, Saved: r.URL.Query().Has("saved"),
	})
}

// save writes what the user changed, if the product is as the form showed it. The form of the conflict page posts here,
// too: its base is the version that it showed, so a third editor in between is a conflict again.
func (a *admin) save(w http.ResponseWriter, r *http.Request) error {
	p, err := a.product(r)
	if ent.IsNotFound(err) {
		return a.render(w, http.StatusConflict, "gone", gonePage{Title: "Deleted by somebody else", Mine: chosen(r.PostForm), Fields: fields})
	}
	if err != nil {
		return err
	}
	token, base, mine := r.PostForm.Get("token"), posted(r.PostForm, fields, "base.", ""), chosen(r.PostForm)
	update := a.client.Product.UpdateOneID(p.ID).IfMatch(a.signer.IfMatch(token))
	wrong := mine.apply(update.Mutation(), base, fields)
	if len(wrong) == 0 {
		err = update.Exec(r.Context())
		var modified *ent.ProductModifiedError
		switch {
		case err == nil:
			http.Redirect(w, r, "/products/"+strconv.Itoa(p.ID)+"?saved=1", http.StatusSeeOther)
			return nil
		case errors.As(err, &modified):
			return a.conflict(w, r, modified, base, mine)
		case !ent.IsConstraintError(err):
			return err
		}
		wrong["sku"] = skuTaken
	}
	return a.render(w, http.StatusBadRequest, "edit", editPage{
		Title: p.Name, ID: p.ID, Token: token, Base: base, Mine: mine, Wrong: wrong, Fields: fields,
	})
}

// changes tells an open form what the product is by now, for the script to show. A form that is up to date gets a 304.
func (a *admin) changes(w http.ResponseWriter, r *http.Request) error {
	p, err := a.product(r)
	if err != nil {
		return err
	}
	if done, err := occhttp.NotModified(w, r, p); done || err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(valuesOf(p))
}
