package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tab is one person at the page, in a real browser, which starts only on request:
//
//	ENTOCC_BROWSERS=everything go test -run Browser ./examples/graphql
type tab struct {
	*app
	ctx context.Context
}

// browsers starts a Chromium for each person.
func (a *app) browsers(names ...string) (tabs []*tab) {
	a.Helper()
	if os.Getenv("ENTOCC_BROWSERS") != "everything" && os.Getenv("CI") == "" {
		a.Skip("needs ENTOCC_BROWSERS=everything, which .ci/run sets")
	}
	path := ""
	for _, program := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(program); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		require.Empty(a, os.Getenv("CI"), "chromium is not installed, and CI must not leave out the browser tests")
		a.Skip("chromium is not installed")
	}
	for _, name := range names {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.WSURLReadTimeout(time.Minute))
		ctx, stop := chromedp.NewExecAllocator(a.Context(), opts...)
		a.Cleanup(stop)
		ctx, closeTab := chromedp.NewContext(ctx)
		a.Cleanup(closeTab)
		require.NoError(a, chromedp.Run(ctx), "starting chromium") // The browser lives as long as the context of this run.
		tabs = append(tabs, &tab{a, ctx})
		tabs[len(tabs)-1].do(chromedp.Navigate(a.url+"/?as="+name), chromedp.WaitVisible("#todos li"))
	}
	return tabs
}

func (u *tab) do(actions ...chromedp.Action) {
	u.Helper()
	ctx, cancel := context.WithTimeout(u.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		var text string
		_ = chromedp.Run(u.ctx, chromedp.Text("body", &text))
		require.NoError(u, err, text)
	}
}

// write replaces the text of the only todo, and saves.
func (u *tab) write(text string) {
	u.Helper()
	const input = `#todos input[name=text]`
	u.do(chromedp.Evaluate(`document.querySelector("`+input+`").select()`, nil), chromedp.SendKeys(input, text), chromedp.Click(`#todos button[name=save]`))
}

// press presses the conflict's button with this label.
func (u *tab) press(label string) {
	u.Helper()
	u.do(chromedp.Click(`//div[@class="conflict"]//button[text()="`+label+`"]`, chromedp.BySearch))
}

// shows waits until the page shows a version and no conflict.
func (u *tab) shows(version string) (text string) {
	u.Helper()
	u.do(chromedp.Poll(`document.querySelector("#todos .version").textContent === "version `+version+`" && !document.querySelector(".conflict")`, nil),
		chromedp.Value(`#todos input[name=text]`, &text))
	return text
}

func (u *tab) conflict() (text string) {
	u.Helper()
	u.do(chromedp.Text(`.conflict table`, &text, chromedp.NodeVisible))
	return text
}

func TestBrowser_TheSecondSeesBothSides(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	tabs := a.browsers("ann", "bob")
	ann, bob := tabs[0], tabs[1]

	ann.write("water the garden")
	ann.shows("2")
	bob.write("water <b>the</b> trees")
	both := bob.conflict()
	assert.Contains(t, both, "water the garden")
	assert.Contains(t, both, "water <b>the</b> trees")
	assert.Equal(t, "water the garden", a.stored(row).Text, "nothing from Bob is saved yet")

	bob.press("Take theirs")
	assert.Equal(t, "water the garden", bob.shows("2"))

	bob.write("water both")
	bob.shows("3")
	ann.write("water nothing")
	assert.Contains(t, ann.conflict(), "water both")
	ann.press("Keep mine")
	assert.Equal(t, "water nothing", ann.shows("4"))
	assert.Equal(t, "water nothing", a.stored(row).Text)
}

func TestBrowser_KeepingMineKeepsWhatTheOtherChangedElsewhere(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	bob := a.browsers("bob")[0]
	a.client.Todo.UpdateOne(row).SetPriority(7).ExecX(a.ann())

	bob.write("water the trees")
	bob.conflict()
	third := a.client.Todo.UpdateOne(a.stored(row)).SetPriority(8).SaveX(a.ann())
	bob.press("Keep mine")
	bob.do(chromedp.Poll(`document.querySelector(".conflict td:nth-child(2)") && document.querySelector(".conflict").innerText.includes("8")`, nil))
	assert.EqualValues(t, third.Version, a.stored(row).Version, "a third person in between is another conflict")
	bob.press("Keep mine")
	bob.shows("4")
	assert.Equal(t, 8, a.stored(row).Priority)
	assert.Equal(t, "water the trees", a.stored(row).Text)
}

func TestBrowser_WhatWasTypedStaysWhenTheTodoIsGone(t *testing.T) {
	a := start(t)
	row := a.todo("water the plants")
	bob := a.browsers("bob")[0]
	a.client.Todo.DeleteOne(row).ExecX(a.ann())
	bob.write("water the trees")
	var said, typed string
	bob.do(chromedp.Poll(`document.querySelector("#todos [role=alert]").textContent`, &said), chromedp.Value(`#todos input[name=text]`, &typed))
	assert.Contains(t, said, "gone")
	assert.Equal(t, "water the trees", typed)
}
