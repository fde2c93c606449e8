package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The converse of requireDocumented: every answer that openapi.json lists can happen. Programs are written to expect it.
func TestOpenAPI_EveryAnswerThatItListsIsGiven(t *testing.T) {
	s := newServer(t, filepath.Join(t.TempDir(), "rest.db"), "")
	whole := s.url
	for i, o := range readDocument(t).operations() {
		for status := range o.Responses {
			code, err := strconv.Atoi(status)
			require.NoError(t, err)
			a := newAttempt(s, o, fmt.Sprintf("%d-%s", i, status))
			a.provoke(code)
			assert.Equal(t, code, s.do(o.method, a.path, a.body, a.header...).StatusCode, "%s %s", o.method, a.path)
			s.between, s.url = func() {}, whole
		}
	}
}

// attempt is a request for an operation, on its own rows.
type attempt struct {
	*server
	operation
	id, tag    string
	path, body string
	header     []string
}

// newAttempt returns a request that succeeds.
func newAttempt(s *server, o operation, id string) *attempt {
	ctx := s.Context()
	task := s.client.Task.Create().SetProject(s.project(id)).SetTitle("before").SaveX(ctx)
	a := &attempt{server: s, operation: o, id: id, tag: tagText(s.client.Project.GetX(ctx, id)), body: `{"name": "after"}`}
	if strings.Contains(o.path, "/tasks") {
		a.tag, a.body = tagText(task), `{"title": "after"}`
	}
	a.path = strings.NewReplacer("{id}", id, "{task}", strconv.Itoa(task.ID)).Replace(o.path)
	switch {
	case o.OperationID == "createProject":
		a.body = fmt.Sprintf(`{"id": "new-%s", "name": "after"}`, id)
	case o.method == http.MethodGet, o.method == http.MethodDelete:
		a.body = ""
	}
	if o.method != http.MethodGet && o.method != http.MethodPost {
		a.header = []string{"If-Match", a.tag}
	}
	return a
}

// provoke changes the request, or the data that it meets, so that the answer has this status.
func (a *attempt) provoke(status int) {
	switch status {
	case http.StatusCreated:
		if a.method == http.MethodPut {
			a.path, a.header = "/projects/new-"+a.id, []string{"If-None-Match", "*"}
		}
	case http.StatusNotModified:
		a.header = []string{"If-None-Match", a.tag}
	case http.StatusBadRequest:
		a.header = []string{"If-Match", "unquoted"}
	case http.StatusNotFound:
		a.path = strings.Replace(a.path, "/"+a.id, "/nobody", 1)
	case http.StatusConflict:
		a.body = strings.Replace(a.body, "new-", "", 1)
		a.between = func() { a.client.Project.DeleteOneID(a.id).IgnoreVersion().ExecX(a.Context()) }
	case http.StatusPreconditionFailed:
		a.header = []string{"If-Match", a.tag[:len(a.tag)-2] + `x"`}
	case http.StatusRequestEntityTooLarge:
		a.body = strings.Replace(a.body, "after", strings.Repeat("x", maxBody), 1)
	case http.StatusUnsupportedMediaType:
		a.header = append(a.header, "Content-Type", "text/plain")
	case http.StatusPreconditionRequired:
		a.header = nil
	case http.StatusInternalServerError:
		a.url = a.broken()
	case http.StatusServiceUnavailable:
		a.url = a.late()
	}
}

// broken returns the address of a server that has lost its database.
func (s *server) broken() string {
	other := newServer(s.T, filepath.Join(s.TempDir(), "broken.db"), "")
	require.NoError(s, other.client.Close())
	return other.url
}

// late returns the address of the same server, on which every request times out at once.
func (s *server) late() string {
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithDeadline(r.Context(), time.Now())
		defer cancel()
		s.handler().ServeHTTP(w, r.WithContext(ctx))
	}))
	s.Cleanup(listener.Close)
	return listener.URL
}

func TestOpenAPI_ABrowserIsShownAPage(t *testing.T) {
	s := newServer(t, filepath.Join(t.TempDir(), "rest.db"), "")
	a := s.do("GET", "/projects/nobody", "", "Accept", "text/html")
	assert.Equal(t, http.StatusNotFound, a.StatusCode)
	assert.Equal(t, "text/html; charset=utf-8", a.Header.Get("Content-Type"))
}
