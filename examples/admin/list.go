package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/product"
	"github.com/entocc/entocc/occhttp"
)

// listPage is the list. Each row can be edited.
type listPage struct {
	Title   string
	Rows    []listRow
	Fields  []field
	Message string
	// Problem says that the message is about something that was not done. Gone are texts that were typed for deleted
	// products. With Keep the browser warns before the user leaves the page.
	Problem, Skip, Keep bool
	Gone                []string
}

// listRow is one product of the list. Its form has the version, the base and what is in the inputs.
type listRow struct {
	ID        int
	Name, SKU string
	Form      *occhttp.Form
	Now       occhttp.Values
	// By is who saved it last. Conflict says that this was while the list was open, and that what the user typed or selected is kept.
	By             string
	Conflict       bool
	Selected, Done bool
	// Focus is the field that is invalid, or differs from what somebody else has saved, in the first such row.
	Focus string
}

// maxRows is how many products the list shows.
const maxRows = 200

func (a *admin) list(w http.ResponseWriter, r *http.Request) error {
	page, err := a.load(r.Context())
	if err != nil {
		return err
	}
	page.Message = message(r.URL.Query())
	return a.render(w, http.StatusOK, "list", page)
}

// load returns the list as it is stored.
func (a *admin) load(ctx context.Context, also ...int) (*listPage, error) {
	products, err := a.client.Product.Query().Order(product.ByID()).Limit(maxRows).All(ctx)
	if err != nil {
		return nil, err
	}
	page := &listPage{Title: "Products", Fields: inline}
	shown := make(map[int]bool)
	for _, p := range products {
		shown[p.ID] = true
	}
	for _, id := range also { // on the user's list, but since pushed out by others
		if p, err := a.client.Product.Get(ctx, id); !shown[id] && err == nil {
			products = append(products, p)
		}
	}
	signer, err := a.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		v := valuesOf(p)
		delete(v, "notes") // the list neither shows nor edits them
		form, err := signer.Form(p, v)
		if err != nil {
			return nil, err
		}
		page.Rows = append(page.Rows, listRow{ID: p.ID, Name: p.Name, SKU: p.Sku, Form: form, Now: v, By: savedBy(p)})
	}
	return page, nil
}

// message says what the previous request has done. It takes numbers from the URL, but no text.
func message(q url.Values) string {
	for _, verb := range [...]string{"saved", "archived", "activated", "deleted"} {
		if n, err := strconv.Atoi(q.Get(verb)); err == nil {
			return count(n) + " " + verb + "."
		}
	}
	return ""
}

func count(n int) string {
	if n == 1 {
		return "1 product"
	}
	return fmt.Sprintf("%d products", n)
}

// change is what a user wants to change in one row of the list: its form, as posted.
type change struct {
	*occhttp.Form
	id       int
	selected bool
	// done says that this request has written the row.
	done bool
}

// rowsOf reads the rows of the form.
func (a *admin) rowsOf(r *http.Request) ([]*change, error) {
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return nil, err
	}
	var rows []*change
	for _, form := range signer.ReadForms(ent.TypeProduct, r.PostForm) {
		c := &change{Form: tidy(form), selected: form.Has("selected")}
		if len(form.ID) == 1 {
			c.id, _ = strconv.Atoi(form.ID[0]) // there is no product 0
		}
		rows = append(rows, c)
	}
	return rows, nil
}

// typed reports whether the user typed into the row.
func (c *change) typed() bool { return typed(c.Form, inline) }

// again answers with the current list, which keeps everything that the user typed or selected.
func (a *admin) again(w http.ResponseWriter, r *http.Request, status int, rows []*change, text string) error {
	page, err := a.reload(r, rows)
	if err != nil {
		return err
	}
	page.Message, page.Problem = text, true
	return a.render(w, status, "list", page)
}

func (a *admin) reload(r *http.Request, rows []*change) (*listPage, error) {
	byID, also := make(map[int]*change), []int(nil)
	for _, c := range rows {
		byID[c.id] = c
		if c.typed() || c.selected {
			also = append(also, c.id)
		}
	}
	page, err := a.load(r.Context(), also...)
	if err != nil {
		return nil, err
	}
	page.Skip = r.PostForm.Get("mode") == "skip"
	for i := range page.Rows {
		row := &page.Rows[i]
		if c := byID[row.ID]; c != nil {
			row.keep(c)
			delete(byID, row.ID)
		}
		page.Keep = page.Keep || typed(row.Form, inline)
	}
	page.focus()
	for _, c := range rows {
		if byID[c.id] == c && c.typed() && !c.done {
			page.Gone = append(page.Gone, c.lost())
		}
	}
	return page, nil
}

// focus puts the focus where the trouble is.
func (page *listPage) focus() {
	for i := range page.Rows {
		row := &page.Rows[i]
		for _, f := range inline {
			if row.Form.Wrong[f.Name] != "" || row.Conflict && row.Form.Differs(f.Name) {
				row.Focus = f.Name
				return
			}
		}
	}
}

// keep puts what the user typed into a row, with the version that it was typed into. If that version is gone, the row
// is marked, shows what is stored now beside what was typed, and gets the current version. What only somebody else
// changed is shown as it is now.
func (row *listRow) keep(c *change) {
	row.Selected, row.Done = c.selected && !c.done, c.done
	if c.done || !c.typed() && !c.selected {
		return
	}
	if c.Err == nil && c.String() == row.Form.String() {
		row.Form = c.Form
		return
	}
	wrong := c.Wrong
	merge := c.Onto(row.Form)
	for _, choice := range merge.Choices() {
		if !choice.MineChanged {
			merge.Mine[choice.Name] = choice.Theirs
		}
	}
	if c.Err != nil && merge.Settled() {
		return
	}
	row.Form, row.Conflict = merge, true
	row.Form.Wrong = wrong
}

// settled reports whether the row is already as the user wanted it although it was saved since, for example by the
// first of two clicks on Save.
func (row *listRow) settled() bool {
	return row.Conflict && row.Form.Settled()
}

// lost returns what was typed into a row that no longer exists.
func (c *change) lost() string {
	text := "“" + c.Base["name"] + "”"
	for _, f := range inline {
		if c.Has(f.Name) && c.Differs(f.Name) {
			text += fmt.Sprintf(", %s: %s", f.Label, c.Text(f.Name))
		}
	}
	return text
}
