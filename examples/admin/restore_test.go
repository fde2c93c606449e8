package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// everyWay runs a test in each browser, with and without JavaScript, with pages that the browser may keep and with
// pages that it must reload. Each database gets two of the four combinations in each browser, and all four in one.
func everyWay(t *testing.T, test func(b *browser, joan *tab)) {
	t.Helper()
	inEach(t, func(b *browser) {
		for i, way := range []struct{ script, forgotten bool }{{true, false}, {true, true}, {false, true}, {false, false}} {
			database := databases[i%2]
			if b.kind == "firefox" {
				database = databases[1-i%2]
			}
			b.Run(fmt.Sprintf("%s,script=%t,no-store=%t", database, way.script, way.forgotten), func(t *testing.T) {
				b := b.with(t, database)
				b.forgotten.Store(way.forgotten)
				joan := b.tab(false)
				if !way.script {
					joan.noScript()
				}
				test(b, joan)
			})
		}
	})
}

// TestBrowser_ConflictPageBackSave: no page combines a fresh token with an old text.
func TestBrowser_ConflictPageBackSave(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/products/1")
		joan.typeIn("notes", "Joan's notes")
		joan.typeIn("price", "13.90")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes").SetPrice(1590).SetStatus("archived") })
		joan.click("save")
		joan.sees("Changed by somebody else")
		joan.back()
		if b.forgotten.Load() && b.kind == "firefox" { // which keeps nothing that was typed into such a page
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
		} else if !b.scriptless.Load() { // On a reload Chromium drops what was typed; the script makes it ask first.
			assert.Positive(b, joan.driver.warned())
		}
		joan.click("save")
		assert.Equal(b, "Ada's notes", b.stored(1)["notes"])
		assert.Equal(b, "archived", b.stored(1)["status"])
	})
}

// TestBrowser_DeletedMeanwhileBackSave: the page of a deleted product has inputs for its texts.
func TestBrowser_DeletedMeanwhileBackSave(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/products/4")
		joan.typeIn("notes", "Joan's notes")
		b.client.Product.DeleteOneID(4).IgnoreVersion().ExecX(b.Context())
		joan.open("/products/new")
		joan.back()
		if b.kind == "firefox" && b.forgotten.Load() {
			return // it keeps nothing that was typed into such a page
		}
		assert.Equal(b, "Joan's notes", joan.value("notes"))
		joan.click("save")
		joan.sees("This product no longer exists")
		assert.Equal(b, "Joan's notes", joan.value("notes"))
	})
}

// TestBrowser_FormTooLarge: the page that says so does not have the text, but Back leads to the form, which does. The
// limit is lower here, because a browser takes long to lay out 8 MB.
func TestBrowser_FormTooLarge(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		b.largest.Store(20_000)
		joan.open("/products/1")
		joan.typeIn("price", "13.90")
		joan.paste("notes", 20_000)
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetStock(39) })
		joan.click("save")
		joan.sees("Nothing was saved: this form has more than 8 MB.")
		assert.Equal(b, "14.50", b.stored(1)["price"])
		joan.back()
		assert.Equal(b, "13.90", joan.value("price"))
		assert.Len(b, joan.value("notes"), 20_000)
		joan.typeIn("notes", "Shorter")
		joan.click("save")
		joan.sees("You have changed different fields, so both can be kept.")
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(b, "13.90", b.stored(1)["price"])
		assert.Equal(b, "39", b.stored(1)["stock"])
		assert.Equal(b, "Shorter", b.stored(1)["notes"])
	})
}

// TestBrowser_ServerRestart: an open form outlives it, and losing a key loses no text.
func TestBrowser_ServerRestart(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan, ada := b.tab(false), b.tab(false)
		joan.open("/products/1")
		joan.typeIn("notes", "Joan's notes")
		ada.open("/")
		ada.typeIn("stock.2", "77")
		b.restart()
		joan.click("save")
		joan.sees("Saved.")
		assert.Equal(b, "Joan's notes", b.stored(1)["notes"])

		joan.typeIn("notes", "Joan's other notes")
		b.client.FormKey.Delete().ExecX(b.Context())
		b.restart()
		for u, text := range map[*tab]string{joan: "Joan's other notes", ada: "77"} {
			u.click("save")
			u.sees("opened too long ago")
			assert.True(b, u.shows(text))
		}
		assert.Equal(b, "Joan's notes", b.stored(1)["notes"])
		assert.Equal(b, "120", b.stored(2)["stock"])
		joan.click("merge")
		joan.sees("Saved.")
		ada.click("save")
		ada.sees("1 product saved.")
		assert.Equal(b, "Joan's other notes", b.stored(1)["notes"])
		assert.Equal(b, "77", b.stored(2)["stock"])
	})
}
