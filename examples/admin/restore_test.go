package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// everyWay runs a test in each browser, with and without JavaScript, with pages that the browser may keep and with pages
// that it must load again.
func everyWay(t *testing.T, test func(b *browser, joan *tab)) {
	t.Helper()
	inBrowsers(t, func(b *browser) {
		for _, script := range []bool{true, false} {
			for _, forgotten := range []bool{false, true} {
				b.Run(fmt.Sprintf("script=%t,no-store=%t", script, forgotten), func(t *testing.T) {
					b := &browser{shop: newShopIn(t, b.database), kind: b.kind, driver: b.driver}
					b.forgotten.Store(forgotten)
					joan := b.tab(false)
					if !script {
						joan.noScript()
					}
					test(b, joan)
				})
			}
		}
	})
}

// TestBrowser_ConflictPageBackSave: no page has a fresh token beside an old text.
func TestBrowser_ConflictPageBackSave(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/products/1")
		joan.typeIn("notes", "Joan's notes")
		joan.typeIn("price", "13.90")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes").SetPrice(1590).SetStatus("archived") })
		joan.click("save")
		joan.sees("Changed by somebody else")
		joan.back()
		if b.forgotten.Load() && b.kind == "firefox" { // which keeps nothing of what was typed into such a page
			assert.Equal(b, "Ada's notes", joan.value("notes"))
			joan.click("save")
			joan.sees("There was nothing to save")
		} else {
			assert.Equal(b, "Joan's notes", joan.value("notes"))
			assert.Equal(b, "13.90", joan.value("price"))
			joan.click("save")
			joan.sees("Changed by somebody else")
			assert.True(b, joan.shows("Joan's notes") && joan.shows("Ada's notes"))
		}
		assert.Equal(b, "Ada's notes", b.stored(1)["notes"])
		assert.Equal(b, "15.90", b.stored(1)["price"])
		assert.Equal(b, "archived", b.stored(1)["status"])
	})
}

// TestBrowser_ReloadThenSave: a reload keeps what was typed, and the version that it was typed into.
func TestBrowser_ReloadThenSave(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/products/1")
		joan.typeIn("notes", "Joan's notes")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes").SetStatus("archived") })
		joan.reload()
		if b.kind == "firefox" && !b.forgotten.Load() {
			assert.Equal(b, "Joan's notes", joan.value("notes"))
		} else if !b.scriptless.Load() { // Chromium drops on a reload what was typed: the script has it ask before
			assert.Positive(b, joan.driver.warned())
		}
		joan.click("save")
		assert.Equal(b, "Ada's notes", b.stored(1)["notes"])
		assert.Equal(b, "archived", b.stored(1)["status"])
	})
}

// TestBrowser_DeletedMeanwhileBackSave: the page of a product that is gone has the places of its texts.
func TestBrowser_DeletedMeanwhileBackSave(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/products/4")
		joan.typeIn("notes", "Joan's notes")
		b.client.Product.DeleteOneID(4).IgnoreVersion().ExecX(b.Context())
		joan.open("/products/new")
		joan.back()
		if b.kind == "firefox" && b.forgotten.Load() {
			return // it keeps nothing of what was typed into such a page
		}
		assert.Equal(b, "Joan's notes", joan.value("notes"))
		joan.click("save")
		joan.sees("This product is not there any more")
		assert.Equal(b, "Joan's notes", joan.value("notes"))
	})
}
