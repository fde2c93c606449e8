package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	loadClients = 64
	loadRows    = 100
)

// TestMain serves the API instead of testing it in the process that the load test starts.
func TestMain(m *testing.M) {
	if args := os.Getenv("REST_SERVE"); args != "" {
		if err := run(context.Background(), strings.Split(args, " "), os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestLoad_EverySuccessIsInTheDatabase has 64 clients add one to the points of 100 projects, by GET and then PUT with
// If-Match, against a server in another process. Each 2xx must have its own version, and be in the database in the end.
// It runs for a second, or as long as REST_LOAD says:
//
//	REST_LOAD=30s go test -run TestLoad -v ./examples/rest
func TestLoad_EverySuccessIsInTheDatabase(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "load.db")
		load(t, file, "")
	})
	t.Run("PostgreSQL", func(t *testing.T) { load(t, "", postgres(t)) })
}

func load(t *testing.T, file, postgres string) {
	duration := time.Second
	if text := os.Getenv("REST_LOAD"); text != "" {
		var err error
		duration, err = time.ParseDuration(text)
		require.NoError(t, err)
	}
	client, err := open(t.Context(), file, postgres)
	require.NoError(t, err)
	defer client.Close()
	var creates []*ent.ProjectCreate
	for i := range loadRows {
		creates = append(creates, client.Project.Create().SetID(fmt.Sprint("p", i)).SetName("load"))
	}
	client.Project.CreateBulk(creates...).ExecX(t.Context())

	l := &storm{t: t, url: serve(t, file, postgres), won: make(map[string]int), statuses: make(map[int]int)}
	l.http = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}}
	ctx, cancel := context.WithTimeout(t.Context(), duration)
	defer cancel()
	var clients sync.WaitGroup
	for range loadClients {
		clients.Go(func() {
			for ctx.Err() == nil {
				l.addPoint(fmt.Sprint("p", rand.IntN(loadRows)))
			}
		})
	}
	clients.Wait()
	l.check(client)
}

// serve starts the server in another process, and returns its address.
func serve(t *testing.T, file, postgres string) string {
	t.Helper()
	args := "-addr 127.0.0.1:0 -sqlite " + file
	if postgres != "" {
		args = "-addr 127.0.0.1:0 -postgres " + postgres
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "REST_SERVE="+args)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// storm is what the clients of the load test saw.
type storm struct {
	t    *testing.T
	url  string
	http *http.Client

	mu sync.Mutex
	// won counts the successes that returned each tag.
	won      map[string]int
	statuses map[int]int
}

// addPoint is a GET, and a PUT of what was read with one more point.
func (l *storm) addPoint(id string) {
	var view projectView
	status, tag := l.do("GET", id, "", "", &view)
	if !assert.Equal(l.t, http.StatusOK, status) {
		return
	}
	body := fmt.Sprintf(`{"name": "load", "points": %d}`, view.Points+1)
	status, tag = l.do("PUT", id, body, tag, &view)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[status]++
	if status == http.StatusOK {
		l.won[tag]++
	}
}

func (l *storm) do(method, id, body, ifMatch string, view *projectView) (status int, tag string) {
	req, err := http.NewRequestWithContext(l.t.Context(), method, l.url+"/projects/"+id, strings.NewReader(body))
	if !assert.NoError(l.t, err) {
		return 0, ""
	}
	if ifMatch != "" {
		req.Header.Set("If-Match", ifMatch)
	}
	resp, err := l.http.Do(req)
	if !assert.NoError(l.t, err) {
		return 0, ""
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if assert.NoError(l.t, err) && resp.StatusCode == http.StatusOK {
		assert.NoError(l.t, json.Unmarshal(read, view))
	}
	return resp.StatusCode, resp.Header.Get("ETag")
}

// check compares the answers to the clients with what is stored.
func (l *storm) check(client *ent.Client) {
	successes, points := l.statuses[http.StatusOK], 0
	for _, p := range client.Project.Query().AllX(l.t.Context()) {
		points += p.Points
	}
	l.t.Logf("%d successes, %d conflicts", successes, l.statuses[http.StatusPreconditionFailed])
	assert.Positive(l.t, successes)
	assert.Equal(l.t, successes, points, "every success is in the database, and none was overwritten")
	for tag, times := range l.won {
		assert.Equal(l.t, 1, times, "%s was won twice", tag)
	}
	for status := range l.statuses {
		assert.Contains(l.t, []int{http.StatusOK, http.StatusPreconditionFailed}, status)
	}
}
