package main

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// update keeps the screenshots that the README shows:
//
//	go test ./examples/admin -run Browser -update
var update = flag.Bool("update", false, "keep the screenshots")

// patience is how long a test waits for a page to show something.
const patience = 20 * time.Second

// browser is a real browser; its tabs are the users.
type browser struct {
	*shop
	ctx context.Context
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() && os.Getenv("CI") == "" {
		t.Skip("-short leaves out the browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute),
	)
	// Without a UserDataDir it is a new one, which goes with the browser.
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	t.Cleanup(closeBrowser)
	require.NoError(t, chromedp.Run(ctx), "starting chromium")
	return &browser{shop: newShop(t), ctx: ctx}
}

// chromium finds the browser. Where there is none the tests are skipped, but in CI they fail.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("chromium is not installed, and CI must not leave out the browser tests: apt-get install chromium")
	}
	t.Skip("chromium is not installed: the browser tests are left out")
	return ""
}

// tab is one user.
type tab struct {
	*browser
	ctx context.Context
}

// tab opens a tab. Its width is that of a desktop or of a phone.
func (b *browser) tab(phone bool) *tab {
	b.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	b.Cleanup(closeTab)
	// The first run opens the tab, which lives no longer than the context of that run: it is one without a timeout.
	require.NoError(b, chromedp.Run(ctx))
	u := &tab{browser: b, ctx: ctx}
	// The warning before typed text is thrown away is answered with yes.
	chromedp.ListenTarget(ctx, func(event any) {
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		}
	})
	if phone {
		u.run(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2), chromedp.EmulateMobile))
	} else {
		u.run(chromedp.EmulateViewport(1120, 700))
	}
	return u
}

func (u *tab) run(actions ...chromedp.Action) {
	u.Helper()
	ctx, cancel := context.WithTimeout(u.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var text string
		ctx, cancel := context.WithTimeout(u.ctx, time.Second)
		defer cancel()
		_ = chromedp.Run(ctx, chromedp.Evaluate(`location.href + "\n" + document.body.innerText`, &text))
		require.NoError(u, err, text)
	}
}

// open shows a page.
func (u *tab) open(path string) { u.Helper(); u.run(chromedp.Navigate(u.url + path)) }

// typeIn replaces the text of an input.
func (u *tab) typeIn(id, text string) {
	u.Helper()
	u.run(chromedp.WaitVisible(byID(id), chromedp.ByQuery),
		chromedp.Evaluate(`document.getElementById(`+quote(id)+`).select()`, nil),
		chromedp.SendKeys(byID(id), text, chromedp.ByQuery))
}

// click clicks, and waits for the page that follows. A busy machine may lay the page out anew under the mouse, as after a
// screenshot: a click that led nowhere is made again, as a user would.
func (u *tab) click(id string) {
	u.Helper()
	u.run(chromedp.Evaluate(`window.left = false`, nil))
	for range 4 {
		u.run(chromedp.Click(byID(id), chromedp.ByQuery))
		if u.soon(`window.left === undefined && document.readyState === "complete"`) {
			return
		}
	}
	require.Fail(u, "the click led to no other page", id)
}

// soon waits for an expression to be true, through the change of a page.
func (u *tab) soon(expression string) bool {
	ctx, cancel := context.WithTimeout(u.ctx, patience/4)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var is bool
		if err := chromedp.Run(ctx, chromedp.Evaluate(expression, &is)); err == nil && is {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}

// choose clicks what does not lead to another page.
func (u *tab) choose(id string) { u.Helper(); u.run(chromedp.Click(byID(id), chromedp.ByQuery)) }

// byID selects by an ID, which may have dots.
func byID(id string) string { return `[id="` + id + `"]` }

// sees wants the page to show a text, by now or soon.
func (u *tab) sees(text string) {
	u.Helper()
	u.run(chromedp.Poll(`document.body.innerText.includes(`+quote(text)+`)`, nil, chromedp.WithPollingTimeout(patience)))
}

func quote(text string) string { return "`" + strings.ReplaceAll(text, "`", "") + "`" }

// value is the text of an input.
func (u *tab) value(id string) (text string) {
	u.Helper()
	u.run(chromedp.Value(byID(id), &text, chromedp.ByQuery))
	return text
}

// screenshot keeps a picture of the page.
func (u *tab) screenshot(name string) {
	u.Helper()
	var picture []byte
	u.run(chromedp.FullScreenshot(&picture, 100))
	require.NotEmpty(u, picture)
	if *update {
		require.NoError(u, os.WriteFile(filepath.Join("screenshots", name+".png"), picture, 0o600))
	}
}

// noScript switches JavaScript off in the tab.
func (u *tab) noScript() { u.Helper(); u.run(emulation.SetScriptExecutionDisabled(true)) }

// requireNoOverflow wants the page to be no wider than the window.
func (u *tab) requireNoOverflow() {
	u.Helper()
	var wide bool
	u.run(chromedp.Evaluate(`document.documentElement.scrollWidth > window.innerWidth`, &wide))
	require.False(u, wide, "the page is wider than the window")
}
