package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium drives Chromium by its own protocol.
type chromium struct {
	ctx     context.Context
	profile string
	stop    func()
	known   map[target.ID]bool
}

func startChromium(t *testing.T, path, profile string, restore bool) driver {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.Flag("restore-last-session", restore), chromedp.Flag("disable-extensions", false), chromedp.Flag("load-extension", extension(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	require.NoError(t, chromedp.Run(ctx), "starting chromium")
	return &chromium{ctx: ctx, profile: profile, stop: func() { closeBrowser(); stop() }, known: make(map[target.ID]bool)}
}

func (b *chromium) close() { b.stop() }

func (b *chromium) kill() error {
	err := chromedp.FromContext(b.ctx).Browser.Process().Kill()
	b.stop()
	// After a crash Chromium asks whether to restore, in a bubble that no driver can answer. It does not ask if its
	// settings say that it ended normally.
	return errors.Join(err, os.WriteFile(filepath.Join(b.profile, "Default", "Preferences"), []byte(`{"profile":{"exit_type":"Normal"}}`), 0o600))
}

func (b *chromium) session() (noted []byte) {
	files, _ := filepath.Glob(filepath.Join(b.profile, "Default", "Sessions", "*"))
	for _, file := range files {
		data, _ := os.ReadFile(file) // it may not exist
		noted = append(noted, data...)
	}
	return noted
}

func (b *chromium) tab(t *testing.T, width, height int) tabDriver {
	t.Helper()
	return b.attach(t, width, height)
}

func (b *chromium) other(t *testing.T, url string, width, height int) tabDriver {
	t.Helper()
	targets, err := chromedp.Targets(b.ctx)
	require.NoError(t, err)
	for _, found := range targets {
		if found.Type == "page" && !b.known[found.TargetID] && shows(found.URL, url) {
			return b.attach(t, width, height, chromedp.WithTargetID(found.TargetID))
		}
	}
	return nil
}

func (b *chromium) attach(t *testing.T, width, height int, how ...chromedp.ContextOption) tabDriver {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, how...)
	t.Cleanup(closeTab)
	// The first run opens the tab, which lives as long as the context of that run. So this context has no timeout.
	require.NoError(t, chromedp.Run(ctx))
	b.known[chromedp.FromContext(ctx).Target.TargetID] = true
	u := &chromiumTab{ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			u.warnings.Add(1)
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		}
	})
	require.NoError(t, u.resize(width, height, 1))
	return u
}

type chromiumTab struct {
	ctx context.Context
	counter
}

func (u *chromiumTab) run(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(u.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// navigate does not wait for the page.
func (u *chromiumTab) navigate(url string) error {
	return u.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, _, _, _, err := page.Navigate(url).Do(ctx)
		return err
	}))
}

func (u *chromiumTab) eval(expression string, result any) error {
	var raw []byte
	err := u.run(chromedp.Evaluate(expression, &raw, func(p *runtime.EvaluateParams) *runtime.EvaluateParams {
		return p.WithReturnByValue(true)
	}))
	if err != nil || result == nil {
		return err
	}
	return json.Unmarshal(raw, result)
}

func (u *chromiumTab) click(x, y float64) error { return u.run(chromedp.MouseClickXY(x, y)) }

func (u *chromiumTab) keys(text string) error { return u.run(chromedp.KeyEvent(text)) }

func (u *chromiumTab) back() error {
	return u.run(chromedp.ActionFunc(func(ctx context.Context) error {
		at, entries, err := page.GetNavigationHistory().Do(ctx)
		if err != nil || at == 0 {
			return err
		}
		return page.NavigateToHistoryEntry(entries[at-1].ID).Do(ctx)
	}))
}

func (u *chromiumTab) reload() error { return u.run(page.Reload()) }

func (u *chromiumTab) resize(width, height int, scale float64) error {
	return u.run(chromedp.EmulateViewport(int64(width), int64(height), chromedp.EmulateScale(scale)))
}

// dark asks for dark colours, or for light ones.
func (u *chromiumTab) dark(on bool) error {
	scheme := map[bool]string{true: "dark", false: "light"}[on]
	return u.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
}

func (u *chromiumTab) noScript() error { return u.run(emulation.SetScriptExecutionDisabled(true)) }

func (u *chromiumTab) screenshot() (picture []byte, err error) {
	err = u.run(page.BringToFront(), chromedp.FullScreenshot(&picture, 100))
	return picture, err
}
