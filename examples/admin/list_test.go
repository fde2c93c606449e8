package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// TestBrowser_ListHandsNoFreshTokenToAnOldText: why ever the list is shown again, a row that somebody else has changed
// is marked and has both values, and the list shows what was typed into a deleted row.
func TestBrowser_ListHandsNoFreshTokenToAnOldText(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		for _, first := range []string{"save", "archive", "delete"} {
			b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(1450) })
			joan := b.tab(false)
			joan.open("/")
			joan.typeIn("price.1", "13.90")
			if first == "save" {
				joan.typeIn("stock.3", "many")
			}
			joan.choose("select-2")
			b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(1590).SetUpdatedBy("Ada") })
			joan.click(first)
			joan.sees("Nothing was")
			joan.sees("changed by Ada")
			joan.sees("now 15.90")
			assert.Equal(b, "13.90", joan.value("price.1"), first)
			assert.True(b, joan.checked("select-2"), "selected still")
			assert.False(b, joan.checked("select-1"))
			assert.Equal(b, "15.90", b.stored(1)["price"], first)
			assert.Equal(b, "active", b.stored(2)["status"], first)

			// While that list is shown, somebody saves it once more.
			b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(1790) })
			if first == "save" {
				joan.typeIn("stock.3", "13")
			}
			joan.click("save")
			joan.sees("now 17.90")
			assert.Equal(b, "17.90", b.stored(1)["price"], first)
			joan.click("save")
			joan.sees("saved.")
			assert.Equal(b, "13.90", b.stored(1)["price"], "she has seen the other price")
		}
	})
}

func TestBrowser_ListShowsWhatWasTypedForADeletedProduct(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		joan.open("/")
		joan.typeIn("price.5", "7.77")
		joan.typeIn("stock.3", "10")
		b.client.Product.DeleteOneID(5).IgnoreVersion().ExecX(b.Context())
		joan.click("save")
		joan.sees("you had typed: “Porcelain cup”, Price: 7.77")
		assert.Equal(b, "10", joan.value("stock.3"))
		assert.Equal(b, "12", b.stored(3)["stock"])
		joan.click("save")
		joan.sees("1 product saved.")
		assert.Equal(b, "10", b.stored(3)["stock"])
	})
}

// TestBrowser_ListRestoredByTheBrowser: texts and selections belong to rows and their versions, not to positions.
func TestBrowser_ListRestoredByTheBrowser(t *testing.T) {
	everyWay(t, func(b *browser, joan *tab) {
		joan.open("/")
		joan.typeIn("stock.2", "77")
		joan.typeIn("stock.3", "11")
		joan.choose("select-3")
		b.somebody(2, func(up *ent.ProductUpdateOne) { up.SetStock(5) })
		b.client.Product.DeleteOneID(1).IgnoreVersion().ExecX(b.Context())
		joan.open("/products/new")
		joan.back()
		if b.checkedAt(joan) != "" {
			assert.Equal(b, "3", b.checkedAt(joan))
		}
		typed := map[bool]string{true: "11", false: "12"}[b.kind == "chromium" || !b.forgotten.Load()] // Firefox goes by position
		assert.Equal(b, typed, joan.value("stock.3"))
		joan.click("save")
		assert.Equal(b, "5", b.stored(2)["stock"], "joan has not seen it")
		assert.True(b, b.stored(3)["stock"] == typed || joan.value("stock.3") == typed, "what was typed is stored, or shown")
		assert.Equal(b, 7, b.client.Product.GetX(b.Context(), 4).Stock)
	})
}

// checkedAt returns the selected products.
func (b *browser) checkedAt(u *tab) (ids string) {
	u.must(u.driver.eval(`[...document.querySelectorAll("tr:has([data-field=selected]:checked)")].map((e) => e.id.slice(4)).join()`, &ids), "selected")
	return ids
}

// TestBrowser_TypedIntoYoursAndTheirsChosen: the page asks, and drops nothing silently.
func TestBrowser_TypedIntoYoursAndTheirsChosen(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(false)
		b.collide(ada, joan, map[string]string{"price": "15.90"}, map[string]string{"price": "13.90"})
		joan.choose("theirs-price")
		joan.typeIn("price", "14.20")
		assert.True(b, joan.checked("mine-price"), "the choice follows what is typed")
		joan.choose("theirs-price")
		joan.click("merge")
		joan.sees("You typed this, and chose theirs.")
		assert.Equal(b, "14.20", joan.value("price"))
		assert.Equal(b, "15.90", b.stored(1)["price"])
		joan.choose("mine-price")
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(b, "14.20", b.stored(1)["price"])
	})
}

// TestBrowser_LeavingTypedTextWarns, on the pages that report errors and conflicts too.
func TestBrowser_LeavingTypedTextWarns(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(false)
		warns := func(link string) {
			b.Helper()
			before := joan.driver.warned()
			joan.click(link)
			assert.Equal(b, before+1, joan.driver.warned(), link)
		}
		joan.open("/products/1")
		joan.choose("price")
		joan.click("leave")
		assert.Zero(b, joan.driver.warned(), "nothing was typed")
		joan.open("/products/1")
		joan.typeIn("price", "1")
		warns("leave")
		joan.open("/products/1")
		joan.typeIn("price", "a lot")
		joan.click("save")
		joan.sees("some values can't be right")
		joan.choose("stock")
		warns("leave")
		b.collide(ada, joan, map[string]string{"price": "15.90"}, map[string]string{"price": "13.90"})
		joan.choose("theirs-price")
		warns("discard")
	})
}
