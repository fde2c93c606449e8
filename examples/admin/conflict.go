package main

import (
	"fmt"
	"net/http"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

// conflictPage shows the product as it was, with the user's changes and somebody else's.
type conflictPage struct {
	Title, Message string
	ID             int
	// Form is based on the version that the page shows as theirs.
	Form *occhttp.Form
	Rows []conflictRow
	// Theirs is the heading of the other side.
	Theirs string
}

// conflictRow is one field.
type conflictRow struct {
	occhttp.Choice
	Field field
	// Spans are what somebody else changed in a long text.
	Spans []occhttp.Span
	// Focus is the first thing to decide.
	Focus bool
}

// compare answers with the page on which the user decides, field by field. If nothing is left to decide, as after a
// second click on Save, it answers like a save.
func (a *admin) compare(w http.ResponseWriter, r *http.Request, status, id int, form *occhttp.Form) error {
	current, err := a.client.Product.Get(r.Context(), id)
	if ent.IsNotFound(err) {
		return a.gone(w, r, form)
	}
	if err != nil {
		return a.refuse(w, r, editPage{Title: "Not saved", Form: form, Action: r.URL.Path}, err)
	}
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return err
	}
	theirs, err := signer.Form(current, valuesOf(current))
	if err != nil {
		return err
	}
	merge := form.Onto(theirs)
	if merge.Settled() {
		return saved(w, r, id, map[bool]string{true: "1", false: "0"}[form.Base != nil])
	}
	why := fmt.Sprintf("%s has saved this product%s, while you were editing it.", saver(current, who(r)), savedAt(current))
	if form.Err != nil {
		why = "This form was opened too long ago, or is another product's."
	}
	return a.renderConflict(w, status, id, merge, why)
}

// ask shows the conflict page again if the user chose theirs for a field that they had also typed into.
func (a *admin) ask(w http.ResponseWriter, _ *http.Request, id int, form *occhttp.Form) error {
	return a.renderConflict(w, http.StatusConflict, id, form, "You chose theirs, and typed into yours: say once more which is right.")
}

func (a *admin) renderConflict(w http.ResponseWriter, status, id int, merge *occhttp.Form, why string) error {
	page := conflictPage{Title: "Changed by somebody else", ID: id, Form: merge, Theirs: "Theirs, as it is now"}
	if status == http.StatusBadRequest {
		page.Title, page.Theirs = "Not saved yet", "As it is stored now"
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	choices := merge.Choices(names...)
	clashes, focused := occhttp.Clashes(choices), false
	for i, c := range choices {
		row := conflictRow{Choice: c, Field: fields[i]}
		if row.Field.Kind == "textarea" && c.HasBase && c.TheirsChanged {
			row.Spans = occhttp.TextDiff(c.Base, c.Theirs)
		}
		trouble := c.Asked || c.Clashes() || clashes == 0 && c.Differs
		row.Focus = trouble && !focused
		focused = focused || trouble
		page.Rows = append(page.Rows, row)
	}
	page.Message = "Nothing was saved yet. " + why + " " + toDecide(merge, clashes)
	return a.render(w, status, "conflict", page)
}

// toDecide says what there is to decide.
func toDecide(merge *occhttp.Form, clashes int) string {
	many := map[bool]string{true: "one field", false: fmt.Sprintf("%d fields", clashes)}[clashes == 1]
	switch {
	case clashes == 0:
		return "You have changed different fields, so both can be kept."
	case merge.Origin == nil:
		return "What is in your form differs from it in " + many + ": choose which is right."
	}
	return "You both have changed " + many + ": choose which is right."
}

// gone keeps what the user typed for a product that is not there anymore.
func (a *admin) gone(w http.ResponseWriter, r *http.Request, form *occhttp.Form) error {
	signer, err := a.keys.current(r.Context())
	if err != nil {
		return err
	}
	return a.renderEdit(w, http.StatusConflict, editPage{
		Title: "Deleted by somebody else", Form: signer.NewForm(form.Mine), Button: "Add it again", Problem: true, Keep: true,
		Message: "This product no longer exists, so nothing was saved. What you typed is kept below: you can add it again as a new product.",
	})
}
