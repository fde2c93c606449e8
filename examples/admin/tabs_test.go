package main

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// TestBrowser_DuplicateTab uses the command of the browser's menu.
func TestBrowser_DuplicateTab(t *testing.T) {
	inEach(t, func(b *browser) {
		bringBack(b, func(tabs []*tab) { menu(tabs, "duplicate-tab") })
	})
}

// TestBrowser_ReopenTab closes tabs and makes the browser reopen them.
func TestBrowser_ReopenTab(t *testing.T) {
	inEach(t, func(b *browser) {
		bringBack(b, func(tabs []*tab) { menu(tabs, "reopen-tab") })
	})
}

// TestBrowser_CrashRestore kills the browser, and starts it again with the files that it left.
func TestBrowser_CrashRestore(t *testing.T) {
	inEach(t, func(b *browser) {
		dir := profile(b.T)
		mortal := &browser{shop: b.shop, kind: b.kind, driver: b.start(b.T, dir, true)}
		bringBack(mortal, func(tabs []*tab) {
			require.NoError(b, mortal.driver.kill())
			again := b.start(b.T, dir, true)
			b.Cleanup(again.close)
			for _, u := range tabs {
				u.browser.driver = again
			}
		})
	})
}

// menu asks the tests' extension to run a command of a tab's menu.
func menu(tabs []*tab, what string) {
	for _, u := range tabs {
		u.must(u.driver.eval(`document.dispatchEvent(new Event(`+quote(what)+`))`, nil), what)
	}
}

// bringBack types into all the pages, calls how to make the browser bring their tabs back, and checks each. The browser
// may keep the pages of one database, and must not keep those of the other.
func bringBack(b *browser, how func(tabs []*tab)) {
	b.Helper()
	type opened struct {
		*tab
		left
		text, path string
	}
	var all []*opened
	var tabs []*tab
	for i, database := range databases {
		b := b.with(b.T, database)
		b.forgotten.Store((i == 1) == (b.kind == "chromium"))
		for _, page := range pages {
			u := &opened{tab: b.tab(false), left: page, text: unheardOf(page)}
			page.before(u.browser, u.tab, u.text)
			u.must(u.driver.eval(`location.pathname`, &u.path), "path")
			all, tabs = append(all, u), append(tabs, u.tab)
		}
	}
	for _, u := range all {
		u.remembered(u.text)
	}
	for _, u := range all {
		u.meanwhile(u.browser)
	}
	how(tabs)
	for _, u := range all {
		b.Run(u.database+", "+u.name+map[bool]string{true: ", no-store"}[u.forgotten.Load()], func(t *testing.T) {
			shop := *u.shop
			shop.T = t
			of := &browser{shop: &shop, kind: b.kind, driver: u.browser.driver}
			u.after(of, of.other(u.path), u.text)
		})
	}
}

// unheardOf returns a unique text, which can be found in the files of the browser.
func unheardOf(page left) string {
	if page.name == "list" {
		return strconv.Itoa(100_000 + rand.IntN(900_000)) //nolint:gosec // no secret
	}
	return "Joan's " + strconv.FormatUint(rand.Uint64(), 36) //nolint:gosec // no secret
}

// remembered waits until the browser has saved a text in case it crashes.
func (u *tab) remembered(text string) {
	u.Helper()
	var wide []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = binary.LittleEndian.AppendUint16(wide, unit)
	}
	for end := time.Now().Add(patience / 2); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if noted := u.browser.driver.session(); bytes.Contains(noted, wide) || bytes.Contains(noted, []byte(text)) {
			return
		}
	}
	u.Fatalf("the browser has not saved %q", text)
}

// other waits for a tab that the browser itself has opened.
func (b *browser) other(path string) *tab {
	b.Helper()
	for end := time.Now().Add(patience / 4); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if d := b.driver.other(b.T, b.url+path, 1120, 700); d != nil {
			u := &tab{browser: b, driver: d}
			u.soon(`document.readyState === "complete"`)
			return u
		}
	}
	b.Fatalf("the browser has opened no tab with %s", path)
	return nil
}
