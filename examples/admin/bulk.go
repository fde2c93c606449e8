package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/admin/ent"
)

// bulk handles the form of the list: it saves what was typed, or acts on the selected products.
func (a *admin) bulk(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.rowsOf(r)
	if err != nil {
		return err
	}
	action := r.PostForm.Get("action")
	verb := map[string]string{"save": "saved", "archive": "archived", "activate": "activated", "delete": "deleted"}[action]
	if verb == "" {
		return a.again(w, r, http.StatusBadRequest, rows, "There is no such action.")
	}
	if refused(rows) {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was "+verb+": this list was opened too long ago. Look at what is marked, and try again.")
	}
	if unsaved := count(typedIn(rows)); action != "save" && typedIn(rows) > 0 {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was "+verb+": what you have typed for "+unsaved+" is not saved yet. Save all first, then try again.")
	}
	switch action {
	case "save":
		return a.saveRows(w, r, rows)
	case "delete":
		return a.confirmDelete(w, r, rows)
	}
	return a.setStatus(w, r, rows, verb)
}

// refused reports whether the state of a row was not signed here.
func refused(rows []*change) bool {
	return slices.ContainsFunc(rows, func(c *change) bool { return c.Err != nil || c.id == 0 })
}

// typedIn counts the rows that the user typed into.
func typedIn(rows []*change) (n int) {
	for _, c := range rows {
		if c.typed() {
			n++
		}
	}
	return n
}

// saveRows saves the rows that were changed.
func (a *admin) saveRows(w http.ResponseWriter, r *http.Request, rows []*change) error {
	var changed []*change
	var updates []*ent.ProductUpdateOne
	wrong := false
	for _, c := range rows {
		if c.typed() {
			update := a.client.Product.UpdateOneID(c.id).IfMatch(c)
			c.Wrong = apply(update.Mutation(), c.Form, inline, who(r))
			wrong = wrong || len(c.Wrong) > 0
			changed, updates = append(changed, c), append(updates, update)
		}
	}
	if wrong {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was saved: some values can't be right.")
	}
	return write(a, w, r, rows, changed, "saved", a.client.Product.UpdateBulk(updates...))
}

// setStatus archives or activates the selected products.
func (a *admin) setStatus(w http.ResponseWriter, r *http.Request, rows []*change, verb string) error {
	status := statusOf(map[string]string{"archived": "archived", "activated": "active"}[verb])
	selected := selectedOf(rows)
	updates := make([]*ent.ProductUpdateOne, len(selected))
	for i, c := range selected {
		updates[i] = a.client.Product.UpdateOneID(c.id).IfMatch(c).SetStatus(status).SetUpdatedBy(who(r))
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

// write writes the rows of the list in the mode that the user chose: all or none, or all except those that somebody
// else has modified. Each is guarded by the version that the list showed.
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
	switch {
	case err == nil:
		return wrote(w, r, verb, len(rows))
	case !errors.As(err, &modified):
		status, reason := a.why(r, err)
		return a.again(w, r, status, all, "Nothing was "+verb+": "+reason)
	}
	if skip {
		markDone(rows, modified)
	}
	return a.conflicts(w, r, all, rows, verb, modified)
}

func wrote(w http.ResponseWriter, r *http.Request, verb string, n int) error {
	http.Redirect(w, r, "/?"+verb+"="+strconv.Itoa(n), http.StatusSeeOther)
	return nil
}

// markDone marks the rows that a batch has written beside its conflicts. If the database did not say which rows these
// are, it marks none, so that everything that was typed stays.
func markDone(rows []*change, modified *entocc.BulkModifiedError) {
	left := make(map[any]bool)
	for _, conflict := range modified.Conflicts {
		left[conflict.ID] = true
	}
	for _, c := range rows {
		c.done = !left[c.id] && !left[nil]
	}
}

// conflicts answers a batch with conflicts, unless the rows are already as the user wanted them, as after a second click on a button.
func (a *admin) conflicts(w http.ResponseWriter, r *http.Request, all, rows []*change, verb string, modified *entocc.BulkModifiedError) error {
	page, err := a.reload(r, all)
	if err != nil {
		return err
	}
	names, settled := page.settle(verb, rows)
	if settled == len(rows) {
		return wrote(w, r, verb, settled)
	}
	for _, c := range rows {
		if !page.has(c.id) && !c.done {
			names = append(names, "“"+c.Base["name"]+"” (deleted)")
		}
	}
	page.Problem = true
	switch {
	case page.Skip:
		page.Message = fmt.Sprintf("%s %s. Skipped, as somebody else has changed it in the meantime: %s.", count(modified.Written), verb, strings.Join(names, ", "))
	case len(names) == 0:
		page.Message = fmt.Sprintf("Nothing was %s. Somebody else has saved some of it already: look at what is left, and try again.", verb)
	default:
		page.Message = fmt.Sprintf("Nothing was %s. Somebody else has changed %s in the meantime: look at what is marked, and try again.", verb, strings.Join(names, ", "))
	}
	return a.render(w, http.StatusConflict, "list", page)
}

// settle marks the rows that are already as the user wanted them as done, and names those in conflict.
func (page *listPage) settle(verb string, rows []*change) (names []string, settled int) {
	wanted := map[string]string{"archived": "archived", "activated": "active"}[verb]
	for _, c := range rows {
		i := slices.IndexFunc(page.Rows, func(row listRow) bool { return row.ID == c.id })
		if i < 0 {
			if verb == "deleted" {
				settled++
			}
			continue
		}
		row := &page.Rows[i]
		switch {
		case !row.Conflict:
		case verb == "saved" && row.settled(), wanted != "" && row.Now["status"] == wanted:
			row.Conflict, row.Done, row.Selected = false, true, false
			settled++
		default:
			names = append(names, "“"+row.Name+"”")
		}
	}
	return names, settled
}

func (page *listPage) has(id int) bool {
	return slices.ContainsFunc(page.Rows, func(row listRow) bool { return row.ID == id })
}

// deletePage asks whether to delete the selected products, and shows them as they are now.
type deletePage struct {
	Title string
	Rows  []listRow
	Gone  []string
	Skip  bool
}

func (a *admin) confirmDelete(w http.ResponseWriter, r *http.Request, rows []*change) error {
	selected := selectedOf(rows)
	if len(selected) == 0 {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was deleted: no product was selected.")
	}
	page := deletePage{Skip: r.PostForm.Get("mode") == "skip"}
	for _, c := range selected {
		p, err := a.client.Product.Get(r.Context(), c.id)
		if ent.IsNotFound(err) {
			page.Gone = append(page.Gone, c.Base["name"])
			continue
		}
		if err != nil {
			return err
		}
		row := listRow{ID: p.ID, Name: p.Name, SKU: p.Sku, Form: c.Form, Now: valuesOf(p)}
		// Keep the list's form, so that a product that was changed after the user selected it is not deleted.
		if c.version() != p.Version {
			row.By, row.Conflict = savedBy(p), true
		}
		page.Rows = append(page.Rows, row)
	}
	page.Title = "Delete " + count(len(page.Rows)) + "?"
	return a.render(w, http.StatusOK, "delete", page)
}

// deleteSelected deletes what the user has confirmed.
func (a *admin) deleteSelected(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.rowsOf(r)
	if err != nil {
		return err
	}
	if refused(rows) {
		return a.again(w, r, http.StatusBadRequest, rows, "Nothing was deleted: the list was opened too long ago. Look at what is marked, and try again.")
	}
	seen := make([]*ent.Product, len(rows))
	for i, c := range rows {
		c.selected = true
		seen[i] = &ent.Product{ID: c.id, Version: c.version()}
	}
	return write(a, w, r, rows, rows, "deleted", a.client.Product.DeleteBulk(seen...))
}

// version is the version that the list showed.
func (c *change) version() int64 {
	for _, v := range c.Accept(entocc.VersionKey{Type: ent.TypeProduct, ID: c.id, Version: int64(0)}).Versions {
		return v.(int64)
	}
	return 0
}
