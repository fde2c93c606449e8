package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/stretchr/testify/require"
)

// firefox drives Firefox by its built-in WebDriver BiDi (https://w3c.github.io/webdriver-bidi).
type firefox struct {
	conn    net.Conn
	cmd     *exec.Cmd
	profile string

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	tabs    map[string]*firefoxTab
}

// answer is what Firefox sends: the answer to a command, or an event.
type answer struct {
	ID      int             `json:"id"`
	Type    string          `json:"type"`
	Method  string          `json:"method"`
	Result  json.RawMessage `json:"result"`
	Params  json.RawMessage `json:"params"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// preferences turn on what automation switches off and people have.
const preferences = `
user_pref("dom.disable_beforeunload", false);
user_pref("browser.sessionstore.resume_from_crash", true);
user_pref("browser.sessionstore.max_resumed_crashes", 9);
user_pref("browser.sessionstore.restore_on_demand", false);
user_pref("browser.sessionstore.interval", 200);
user_pref("browser.sessionstore.interval.idle", 200);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.tabs.warnOnClose", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
`

func startFirefox(t *testing.T, path, profile string, restore bool) driver {
	t.Helper()
	wanted := preferences
	if restore { // or automation makes it forget what was open
		wanted += `user_pref("remote.prefs.recommended", false);`
	}
	require.NoError(t, os.WriteFile(filepath.Join(profile, "user.js"), []byte(wanted), 0o600))
	cmd := exec.CommandContext(context.Background(), path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1")
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start(), "starting firefox")
	lines := bufio.NewScanner(out)
	address := ""
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "WebDriver BiDi listening on ")
	}
	require.NotEmpty(t, address, "firefox does not say where it listens")
	go func() {
		for lines.Scan() { // or it would block
		}
	}()
	conn, _, _, err := ws.Dial(context.Background(), strings.TrimSpace(address)+"/session")
	require.NoError(t, err)
	b := &firefox{conn: conn, cmd: cmd, profile: profile, waiting: make(map[int]chan answer), tabs: make(map[string]*firefoxTab)}
	go b.listen()
	_, err = b.send("session.new", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"unhandledPromptBehavior": map[string]any{"default": "ignore"},
	}}})
	require.NoError(t, err)
	_, err = b.send("session.subscribe", map[string]any{"events": []string{"browsingContext.userPromptOpened"}})
	require.NoError(t, err)
	_, err = b.send("webExtension.install", map[string]any{"extensionData": map[string]any{"type": "path", "path": extension(t)}})
	require.NoError(t, err)
	return b
}

func (b *firefox) close() { _ = b.kill() }

func (b *firefox) kill() error {
	err := b.cmd.Process.Kill()
	_ = b.cmd.Wait()
	return err
}

func (b *firefox) session() []byte {
	data, err := os.ReadFile(filepath.Join(b.profile, "sessionstore-backups", "recovery.jsonlz4"))
	if err != nil {
		return nil
	}
	return unpack(data[len("mozLz40\x00\x00\x00\x00\x00"):])
}

// listen passes the answers to the waiting commands, and answers yes to the warning before typed text is thrown away.
func (b *firefox) listen() {
	for {
		data, err := wsutil.ReadServerText(b.conn)
		if err != nil {
			b.mu.Lock()
			for _, reply := range b.waiting {
				close(reply)
			}
			b.waiting = nil
			b.mu.Unlock()
			return
		}
		var m answer
		if json.Unmarshal(data, &m) != nil {
			continue
		}
		b.mu.Lock()
		reply := b.waiting[m.ID]
		if m.Type != "event" {
			delete(b.waiting, m.ID)
		}
		b.mu.Unlock()
		if m.Type == "event" {
			b.prompted(m.Params)
		} else if reply != nil {
			reply <- m
		}
	}
}

func (b *firefox) prompted(params json.RawMessage) {
	var prompt struct{ Context string }
	_ = json.Unmarshal(params, &prompt)
	b.mu.Lock()
	u := b.tabs[prompt.Context]
	b.mu.Unlock()
	if u != nil {
		u.warnings.Add(1)
	}
	go func() {
		_, _ = b.send("browsingContext.handleUserPrompt", map[string]any{"context": prompt.Context, "accept": true})
	}()
}

// send sends a command, and waits for its answer.
func (b *firefox) send(method string, params any) (json.RawMessage, error) {
	reply := make(chan answer, 1)
	b.mu.Lock()
	if b.waiting == nil {
		b.mu.Unlock()
		return nil, net.ErrClosed
	}
	b.last++
	id := b.last
	b.waiting[id] = reply
	data, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err == nil {
		err = wsutil.WriteClientText(b.conn, data)
	}
	b.mu.Unlock()
	if err != nil {
		return nil, err
	}
	limit := patience
	if method == "session.new" { // until the browser has started
		limit *= 5
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case m := <-reply:
		if m.Type != "success" {
			return nil, fmt.Errorf("%s: %s: %s", method, m.Error, m.Message)
		}
		return m.Result, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

func (b *firefox) tab(t *testing.T, width, height int) tabDriver {
	t.Helper()
	result, err := b.send("browsingContext.create", map[string]any{"type": "tab"})
	require.NoError(t, err)
	var created struct{ Context string }
	require.NoError(t, json.Unmarshal(result, &created))
	return b.attach(t, created.Context, width, height)
}

func (b *firefox) other(t *testing.T, url string, width, height int) tabDriver {
	t.Helper()
	result, err := b.send("browsingContext.getTree", map[string]any{"maxDepth": 0})
	require.NoError(t, err)
	var tree struct {
		Contexts []struct{ Context, URL string }
	}
	require.NoError(t, json.Unmarshal(result, &tree))
	for _, found := range tree.Contexts {
		if b.tabs[found.Context] == nil && shows(found.URL, url) {
			return b.attach(t, found.Context, width, height)
		}
	}
	return nil
}

func (b *firefox) attach(t *testing.T, context string, width, height int) tabDriver {
	t.Helper()
	u := &firefoxTab{browser: b, context: context}
	b.mu.Lock()
	b.tabs[u.context] = u
	b.mu.Unlock()
	t.Cleanup(func() { _, _ = u.send("browsingContext.close", map[string]any{"promptUnload": false}) })
	require.NoError(t, u.resize(width, height, 1))
	return u
}

type firefoxTab struct {
	browser *firefox
	context string
	counter
}

func (u *firefoxTab) send(method string, params map[string]any) (json.RawMessage, error) {
	params["context"] = u.context
	return u.browser.send(method, params)
}

func (u *firefoxTab) resize(width, height int, scale float64) error {
	_, err := u.send("browsingContext.setViewport", map[string]any{"viewport": map[string]any{"width": width, "height": height}, "devicePixelRatio": scale})
	return err
}

func (u *firefoxTab) navigate(url string) error {
	_, err := u.send("browsingContext.navigate", map[string]any{"url": url, "wait": "none"})
	return err
}

func (u *firefoxTab) eval(expression string, result any) error {
	raw, err := u.browser.send("script.evaluate", map[string]any{
		"expression": "JSON.stringify(" + strings.TrimSuffix(expression, ";") + ")", "awaitPromise": false,
		"target": map[string]any{"context": u.context, "sandbox": "test"},
	})
	if err != nil {
		return err
	}
	var evaluated struct {
		Type   string
		Result struct {
			Type  string
			Value json.RawMessage
		}
		ExceptionDetails struct{ Text string }
	}
	if err := json.Unmarshal(raw, &evaluated); err != nil {
		return err
	}
	if evaluated.Type != "success" {
		return errors.New(evaluated.ExceptionDetails.Text)
	}
	if result == nil || evaluated.Result.Type != "string" {
		return nil
	}
	var text string
	if err := json.Unmarshal(evaluated.Result.Value, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), result)
}

func (u *firefoxTab) act(source map[string]any) error {
	_, err := u.send("input.performActions", map[string]any{"actions": []any{source}})
	return err
}

func (u *firefoxTab) click(x, y float64) error {
	return u.act(map[string]any{"type": "pointer", "id": "mouse", "actions": []any{
		map[string]any{"type": "pointerMove", "x": int(x), "y": int(y)},
		map[string]any{"type": "pointerDown", "button": 0},
		map[string]any{"type": "pointerUp", "button": 0},
	}})
}

// keyCodes are those of WebDriver (https://www.w3.org/TR/webdriver2/#keyboard-actions).
var keyCodes = map[string]string{"\r": "\ue007", arrowDown: "\ue015"}

func (u *firefoxTab) keys(text string) error {
	var actions []any
	for _, r := range text {
		key := string(r)
		if code := keyCodes[key]; code != "" {
			key = code
		}
		actions = append(actions, map[string]any{"type": "keyDown", "value": key}, map[string]any{"type": "keyUp", "value": key})
	}
	return u.act(map[string]any{"type": "key", "id": "keyboard", "actions": actions})
}

func (u *firefoxTab) back() error {
	_, err := u.send("browsingContext.traverseHistory", map[string]any{"delta": -1})
	return err
}

func (u *firefoxTab) reload() error {
	_, err := u.send("browsingContext.reload", map[string]any{"wait": "none"})
	return err
}

func (u *firefoxTab) screenshot() ([]byte, error) {
	result, err := u.send("browsingContext.captureScreenshot", map[string]any{"origin": "document"})
	if err != nil {
		return nil, err
	}
	var shot struct{ Data string }
	if err := json.Unmarshal(result, &shot); err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(shot.Data)
}
