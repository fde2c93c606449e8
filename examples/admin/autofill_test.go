package main

import (
	"testing"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/stretchr/testify/assert"
)

// fill writes into the notes as a browser's autofill or a password manager does: without keys, and the page gets the events afterwards.
func (u *tab) fill(text string) {
	u.Helper()
	u.must(u.driver.eval(`(() => { const e = `+element("notes")+`; e.value = `+quote(text)+`;
		for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true})); return true; })()`, nil), "fill in the notes")
}

// TestBrowser_Autofill: autofill finds no version to fill in, and its texts are saved, refused and warned about like typed ones.
func TestBrowser_Autofill(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		joan.open("/products/1")
		var open []string
		joan.must(joan.driver.eval(`[...document.querySelector("form.edit").elements].filter((e) =>
			e.name && e.type !== "hidden" && !e.dataset.field).map((e) => e.name)`, &open), "inputs")
		assert.Empty(b, open, "all inputs except the fields are hidden, so autofill leaves them alone")

		joan.fill("Filled in")
		joan.click("save")
		joan.sees("Saved.")
		assert.Equal(b, "Filled in", b.stored(1)["notes"])

		joan.open("/products/2")
		joan.fill("Filled in late")
		b.somebody(2, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes") })
		joan.click("save")
		joan.sees("Changed by somebody else")
		assert.True(b, joan.shows("Filled in late") && joan.shows("Ada's notes"))
		joan.choose("theirs-notes")
		joan.fill("Filled in again")
		assert.True(b, joan.checked("mine-notes"), "the side that was filled in is chosen")
		assert.Equal(b, "Ada's notes", b.stored(2)["notes"])
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(b, "Filled in again", b.stored(2)["notes"])

		joan.open("/products/3")
		joan.fill("Not saved")
		warned := joan.driver.warned()
		joan.click("leave")
		joan.sees("Products")
		assert.Equal(b, warned+1, joan.driver.warned(), "filled-in text is not thrown away without asking")
	})
}
