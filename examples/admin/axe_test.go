package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/admin/ent"
)

// windows are the window sizes of the tests: the narrowest that WCAG requires (1.4.10), and 1280 pixels zoomed to 200 %.
var windows = []struct {
	name          string
	width, height int
	scale         float64
}{
	{"320 pixels", 320, 640, 1},
	{"200 %", 640, 400, 2},
}

// TestBrowser_AxeFindsNothing on any page, after success or failure (https://github.com/dequelabs/axe-core). ENTOCC_AXE
// is the file axe.min.js of the package axe-core of npm.
func TestBrowser_AxeFindsNothing(t *testing.T) {
	file := os.Getenv("ENTOCC_AXE")
	if file == "" {
		require.Empty(t, os.Getenv("CI"), "ENTOCC_AXE must be set in CI")
		t.Skip("ENTOCC_AXE is not set: npm install axe-core")
	}
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	inEach(t, func(b *browser) {
		b = b.with(b.T, "sqlite")
		joan := b.tab(false)
		for _, page := range everyPage {
			page.show(b, joan)
			for _, window := range windows {
				joan.must(joan.driver.resize(window.width, window.height, window.scale), window.name)
				joan.requireNoOverflow()
				if b.kind == "chromium" { // in Firefox it is slow, and would look at the same elements
					assert.Empty(b, joan.axe(string(source)), "%s at %s", page.name, window.name)
				}
			}
			if tab, ok := joan.driver.(interface{ dark(on bool) error }); ok {
				joan.must(tab.dark(true), "dark")
				assert.Empty(b, joan.axe(string(source)), "%s in dark colours", page.name)
				joan.must(tab.dark(false), "light")
			}
		}
	})
}

// axe returns what it finds on the page, with the rules that it leaves out by default.
func (u *tab) axe(source string) (found string) {
	u.Helper()
	u.must(u.driver.eval(`(() => {
if (!window.axe) { `+source+`
}
window.violations = undefined;
window.axe.run(document, { rules: { "target-size": { enabled: true } } }).then(
  (r) => { window.violations = r.violations.map((v) => v.id + ": " + v.help + " " + v.nodes.map((n) => n.html + " " + n.failureSummary).join("; ")).join("\n"); },
  (e) => { window.violations = "axe failed: " + e; });
return 1; })()`, nil), "axe")
	require.True(u, u.soon(`window.violations !== undefined`), "axe does not finish")
	u.must(u.driver.eval(`window.violations`, &found), "violations")
	return found
}

// everyPage lists the pages of the application, and how a user gets there.
var everyPage = []struct {
	name string
	show func(b *browser, joan *tab)
}{
	{"list", func(_ *browser, joan *tab) { joan.open("/") }},
	{"list with a value that can't be right", func(_ *browser, joan *tab) {
		joan.open("/")
		joan.typeIn("stock.3", "many")
		joan.click("save")
		joan.sees("some values can't be right")
	}},
	{"list after a conflict", func(b *browser, joan *tab) {
		joan.open("/")
		joan.typeIn("price.2", "7.90")
		joan.typeIn("stock.3", "10")
		joan.typeIn("stock.6", "17")
		b.somebody(2, func(up *ent.ProductUpdateOne) {
			up.AddPrice(10).SetUpdatedBy("Ada of the long and rather narrow department")
		})
		b.client.Product.DeleteOneID(6).IgnoreVersion().ExecX(b.Context())
		joan.choose("mode-skip")
		joan.click("save")
		joan.sees("Skipped")
	}},
	{"edit", func(_ *browser, joan *tab) { joan.open("/products/1") }},
	{"new", func(_ *browser, joan *tab) { joan.open("/products/new") }},
	{"edit with values that can't be right", func(_ *browser, joan *tab) {
		joan.open("/products/1")
		joan.typeIn("price", "a lot")
		joan.typeIn("stock", "-1")
		joan.click("save")
		joan.sees("some values can't be right")
	}},
	{"edit of a product that somebody else has saved", func(b *browser, joan *tab) {
		joan.open("/products/1")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.AddStock(1).SetNotes(strings.Repeat("long", 40)) })
		joan.sees("has just saved this product")
	}},
	{"edit of a version that is gone", func(b *browser, joan *tab) {
		b.forgotten.Store(true)
		defer b.forgotten.Store(false)
		joan.open("/products/1")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.AddStock(1) })
		joan.reload()
		joan.sees("after this page was opened")
	}},
	{"conflict", func(b *browser, joan *tab) {
		joan.open("/products/1")
		joan.typeIn("price", "1"+strconv.Itoa(b.client.Product.GetX(b.Context(), 1).Stock)+".90")
		joan.typeIn("notes", "Joan's "+strings.Repeat("very", 40)+" long word")
		b.somebody(1, func(up *ent.ProductUpdateOne) { up.AddPrice(1).AddStock(1).SetNotes("Ada's notes") })
		joan.click("save")
		joan.sees("You both have changed 2 fields")
	}},
	{"delete", func(_ *browser, joan *tab) {
		joan.open("/")
		joan.choose("select-1")
		joan.choose("select-5")
		joan.click("delete")
		joan.sees("Delete 2 products?")
	}},
	{"deleted by somebody else", func(b *browser, joan *tab) {
		joan.open("/products/5")
		joan.typeIn("notes", "Joan's notes")
		b.client.Product.DeleteOneID(5).IgnoreVersion().ExecX(b.Context())
		joan.click("save")
		joan.sees("This product no longer exists")
	}},
	{"not found", func(_ *browser, joan *tab) {
		joan.open("/products/99")
		joan.sees("Not Found")
	}},
	{"too large", func(b *browser, joan *tab) {
		b.largest.Store(1000)
		defer b.largest.Store(maxForm)
		joan.open("/products/1")
		joan.paste("notes", 1000)
		joan.click("save")
		joan.sees("go back")
	}},
}
