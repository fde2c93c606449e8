package main

import (
	"net/http"
	"net/url"

	"github.com/entocc/entocc/examples/admin/ent"
)

// conflictPage shows what the product was, what the user made of it, and what somebody else did.
type conflictPage struct {
	Title string
	ID    int
	// Token is that of the version that the page shows as theirs.
	Token string
	Rows  []conflictRow
	// Clashes counts the fields that both changed.
	Clashes int
	Theirs  values
}

// conflictRow is one field.
type conflictRow struct {
	Field                      field
	Name, Label                string
	Base, Mine, Theirs         string
	MineChanged, TheirsChanged bool
	// Clash: both changed it, and not to the same. Differs: there is something to choose.
	Clash, Differs bool
	// TakeMine is the choice that the page begins with.
	TakeMine bool
}

// conflict answers with the page that lets the user decide, field by field.
func (a *admin) conflict(w http.ResponseWriter, r *http.Request, modified *ent.ProductModifiedError, base, mine values) error {
	current, err := modified.Current(r.Context())
	if ent.IsNotFound(err) {
		return a.render(w, http.StatusConflict, "gone", gonePage{Title: "Deleted by somebody else", Mine: mine, Fields: fields})
	}
	if err != nil {
		return err
	}
	token, err := a.signer.Sign(current)
	if err != nil {
		return err
	}
	page := conflictPage{Title: "Changed by somebody else", ID: current.ID, Token: token, Theirs: valuesOf(current)}
	for _, f := range fields {
		row := compare(f, base[f.Name], mine[f.Name], page.Theirs[f.Name])
		page.Rows = append(page.Rows, row)
		if row.Clash {
			page.Clashes++
		}
	}
	return a.render(w, http.StatusConflict, "conflict", page)
}

// compare is a three-way comparison. A field that only one side changed begins with that side; one that both changed
// begins with the user's, who is asked.
func compare(f field, base, mine, theirs string) conflictRow {
	row := conflictRow{Field: f, Name: f.Name, Label: f.Label, Base: base, Mine: mine, Theirs: theirs}
	row.MineChanged, row.TheirsChanged = mine != base, theirs != base
	row.Differs = mine != theirs
	row.Clash = row.MineChanged && row.TheirsChanged && row.Differs
	row.TakeMine = row.MineChanged
	return row
}

// chosen are the values of a form. On the conflict page each field has a choice, and the button "overwrite" chooses the
// user's for all.
func chosen(form url.Values) values {
	mine := posted(form, fields, "", "")
	if form.Get("action") == "overwrite" {
		return mine
	}
	theirs := posted(form, fields, "base.", "")
	for _, f := range fields {
		if form.Get("choice."+f.Name) == "theirs" {
			mine[f.Name] = theirs[f.Name]
		}
	}
	return mine
}

// gonePage keeps what the user typed for a product that is not there anymore.
type gonePage struct {
	Title  string
	Mine   values
	Fields []field
}
