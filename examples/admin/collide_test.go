package main

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// collide has ada and joan open the same product; ada saves the first set of values and joan tries to save the second.
func (b *browser) collide(ada, joan *tab, adas, joans map[string]string) {
	b.Helper()
	ada.open("/products/1")
	joan.open("/products/1")
	for field, text := range adas {
		ada.typeIn(field, text)
	}
	for field, text := range joans {
		joan.typeIn(field, text)
	}
	ada.click("save")
	ada.sees("Saved.")
	joan.click("save")
}

func TestBrowser_DifferentFieldsAreBothKept(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(false)
		b.collide(ada, joan, map[string]string{"price": "15.90"}, map[string]string{"stock": "38"})
		joan.sees("You have changed different fields, so both can be kept.")
		assert.Equal(b, "40", b.stored(1)["stock"], "nothing is saved before joan decides")
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(b, "15.90", b.stored(1)["price"])
		assert.Equal(b, "38", b.stored(1)["stock"])
	})
}

func TestBrowser_SameFieldIsAsked(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan, phone := b.tab(false), b.tab(false), b.tab(true)
		adas := map[string]string{"price": "15.90", "notes": "Sold out in March.\nOrder again in May.", "name": "Darjeeling First Flush 2026"}
		joans := map[string]string{"price": "13.90", "stock": "38"}
		b.collide(ada, joan, adas, joans)
		joan.sees("You both have changed one field: choose which is right.")
		joan.requireNoOverflow()
		joan.screenshot("conflict-desktop")
		joan.choose("theirs-price")
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(b, "15.90", b.stored(1)["price"])
		assert.Equal(b, "38", b.stored(1)["stock"])
		assert.Equal(b, "Darjeeling First Flush 2026", b.stored(1)["name"])

		b.collide(ada, phone, map[string]string{"price": "16.90"}, map[string]string{"price": "12.90", "stock": "36"})
		phone.sees("choose which is right")
		phone.requireNoOverflow()
		phone.screenshot("conflict-phone")
		phone.typeIn("price", "14.90") // neither of the two
		phone.click("merge")
		phone.sees("Saved.")
		assert.Equal(b, "14.90", b.stored(1)["price"])
	})
}

func TestBrowser_OverwriteAndDiscard(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(false)
		b.collide(ada, joan, map[string]string{"price": "15.90", "stock": "1"}, map[string]string{"price": "13.90"})
		joan.click("overwrite")
		joan.sees("Saved.")
		assert.Equal(b, "13.90", b.stored(1)["price"])
		assert.Equal(b, "40", b.stored(1)["stock"], "joan's whole form, as the page promised")

		b.collide(ada, joan, map[string]string{"price": "17.90"}, map[string]string{"price": "18.90"})
		joan.click("discard")
		assert.Equal(b, "17.90", joan.value("price"))
		assert.Equal(b, "17.90", b.stored(1)["price"])
	})
}

func TestBrowser_ThirdEditorIsAConflictAgain(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(false)
		for i, button := range []string{"merge", "overwrite"} {
			mine := "13.9" + strconv.Itoa(i)
			b.collide(ada, joan, map[string]string{"price": "15.9" + strconv.Itoa(i)}, map[string]string{"price": mine})
			joan.sees("choose which is right")
			b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(9900).AddStock(1) })
			joan.click(button)
			joan.sees("99.00")
			assert.Equal(b, "99.00", b.stored(1)["price"], button)
			joan.choose("mine-price")
			joan.click("merge")
			joan.sees("Saved.")
			assert.Equal(b, mine, b.stored(1)["price"], button)
		}
	})
}

func TestBrowser_WorksWithoutJavaScriptAndMouse(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan := b.tab(false), b.tab(true)
		ada.noScript()
		joan.noScript()
		ada.open("/products/1")
		joan.open("/products/1")
		for _, typed := range []struct {
			user  *tab
			price string
		}{{ada, "15.90"}, {joan, "13.90"}} {
			typed.user.typeIn("price", typed.price)
			typed.user.enter()
		}
		joan.sees("Changed by somebody else")
		assert.Equal(b, "15.90", b.stored(1)["price"])
		joan.must(joan.driver.keys(arrowDown), "the pending choice has the focus")
		joan.enter()
		joan.sees("There was nothing to save")
		assert.Equal(b, "15.90", b.stored(1)["price"], "the arrow chose theirs, and Enter saved it")
	})
}

func TestBrowser_NewsAppearAndNothingTypedIsLost(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		joan.open("/products/4")
		joan.typeIn("notes", "Ask for a quote.")
		b.somebody(4, func(up *ent.ProductUpdateOne) { up.SetPrice(7200).SetStock(5) })
		joan.sees("Somebody else has just saved this product.")
		joan.sees("saved by somebody else: 72.00")
		assert.Equal(b, "Ask for a quote.", joan.value("notes"))
		assert.Equal(b, "69.00", joan.value("price"), "the form is still hers, and its token says that it is old")
		joan.screenshot("news-desktop")
		b.client.Product.DeleteOneID(4).IgnoreVersion().ExecX(b.Context())
		joan.sees("Somebody else has deleted this product.")
		joan.click("save")
		joan.sees("This product no longer exists")
		assert.Equal(b, "Ask for a quote.", joan.value("notes"))
		joan.screenshot("gone-desktop")
		joan.click("save")
		joan.sees("Saved.")
		assert.Equal(b, 6, b.client.Product.Query().CountX(b.Context()))
	})
}

func TestBrowser_ListSavesAllOrSkips(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		ada, joan, phone := b.tab(false), b.tab(false), b.tab(true)
		ada.open("/")
		ada.requireNoOverflow()
		ada.screenshot("list-desktop")
		phone.open("/")
		phone.requireNoOverflow()
		phone.screenshot("list-phone")

		joan.open("/")
		ada.typeIn("price.2", "9.50")
		ada.click("save")
		ada.sees("1 product saved.")
		joan.typeIn("price.2", "7.90")
		joan.typeIn("stock.3", "10")
		joan.click("save")
		joan.sees("Nothing was saved.")
		joan.sees("now 9.50")
		assert.Equal(b, "7.90", joan.value("price.2"), "what was typed is still there")
		assert.Equal(b, "12", b.stored(3)["stock"])
		joan.requireNoOverflow()
		joan.screenshot("list-conflict-desktop")
		joan.click("save")
		joan.sees("2 products saved.")
		assert.Equal(b, "7.90", b.stored(2)["price"], "she has seen the other price")

		phone.typeIn("price.2", "1.00")
		phone.typeIn("stock.5", "60")
		phone.choose("mode-skip")
		phone.click("save")
		phone.sees("1 product saved. Skipped, as somebody else has changed it in the meantime: “Earl Grey”.")
		phone.screenshot("list-conflict-phone")
		assert.Equal(b, "7.90", b.stored(2)["price"])
		assert.Equal(b, "60", b.stored(5)["stock"])
	})
}

func TestBrowser_BulkActionsCheckTheVersion(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		joan.open("/")
		joan.choose("select-1")
		joan.choose("select-2")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetStock(39) })
		joan.click("archive")
		joan.sees("Nothing was archived.")
		assert.Equal(b, "active", b.stored(2)["status"])
		joan.click("archive") // both are still selected, and shown as they are now
		joan.sees("2 products archived.")
		assert.Equal(b, "archived", b.stored(1)["status"])
		joan.choose("select-1")
		joan.click("activate")
		joan.sees("1 product activated.")
	})
}

func TestBrowser_DeleteSelectedAsksAndChecksTheVersion(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		joan := b.tab(false)
		joan.open("/")
		for _, id := range []int{3, 5, 6} {
			joan.choose("select-" + strconv.Itoa(id))
		}
		b.somebody(5, func(up *ent.ProductUpdateOne) { up.SetStock(65) })
		joan.click("delete")
		joan.sees("Delete 3 products?")
		joan.sees("changed since you selected it")
		joan.screenshot("delete-desktop")
		assert.Equal(b, 6, b.client.Product.Query().CountX(b.Context()), "nothing is deleted before she confirms")
		joan.click("confirm")
		joan.sees("Nothing was deleted.")
		assert.Equal(b, 6, b.client.Product.Query().CountX(b.Context()))

		joan.click("delete")
		joan.sees("Delete 3 products?")
		b.somebody(6, func(up *ent.ProductUpdateOne) { up.SetStock(1) })
		joan.choose("mode-skip")
		joan.click("confirm")
		joan.sees("2 products deleted. Skipped, as somebody else has changed it in the meantime: “Tin for 100 g”.")
		assert.Equal(b, 4, b.client.Product.Query().CountX(b.Context()))
	})
}
