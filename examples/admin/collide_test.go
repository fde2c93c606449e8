package main

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc/examples/admin/ent"
)

// stored is a product as it is in the database.
func (b *browser) stored(id int) values {
	b.Helper()
	return valuesOf(b.client.Product.GetX(b.Context(), id))
}

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
	b := newBrowser(t)
	ada, joan := b.tab(false), b.tab(false)
	b.collide(ada, joan, map[string]string{"price": "15.90"}, map[string]string{"stock": "38"})
	joan.sees("You have changed different fields, so both can be kept.")
	assert.Equal(t, "40", b.stored(1)["stock"], "nothing is saved before joan decides")
	joan.click("merge")
	joan.sees("Saved.")
	assert.Equal(t, "15.90", b.stored(1)["price"])
	assert.Equal(t, "38", b.stored(1)["stock"])
}

func TestBrowser_SameFieldIsAsked(t *testing.T) {
	b := newBrowser(t)
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
	assert.Equal(t, "15.90", b.stored(1)["price"])
	assert.Equal(t, "38", b.stored(1)["stock"])
	assert.Equal(t, "Darjeeling First Flush 2026", b.stored(1)["name"])

	b.collide(ada, phone, map[string]string{"price": "16.90"}, map[string]string{"price": "12.90", "stock": "36"})
	phone.sees("choose which is right")
	phone.requireNoOverflow()
	phone.screenshot("conflict-phone")
	phone.typeIn("price", "14.90") // neither of the two
	phone.click("merge")
	phone.sees("Saved.")
	assert.Equal(t, "14.90", b.stored(1)["price"])
}

func TestBrowser_OverwriteAndDiscard(t *testing.T) {
	b := newBrowser(t)
	ada, joan := b.tab(false), b.tab(false)
	b.collide(ada, joan, map[string]string{"price": "15.90", "stock": "1"}, map[string]string{"price": "13.90"})
	joan.click("overwrite")
	joan.sees("Saved.")
	assert.Equal(t, "13.90", b.stored(1)["price"])
	assert.Equal(t, "40", b.stored(1)["stock"], "all of joan's form, as she was told")

	b.collide(ada, joan, map[string]string{"price": "17.90"}, map[string]string{"price": "18.90"})
	joan.click("discard")
	assert.Equal(t, "17.90", joan.value("price"))
	assert.Equal(t, "17.90", b.stored(1)["price"])
}

func TestBrowser_ThirdEditorIsAConflictAgain(t *testing.T) {
	b := newBrowser(t)
	ada, joan := b.tab(false), b.tab(false)
	for i, button := range []string{"merge", "overwrite"} {
		mine := "13.9" + strconv.Itoa(i)
		b.collide(ada, joan, map[string]string{"price": "15.9" + strconv.Itoa(i)}, map[string]string{"price": mine})
		joan.sees("choose which is right")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetPrice(9900).AddStock(1) })
		joan.click(button)
		joan.sees("99.00")
		assert.Equal(t, "99.00", b.stored(1)["price"], button)
		joan.choose("mine-price")
		joan.click("merge")
		joan.sees("Saved.")
		assert.Equal(t, mine, b.stored(1)["price"], button)
	}
}

func TestBrowser_WorksWithoutJavaScriptAndMouse(t *testing.T) {
	b := newBrowser(t)
	ada, joan := b.tab(false), b.tab(true)
	ada.noScript()
	joan.noScript()
	ada.open("/products/1")
	joan.open("/products/1")
	enter := func(u *tab, id, text string) {
		u.run(chromedp.Focus(byID(id), chromedp.ByQuery), chromedp.SetValue(byID(id), text, chromedp.ByQuery))
		_, err := chromedp.RunResponse(u.ctx, chromedp.KeyEvent(kb.Enter))
		assert.NoError(t, err)
	}
	enter(ada, "price", "15.90")
	enter(joan, "price", "13.90")
	var title string
	joan.run(chromedp.Text("h1", &title, chromedp.ByQuery))
	assert.Equal(t, "Changed by somebody else", title)
	assert.Equal(t, "15.90", b.stored(1)["price"])
	joan.run(chromedp.Focus(byID("mine-price"), chromedp.ByQuery), chromedp.KeyEvent(kb.ArrowDown))
	_, err := chromedp.RunResponse(joan.ctx, chromedp.KeyEvent(kb.Enter))
	assert.NoError(t, err)
	assert.Equal(t, "15.90", b.stored(1)["price"], "the arrow chose theirs, and Enter saved it")
}

func TestBrowser_NewsAppearAndNothingTypedIsLost(t *testing.T) {
	b := newBrowser(t)
	joan := b.tab(false)
	joan.open("/products/4")
	joan.typeIn("notes", "Ask for a quote.")
	b.somebody(4, func(up *ent.ProductUpdateOne) { up.SetPrice(7200).SetStock(5) })
	joan.sees("Somebody else has just saved this product.")
	joan.sees("saved by somebody else: 72.00")
	assert.Equal(t, "Ask for a quote.", joan.value("notes"))
	assert.Equal(t, "69.00", joan.value("price"), "the form is hers, and is told to be old by its token")
	joan.screenshot("news-desktop")
	b.client.Product.DeleteOneID(4).IgnoreVersion().ExecX(t.Context())
	joan.sees("Somebody else has deleted this product.")
	joan.click("save")
	joan.sees("This product is not there any more")
	assert.Equal(t, "Ask for a quote.", joan.value("notes"))
	joan.screenshot("gone-desktop")
	joan.click("save")
	joan.sees("Saved.")
	assert.Equal(t, 6, b.client.Product.Query().CountX(t.Context()))
}

func TestBrowser_ListSavesAllOrSkips(t *testing.T) {
	b := newBrowser(t)
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
	assert.Equal(t, "7.90", joan.value("price.2"), "what was typed is still there")
	assert.Equal(t, "12", b.stored(3)["stock"])
	joan.requireNoOverflow()
	joan.screenshot("list-conflict-desktop")
	joan.click("save")
	joan.sees("2 products saved.")
	assert.Equal(t, "7.90", b.stored(2)["price"], "she has seen the other price by now")

	phone.typeIn("price.2", "1.00")
	phone.typeIn("stock.5", "60")
	phone.run(chromedp.Click(`input[name=mode][value=skip]`, chromedp.ByQuery))
	phone.click("save")
	phone.sees("1 product saved. Skipped, as somebody else has changed it in the meantime: “Earl Grey”.")
	phone.screenshot("list-conflict-phone")
	assert.Equal(t, "7.90", b.stored(2)["price"])
	assert.Equal(t, "60", b.stored(5)["stock"])
}

func TestBrowser_BulkActionsCheckTheVersion(t *testing.T) {
	b := newBrowser(t)
	joan := b.tab(false)
	joan.open("/")
	joan.choose("select-1")
	joan.choose("select-2")
	b.somebody(1, func(up *ent.ProductUpdateOne) { up.SetStock(39) })
	joan.click("archive")
	joan.sees("Nothing was archived.")
	assert.Equal(t, "active", b.stored(2)["status"])
	joan.click("archive") // both are selected still, and shown as they are by now
	joan.sees("2 products archived.")
	assert.Equal(t, "archived", b.stored(1)["status"])
	joan.choose("select-1")
	joan.click("activate")
	joan.sees("1 product activated.")
}

func TestBrowser_DeleteSelectedAsksAndChecksTheVersion(t *testing.T) {
	b := newBrowser(t)
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
	assert.Equal(t, 6, b.client.Product.Query().CountX(t.Context()), "nothing is deleted before she confirms")
	joan.click("confirm")
	joan.sees("Nothing was deleted.")
	assert.Equal(t, 6, b.client.Product.Query().CountX(t.Context()))

	joan.click("delete")
	joan.sees("Delete 3 products?")
	b.somebody(6, func(up *ent.ProductUpdateOne) { up.SetStock(1) })
	joan.run(chromedp.Click(`input[name=mode][value=skip]`, chromedp.ByQuery))
	joan.click("confirm")
	joan.sees("2 products deleted. Skipped, as somebody else has changed it in the meantime: “Tin for 100 g”.")
	assert.Equal(t, 4, b.client.Product.Query().CountX(t.Context()))
}
