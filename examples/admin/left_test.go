package main

import (
	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// left is a page that a user has typed into, and that the browser brings back in another tab.
type left struct {
	name string
	// before types a text, meanwhile is what somebody else does until the page is back, and after saves what it shows then.
	before    func(b *browser, joan *tab, text string)
	meanwhile func(b *browser)
	after     func(b *browser, joan *tab, text string)
}

// pages are the pages that users can leave with text in them. However they come back, none overwrites what somebody
// else has saved, and all have what was typed.
var pages = []left{
	{
		"saved by somebody else since",
		func(_ *browser, joan *tab, text string) {
			joan.open("/products/1")
			joan.typeIn("notes", text)
		},
		func(b *browser) {
			b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes").SetPrice(1590).SetStatus("archived") })
		},
		func(b *browser, joan *tab, text string) {
			assert.Equal(b, text, joan.value("notes"))
			joan.click("save")
			joan.sees("Changed by somebody else")
			assert.True(b, joan.shows(text) && joan.shows("Ada's notes"))
			assert.Equal(b, "Ada's notes", b.stored(1)["notes"])
			assert.Equal(b, "15.90", b.stored(1)["price"])
			assert.Equal(b, "archived", b.stored(1)["status"])
		},
	},
	{
		"saved by nobody since",
		func(_ *browser, joan *tab, text string) {
			joan.open("/products/2")
			joan.typeIn("notes", text)
		},
		func(*browser) {},
		func(b *browser, joan *tab, text string) {
			assert.Equal(b, text, joan.value("notes"))
			joan.click("save")
			joan.sees("Saved.")
			assert.Equal(b, text, b.stored(2)["notes"])
		},
	},
	{
		"deleted since",
		func(_ *browser, joan *tab, text string) {
			joan.open("/products/6")
			joan.typeIn("notes", text)
		},
		func(b *browser) { b.client.Product.DeleteOneID(6).IgnoreVersion().ExecX(b.Context()) },
		func(b *browser, joan *tab, text string) {
			assert.Equal(b, text, joan.value("notes"))
			joan.click("save")
			joan.sees("This product no longer exists")
			assert.Equal(b, text, joan.value("notes"))
			assert.Equal(b, 5, b.client.Product.Query().CountX(b.Context()))
		},
	},
	{"list", listBefore, listMeanwhile, listAfter},
	{"page of a conflict", conflictBefore, conflictMeanwhile, conflictAfter},
}

func listBefore(_ *browser, joan *tab, text string) {
	joan.open("/")
	joan.typeIn("status.4", "draft")
	joan.typeIn("stock.4", "8")
	joan.typeIn("stock.3", text)
}

func listMeanwhile(b *browser) {
	b.somebody(4, func(up *ent.ProductUpdateOne) { up.SetStock(5) })
}

// listAfter: unless the browser has kept the page, a row that was saved since has no input for the text that was typed
// into it. The other rows have.
func listAfter(b *browser, joan *tab, text string) {
	assert.Equal(b, text, joan.value("stock.3"))
	old := joan.value("stock.4") == "8"
	assert.NotEqual(b, old, b.forgotten.Load(), "it is the page that the browser has kept")
	joan.click("save")
	assert.Equal(b, "5", b.stored(4)["stock"])
	assert.Equal(b, "active", b.stored(4)["status"])
	if old {
		joan.sees("Nothing was saved.")
		assert.Equal(b, text, joan.value("stock.3"))
		assert.Equal(b, "8", joan.value("stock.4"))
	} else {
		joan.sees("1 product saved.")
		assert.Equal(b, text, b.stored(3)["stock"])
	}
}

func conflictBefore(b *browser, joan *tab, text string) {
	joan.open("/products/5")
	joan.typeIn("notes", "Typed first")
	b.somebody(5, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's notes") })
	joan.click("save")
	joan.sees("Changed by somebody else")
	joan.typeIn("notes", text)
}

func conflictMeanwhile(b *browser) {
	b.somebody(5, func(up *ent.ProductUpdateOne) { up.SetNotes("Ada's other notes") })
}

// conflictAfter: the page is the answer to a POST. A browser that must not keep it asks whether to send the form again,
// as Chromium does, or opens the address. Then what was typed is lost, but overwrites nothing.
func conflictAfter(b *browser, joan *tab, text string) {
	switch {
	case !b.forgotten.Load():
		assert.Equal(b, text, joan.value("notes"))
		joan.click("merge")
		joan.sees("Changed by somebody else")
		assert.True(b, joan.shows(text) && joan.shows("Ada's other notes"))
	case b.kind == "chromium":
		joan.sees("ERR_CACHE_MISS")
		joan.reload()
		joan.sees("Changed by somebody else")
		assert.True(b, joan.shows("Typed first") && joan.shows("Ada's other notes"))
	default:
		assert.Equal(b, "Ada's other notes", joan.value("notes"))
		joan.click("save")
		joan.sees("There was nothing to save")
	}
	assert.Equal(b, "Ada's other notes", b.stored(5)["notes"])
}
