package main

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// chromium drives Chromium by its own protocol.
type chromium struct{ ctx context.Context }

func startChromium(t *testing.T, path, profile string) driver {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	closing = append(closing, stop, closeBrowser)
	require.NoError(t, chromedp.Run(ctx), "starting chromium")
	return &chromium{ctx: ctx}
}

func (b *chromium) tab(t *testing.T, width, height int) tabDriver {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	t.Cleanup(closeTab)
	// The first run opens the tab, which lives no longer than the context of that run: it is one without a timeout.
	require.NoError(t, chromedp.Run(ctx))
	u := &chromiumTab{ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			u.warnings.Add(1)
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		}
	})
	require.NoError(t, chromedp.Run(ctx, chromedp.EmulateViewport(int64(width), int64(height))))
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

func (u *chromiumTab) noScript() error { return u.run(emulation.SetScriptExecutionDisabled(true)) }

func (u *chromiumTab) screenshot() (picture []byte, err error) {
	err = u.run(page.BringToFront(), chromedp.FullScreenshot(&picture, 100))
	return picture, err
}
