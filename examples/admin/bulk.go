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
	return a.write(w, r, rows, changed, "saved", func(ctx context.Context, tx *ent.Tx, c *change) error {
		update := tx.Product.UpdateOneID(c.id).IfMatch(c.row)
		c.mine.apply(update.Mutation(), c.base, inline)
		return update.Exec(ctx)
	})
}

// setStatus archives or activates the selected products.
func (a *admin) setStatus(w http.ResponseWriter, r *http.Request, rows []*change, action string) error {
	status, verb := statusOf("archived"), "archived"
	if action == "activate" {
		status, verb = "active", "activated"
	}
	return a.write(w, r, rows, selectedOf(rows), verb, func(ctx context.Context, tx *ent.Tx, c *change) error {
		return tx.Product.UpdateOneID(c.id).IfMatch(c.row).SetStatus(status).Exec(ctx)
	})
}

func selectedOf(rows []*change) (selected []*change) {
	for _, c := range rows {
		if c.selected {
			selected = append(selected, c)
		}
	}
	return selected
}

// writeRow writes one row in a transaction, guarded by the version that the list showed.
type writeRow func(context.Context, *ent.Tx, *change) error

// write writes the rows of the list in one transaction, in the mode that the user chose: all or none of them, or all but
// the ones that were modified by somebody else.
func (a *admin) write(w http.ResponseWriter, r *http.Request, all, rows []*change, verb string, one writeRow) error {
	if len(rows) == 0 {
		return a.again(w, r, http.StatusBadRequest, all, "Nothing was "+verb+": no product was selected or changed.")
	}
	skip := r.PostForm.Get("mode") == "skip"
	conflicts, err := a.inTx(r.Context(), rows, skip, one)
	switch {
	case err != nil:
		return err
	case len(conflicts) == 0:
		http.Redirect(w, r, "/?"+verb+"="+strconv.Itoa(len(rows)), http.StatusSeeOther)
		return nil
	case !skip:
		return a.again(w, r, http.StatusConflict, all, fmt.Sprintf("Nothing was %s. Somebody else has changed %s in the meantime: look at the marked rows, and try again.", verb, strings.Join(conflicts, ", ")))
	}
	for _, c := range rows {
		c.saved = !c.conflict
		c.selected = c.conflict && c.selected
	}
	return a.again(w, r, http.StatusConflict, all, fmt.Sprintf("%s %s. Skipped, as somebody else has changed it in the meantime: %s.", count(len(rows)-len(conflicts)), verb, strings.Join(conflicts, ", ")))
}

// inTx writes the rows, each guarded by its version, and returns the names of those that were modified by somebody else.
// Unless they are skipped, nothing is written then.
func (a *admin) inTx(ctx context.Context, rows []*change, skip bool, one writeRow) (conflicts []string, err error) {
	tx, err := a.client.Tx(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range rows {
		err := one(ctx, tx, c)
		if err != nil && !entocc.IsRecordModified(err) {
			return nil, errors.Join(err, tx.Rollback())
		}
		if c.conflict = err != nil; c.conflict {
			conflicts = append(conflicts, "#"+strconv.Itoa(c.id))
		}
	}
	if len(conflicts) > 0 && !skip {
		return conflicts, tx.Rollback()
	}
	return conflicts, tx.Commit()
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
	for _, c := range rows {
		c.selected = true
	}
	return a.write(w, r, rows, rows, "deleted", func(ctx context.Context, tx *ent.Tx, c *change) error {
		return tx.Product.DeleteOneID(c.id).IfMatch(c.row).Exec(ctx)
	})
}
