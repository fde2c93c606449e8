package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// update saves the screenshots that the README shows:
//
//	ENTOCC_BROWSERS=everything go test ./examples/admin -run Browser -update
var update = flag.Bool("update", false, "save the screenshots")

// patience is how long a test waits for a page to show something.
const patience = time.Minute

// driver is a browser, and tabDriver one of its tabs.
type driver interface {
	tab(t *testing.T, width, height int) tabDriver
	// other returns a tab that the browser itself has opened, or nil.
	other(t *testing.T, url string, width, height int) tabDriver
	// session returns what the browser has saved to restore its tabs after a crash.
	session() []byte
	// kill ends the browser like a crash.
	kill() error
	close()
}

// tabDriver is what the tests need of a tab. No method waits for a page.
type tabDriver interface {
	navigate(url string) error
	back() error
	reload() error
	// eval evaluates an expression to a JSON value.
	eval(expression string, result any) error
	click(x, y float64) error
	keys(text string) error
	screenshot() ([]byte, error)
	// resize resizes the window; scale is the number of dots per pixel.
	resize(width, height int, scale float64) error
	// warned counts the warnings before typed text is thrown away; each was answered with yes.
	warned() int
}

type counter struct{ warnings atomic.Int64 }

func (w *counter) warned() int { return int(w.warnings.Load()) }

// kinds are the browsers that every test runs in.
var kinds = []struct {
	name     string
	programs []string
	// start starts the browser. With restore it brings back the pages that were open when it was killed.
	start func(t *testing.T, path, profile string, restore bool) driver
}{
	{"chromium", []string{"chromium", "chromium-browser", "google-chrome"}, startChromium},
	{"firefox", []string{"firefox-esr", "firefox"}, startFirefox},
}

// databases are the databases that every test runs with.
var databases = []string{"sqlite", "postgres"}

// browser is a real browser; its tabs are the users.
type browser struct {
	*shop
	kind   string
	driver driver
	start  func(t *testing.T, profile string, restore bool) driver
}

// inBrowsers runs a test in each browser with each database.
func inBrowsers(t *testing.T, test func(b *browser)) {
	t.Helper()
	inEach(t, func(b *browser) {
		for _, database := range databases {
			b.Run(database, func(t *testing.T) { test(b.with(t, database)) })
		}
	})
}

// inEach runs a test in each browser, side by side, and lets the test choose the database.
func inEach(t *testing.T, test func(b *browser)) {
	t.Helper()
	if os.Getenv("ENTOCC_BROWSERS") != "everything" && os.Getenv("CI") == "" {
		t.Skip("needs ENTOCC_BROWSERS=everything, which .ci/run sets: two browsers take minutes")
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			path := find(t, kind.name, kind.programs)
			start := func(t *testing.T, profile string, restore bool) driver {
				t.Helper()
				return kind.start(t, path, profile, restore)
			}
			test(&browser{shop: &shop{T: t}, kind: kind.name, driver: shared(t, kind.name, start), start: start})
		})
	}
}

// with returns the browser with a new shop.
func (b *browser) with(t *testing.T, database string) *browser {
	t.Helper()
	return &browser{shop: newShopIn(t, database), kind: b.kind, driver: b.driver, start: b.start}
}

// shared is the browser of a kind that the tests share.
func shared(t *testing.T, kind string, start func(t *testing.T, profile string, restore bool) driver) driver {
	t.Helper()
	mu.Lock()
	b := started[kind]
	mu.Unlock()
	if b == nil { // no other test uses this kind now
		b = start(t, profile(t), false)
		mu.Lock()
		started[kind], closing = b, append(closing, b.close)
		mu.Unlock()
	}
	return b
}

// shows reports whether an address is that of a page, with any query.
func shows(address, page string) bool {
	address, _, _ = strings.Cut(address, "?")
	return address == page
}

// extension duplicates tabs and reopens closed ones, as the browser's menu does. No driver can.
func extension(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("testdata/tabs")
	require.NoError(t, err)
	return dir
}

// find finds a browser. If there is none, the tests are skipped, but fail in CI.
func find(t *testing.T, name string, programs []string) string {
	t.Helper()
	for _, program := range programs {
		if path, err := exec.LookPath(program); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and CI must not leave out the browser tests: apt-get install %s", name, programs[0])
	}
	t.Skipf("%s is not installed: its tests are left out", name)
	return ""
}

// started are the running browsers, which the tests share, and closing are the functions that end them.
var (
	mu      sync.Mutex
	started = make(map[string]driver)
	closing []func()
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, end := range slices.Backward(closing) {
		end()
	}
	os.Exit(code)
}

// profile returns a folder for the browser's files. It is removed after the browser has ended, which may write until then.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "admin-browser-") //nolint:usetesting // the browser outlives the test that starts it
	require.NoError(t, err)
	mu.Lock()
	defer mu.Unlock()
	closing = append(closing, func() {
		for end := time.Now().Add(patience / 4); os.RemoveAll(dir) != nil && time.Now().Before(end); {
			time.Sleep(50 * time.Millisecond)
		}
	})
	return dir
}

// tab is one user.
type tab struct {
	*browser
	driver tabDriver
	left   int
}

// tab opens a tab. Its width is that of a desktop or of a phone.
func (b *browser) tab(phone bool) *tab {
	b.Helper()
	width, height := 1120, 700
	if phone {
		width, height = 390, 844
	}
	return &tab{browser: b, driver: b.driver.tab(b.T, width, height)}
}

// must fails the test with what the page shows.
func (u *tab) must(err error, what string) {
	u.Helper()
	if err != nil {
		var text string
		_ = u.driver.eval(`location.href + "\n" + document.body.innerText`, &text)
		require.NoError(u, err, "%s\n%s", what, text)
	}
}

// leave does something that leads to another page, and waits for it. On a busy machine the layout may shift under the
// mouse: a click that missed is repeated, as a user would.
func (u *tab) leave(what string, do func() error) {
	u.Helper()
	u.soon(`document.readyState === "complete"`)
	// A page that the browser has kept comes back with the state of its window.
	u.left++
	mark := strconv.Itoa(u.left)
	u.must(u.driver.eval(`window.left = `+mark, nil), what)
	for range 4 {
		u.must(do(), what)
		if u.soon(`window.left !== ` + mark + ` && document.readyState === "complete" && location.href !== "about:blank"`) {
			return
		}
	}
	u.must(os.ErrDeadlineExceeded, what+" led to no other page")
}

// open shows a page.
func (u *tab) open(path string) {
	u.Helper()
	u.leave("open "+path, func() error { return u.driver.navigate(u.url + path) })
}

func (u *tab) back()   { u.Helper(); u.leave("back", u.driver.back) }
func (u *tab) reload() { u.Helper(); u.leave("reload", u.driver.reload) }

// click clicks something that leads to another page, choose something that does not.
func (u *tab) click(name string) {
	u.Helper()
	u.leave("click "+name, func() error { return u.press(name) })
}

func (u *tab) choose(name string) { u.Helper(); u.must(u.press(name), "choose "+name) }

func (u *tab) press(name string) error {
	var at struct{ X, Y float64 }
	err := u.driver.eval(`(() => { const e = `+element(name)+`; e.scrollIntoView({block: "center", behavior: "instant"}); const r = e.getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2}; })()`, &at)
	if err != nil {
		return err
	}
	return u.driver.click(at.X, at.Y)
}

// element finds a button by its id, and an input by its field: "price", or "price.2" in the row of product 2. The ids
// of inputs contain the version.
func element(name string) string {
	return `((name) => document.getElementById(name) || document.querySelector('[data-field="' + name + '"]') ||
		document.querySelector('#row-' + name.replace(/.*[.-]/, "") + ' [data-field="' + name.replace(/[.-][^.-]*$/, "").replace("select", "selected") + '"]'))(` + quote(name) + `)`
}

// typeIn replaces the text of an input, or chooses in a select.
func (u *tab) typeIn(name, text string) {
	u.Helper()
	require.True(u, u.soon(element(name)+` !== null`), "there is no input %s", name)
	u.must(u.driver.eval(`(() => { const e = `+element(name)+`; e.focus(); if (e.select) e.select(); return true; })()`, nil), "focus "+name)
	u.must(u.driver.keys(text), "type into "+name)
}

// paste puts a long text into an input.
func (u *tab) paste(name string, length int) {
	u.Helper()
	u.must(u.driver.eval(`(`+element(name)+`.value = "x".repeat(`+strconv.Itoa(length)+`)) && 1`, nil), "paste into "+name)
}

// arrowDown is the key, as chromedp spells it.
const arrowDown = kb.ArrowDown

// enter presses a key that leads to another page.
func (u *tab) enter() { u.Helper(); u.leave("Enter", func() error { return u.driver.keys("\r") }) }

// soon waits for an expression to be true, through the change of a page.
func (u *tab) soon(expression string) bool {
	for end := time.Now().Add(patience / 4); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		var is bool
		if err := u.driver.eval(expression, &is); err == nil && is {
			return true
		}
	}
	return false
}

// sees requires the page to show a text, now or soon.
func (u *tab) sees(text string) {
	u.Helper()
	if !u.soon(`document.body.innerText.includes(` + quote(text) + `)`) {
		u.must(os.ErrDeadlineExceeded, "waiting for: "+text)
	}
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // a string
	return string(quoted)
}

// value returns the text of an input.
func (u *tab) value(name string) (text string) {
	u.Helper()
	u.must(u.driver.eval(element(name)+`.value`, &text), "value of "+name)
	return text
}

// shows reports whether a text is on the page: as text, in an input, or in a diff with struck out words.
func (u *tab) shows(text string) (is bool) {
	u.Helper()
	u.must(u.driver.eval(`document.body.innerText.includes(`+quote(text)+`) || [...document.querySelectorAll("input:not([type=hidden]), textarea, select")].some((e) => e.value === `+quote(text)+`) ||
		[...document.querySelectorAll(".value")].some((e) => { const c = e.cloneNode(true); c.querySelectorAll("del").forEach((d) => d.remove()); return c.textContent.includes(`+quote(text)+`); })`, &is), "shows")
	return is
}

// checked reports whether a box or a choice is checked.
func (u *tab) checked(name string) (is bool) {
	u.Helper()
	u.must(u.driver.eval(element(name)+`.checked`, &is), "checked "+name)
	return is
}

// screenshot saves a picture of the page.
func (u *tab) screenshot(name string) {
	u.Helper()
	picture, err := u.driver.screenshot()
	u.must(err, "screenshot")
	require.NotEmpty(u, picture)
	if *update && u.kind == "chromium" {
		require.NoError(u, os.WriteFile(filepath.Join("screenshots", name+".png"), picture, 0o600))
	}
}

// noScript switches JavaScript off if the browser lets a test do so. Firefox gets pages without the script instead.
func (u *tab) noScript() {
	u.Helper()
	u.scriptless.Store(true)
	if off, ok := u.driver.(interface{ noScript() error }); ok {
		u.must(off.noScript(), "no script")
	}
}

// requireNoOverflow requires the page to be no wider than the window.
func (u *tab) requireNoOverflow() {
	u.Helper()
	var wide string
	u.must(u.driver.eval(`((most) => [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > most).slice(-1)
		.map((e) => e.outerHTML).join() + (document.documentElement.scrollWidth > most ? "the page" : ""))(document.documentElement.clientWidth)`, &wide), "overflow")
	require.Empty(u, wide, "is wider than the window")
}
