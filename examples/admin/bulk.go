package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

var (
	errSelection = &occhttp.Problem{Status: http.StatusBadRequest, Detail: "The list has changed its shape: reload the page and try again."}
	errAction    = &occhttp.Problem{Status: http.StatusBadRequest, Detail: "There is no such action."}
)

// bulk is the form of the list: it saves what was typed, or does something with the selected products.
func (a *admin) bulk(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.rows(r.PostForm)
	if err != nil {
		return err
	}
	switch action := r.PostForm.Get("action"); action {
	case "save":
		return a.saveRows(w, r, rows)
	case "archive", "activate":
		return a.setStatus(w, r, rows, action)
	case "delete":
		return a.confirmDelete(w, r, rows)
	}
	return errAction
}

// saveRows saves the rows that were changed.
func (a *admin) saveRows(w http.ResponseWriter, r *http.Request, rows []*change) error {
	var changed []*change
	wrong := false
	for _, c := range rows {
		if c.mine.changed(c.base, inline) {
			c.wrong = c.mine.apply(a.client.Product.UpdateOneID(c.id).Mutation(), c.base, inline)
			wrong = wrong || len(c.wrong) > 0
			changed = append(changed, c)
		}
	}
	if wrong {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was saved: some values can't be right.")
	}
	updates := make([]*ent.ProductUpdateOne, len(changed))
	for i, c := range changed {
		updates[i] = a.client.Product.UpdateOneID(c.id).IfMatch(c.row)
		c.mine.apply(updates[i].Mutation(), c.base, inline)
	}
	return write(a, w, r, rows, changed, "saved", a.client.Product.UpdateBulk(updates...))
}

// setStatus archives or activates the selected products.
func (a *admin) setStatus(w http.ResponseWriter, r *http.Request, rows []*change, action string) error {
	status, verb := statusOf("archived"), "archived"
	if action == "activate" {
		status, verb = "active", "activated"
	}
	selected := selectedOf(rows)
	updates := make([]*ent.ProductUpdateOne, len(selected))
	for i, c := range selected {
		updates[i] = a.client.Product.UpdateOneID(c.id).IfMatch(c.row).SetStatus(status)
	}
	return write(a, w, r, rows, selected, verb, a.client.Product.UpdateBulk(updates...))
}

func selectedOf(rows []*change) (selected []*change) {
	for _, c := range rows {
		if c.selected {
			selected = append(selected, c)
		}
	}
	return selected
}

// batch is a generated UpdateBulk or DeleteBulk.
type batch[B any] interface {
	SkipModified() B
	Exec(ctx context.Context) (int, error)
}

// write writes the rows of the list in the mode that the user chose: all or none of them, or all but the ones that were
// modified by somebody else. Each is guarded by the version that the list showed.
func write[B batch[B]](a *admin, w http.ResponseWriter, r *http.Request, all, rows []*change, verb string, batch B) error {
	if len(rows) == 0 {
		return a.again(w, r, http.StatusBadRequest, all, "Nothing was "+verb+": no product was selected or changed.")
	}
	skip := r.PostForm.Get("mode") == "skip"
	if skip {
		batch.SkipModified()
	}
	_, err := batch.Exec(r.Context())
	var modified *entocc.BulkModifiedError
	if err != nil && !errors.As(err, &modified) {
		return err
	}
	if err == nil {
		http.Redirect(w, r, "/?"+verb+"="+strconv.Itoa(len(rows)), http.StatusSeeOther)
		return nil
	}
	names := a.mark(r.Context(), rows, modified)
	if !skip {
		return a.again(w, r, http.StatusConflict, all, fmt.Sprintf("Nothing was %s. Somebody else has changed %s in the meantime: look at what is marked, and try again.", verb, names))
	}
	for _, c := range rows {
		c.saved = !c.conflict
		c.selected = c.conflict && c.selected
	}
	return a.again(w, r, http.StatusConflict, all, fmt.Sprintf("%s %s. Skipped, as somebody else has changed it in the meantime: %s.", count(modified.Written), verb, names))
}

// mark marks the rows that were modified by somebody else, and returns their names.
func (a *admin) mark(ctx context.Context, rows []*change, modified *entocc.BulkModifiedError) string {
	var names []string
	for _, conflict := range modified.Conflicts {
		for _, c := range rows {
			if conflict.ID == c.id {
				c.conflict = true
				names = append(names, a.name(ctx, c.id))
			}
		}
	}
	if len(names) == 0 { // the database did not say which
		return "some of them"
	}
	return strings.Join(names, ", ")
}

// name is what a message calls a product.
func (a *admin) name(ctx context.Context, id int) string {
	p, err := a.client.Product.Get(ctx, id)
	if err != nil {
		return fmt.Sprintf("number %d, which is not there any more", id)
	}
	return "“" + p.Name + "”"
}

// deletePage asks whether the selected products are to be deleted, and shows what they are by now.
type deletePage struct {
	Title string
	Rows  []listRow
	Skip  bool
}

func (a *admin) confirmDelete(w http.ResponseWriter, r *http.Request, rows []*change) error {
	selected := selectedOf(rows)
	if len(selected) == 0 {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was deleted: no product was selected.")
	}
	page := deletePage{Title: "Delete " + count(len(selected)) + "?", Skip: r.PostForm.Get("mode") == "skip"}
	for _, c := range selected {
		p, err := a.client.Product.Get(r.Context(), c.id)
		if ent.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		now, err := a.signer.Sign(p)
		if err != nil {
			return err
		}
		// The token stays that of the list: a product that was changed after the user had selected it is not deleted.
		page.Rows = append(page.Rows, listRow{ID: p.ID, Name: p.Name, SKU: p.Sku, Token: c.token, Base: valuesOf(p), Conflict: now != c.token})
	}
	return a.render(w, http.StatusOK, "delete", page)
}

// deleteSelected deletes what the user has confirmed.
func (a *admin) deleteSelected(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.rows(r.PostForm)
	if err != nil {
		return err
	}
	seen := make([]*ent.Product, len(rows))
	for i, c := range rows {
		c.selected = true
		seen[i] = &ent.Product{ID: c.id, Version: c.version}
	}
	return write(a, w, r, rows, rows, "deleted", a.client.Product.DeleteBulk(seen...))
}
