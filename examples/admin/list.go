package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/examples/admin/ent/product"
	"github.com/entocc/entocc/occhttp"
)

// listPage is the list, each row of which can be edited.
type listPage struct {
	Title   string
	Rows    []listRow
	Fields  []field
	Message string
	// Problem says that the message is one about something that was not done.
	Problem bool
	Skip    bool
}

// listRow is one product of the list.
type listRow struct {
	ID        int
	Name, SKU string
	// Token is that of the version that Base shows.
	Token      string
	Base, Mine values
	Wrong      map[string]string
	// Conflict: somebody else changed it while the list was open. What the user typed is kept.
	Conflict, Selected, Saved bool
}

// maxRows is how many products the list shows.
const maxRows = 200

func (a *admin) list(w http.ResponseWriter, r *http.Request) error {
	page, err := a.load(r)
	if err != nil {
		return err
	}
	page.Message = message(r.URL.Query())
	return a.render(w, http.StatusOK, "list", page)
}

// load is the list as it is stored.
func (a *admin) load(r *http.Request) (*listPage, error) {
	products, err := a.client.Product.Query().Order(product.ByID()).Limit(maxRows).All(r.Context())
	if err != nil {
		return nil, err
	}
	page := &listPage{Title: "Products", Fields: inline}
	for _, p := range products {
		token, err := a.signer.Sign(p)
		if err != nil {
			return nil, err
		}
		v := valuesOf(p)
		page.Rows = append(page.Rows, listRow{ID: p.ID, Name: p.Name, SKU: p.Sku, Token: token, Base: v, Mine: v})
	}
	return page, nil
}

// message says what the request before this page has done. It takes numbers from the URL, and no text.
func message(q url.Values) string {
	for _, done := range [...]struct{ key, verb string }{{"saved", "saved"}, {"archived", "archived"}, {"activated", "activated"}, {"deleted", "deleted"}} {
		if n, err := strconv.Atoi(q.Get(done.key)); err == nil {
			return count(n) + " " + done.verb + "."
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

// again answers with the list as it is by now, in which everything that the user typed or selected is still there.
func (a *admin) again(w http.ResponseWriter, r *http.Request, status int, rows []*change, text string) error {
	page, err := a.load(r)
	if err != nil {
		return err
	}
	page.Message, page.Problem, page.Skip = text, status != http.StatusOK, r.PostForm.Get("mode") == "skip"
	byID := make(map[int]*change, len(rows))
	for _, c := range rows {
		byID[c.id] = c
	}
	for i := range page.Rows {
		row := &page.Rows[i]
		if c := byID[row.ID]; c != nil {
			row.keep(c)
		}
	}
	return a.render(w, status, "list", page)
}

// keep puts what the user typed into a row that was not saved. What only somebody else changed is shown as it is by now.
func (row *listRow) keep(c *change) {
	row.Selected, row.Wrong, row.Conflict, row.Saved = c.selected, c.wrong, c.conflict, c.saved
	if c.saved {
		return
	}
	row.Mine = make(values)
	for _, f := range inline {
		row.Mine[f.Name] = row.Base[f.Name]
		if c.mine[f.Name] != c.base[f.Name] {
			row.Mine[f.Name] = c.mine[f.Name]
		}
	}
	if len(c.wrong) > 0 && !c.conflict {
		row.Token, row.Base = c.token, c.base
	}
}

// change is what a user wants of one row of the list.
type change struct {
	id              int
	token           string
	base, mine      values
	wrong           map[string]string
	selected, saved bool
	// conflict: the row was modified by somebody else, or is gone.
	conflict bool
	// row is the condition of a write: the version that the list showed.
	row *occhttp.Row
}

// rows reads the rows of the form. A row without a good token is refused, and with it the whole form.
func (a *admin) rows(form url.Values) ([]*change, error) {
	selected := make(map[string]bool)
	for _, token := range form["selected"] {
		selected[token] = true
	}
	var rows []*change
	for _, token := range form["row"] {
		row, err := a.signer.Row(ent.TypeProduct, token)
		if err != nil {
			return nil, err
		}
		id, err := strconv.Atoi(row.ID[0])
		if err != nil {
			return nil, err
		}
		suffix := "." + row.ID[0]
		rows = append(rows, &change{
			id: id, token: token, selected: selected[token],
			base: posted(form, inline, "base.", suffix), mine: posted(form, inline, "", suffix),
			row: row,
		})
		delete(selected, token)
	}
	for token := range selected {
		if _, err := a.signer.Row(ent.TypeProduct, token); err != nil {
			return nil, err
		}
		return nil, errSelection
	}
	return rows, nil
}
