package suite

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func httpScenarios() []scenario {
	return []scenario{
		{name: "HTTP/TagOfTheResponseGoesOn", run: tagOfTheResponseGoesOn},
		{name: "HTTP/StaleTagIsRefused", run: staleTagIsRefused},
		{name: "HTTP/CommitBetweenCheckAndWriteIsFound", run: commitBetweenCheckAndWriteIsFound},
		{name: "HTTP/DeleteBetweenCheckAndWriteIsFound", run: deleteBetweenCheckAndWriteIsFound},
		{name: "HTTP/ListIsAnyOf", run: listIsAnyOf},
		{name: "HTTP/StarPassesIfTheRowExists", run: starPassesIfTheRowExists},
		{name: "HTTP/TagOfNoVersionOfTheRowIsRefused", run: tagOfNoVersionOfTheRowIsRefused},
		{name: "HTTP/MissingOrMalformedTagIsRefused", run: missingOrMalformedTagIsRefused},
	}
}

// listener is an API over one User on a real listener.
type listener struct {
	*Scene
	user *ent.User
	url  string
	// between runs in a request, after the load and before the write.
	between func()
}

func (s *Scene) listen() *listener {
	s.Helper()
	l := &listener{Scene: s, user: s.user("before"), between: func() {}}
	mux := http.NewServeMux()
	mux.Handle("PUT /", occhttp.Handler(l.put))
	mux.Handle("DELETE /", occhttp.Handler(l.delete))
	l.url = s.serve(mux).URL
	return l
}

// serve serves a handler behind the middleware.
func (s *Scene) serve(h http.Handler) *httptest.Server { return serve(s.T, h) }

func serve(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewServer(occhttp.Middleware(occhttp.Strict(t), occhttp.Logger(slog.New(slog.DiscardHandler)))(h))
	t.Cleanup(server.Close)
	return server
}

func (l *listener) put(w http.ResponseWriter, r *http.Request) error {
	u, err := l.Client.User.Get(r.Context(), l.user.ID)
	if err != nil {
		return err
	}
	l.between()
	if u, err = u.Update().IfMatch(occhttp.IfMatch(r)).SetName("mine").Save(r.Context()); err != nil {
		return err
	}
	return occhttp.SetETag(w, u)
}

func (l *listener) delete(_ http.ResponseWriter, r *http.Request) error {
	l.between()
	return l.Client.User.DeleteOneID(l.user.ID).IfMatch(occhttp.IfMatch(r)).Exec(r.Context())
}

// do sends a request with these If-Match lines, and returns its status and ETag.
func (l *listener) do(method string, ifMatch ...string) (status int, tag string) {
	l.Helper()
	return request(l.ctx, l.T, method, l.url, ifMatch...)
}

func request(ctx context.Context, t *testing.T, method, url string, ifMatch ...string) (status int, tag string) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader("mine"))
	require.NoError(t, err)
	req.Header["If-Match"] = ifMatch
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, resp.Header.Get("ETag")
}

// tag is the entity tag of a version of the user.
func (l *listener) tag(version int) string {
	return `"User/` + strconv.Itoa(l.user.ID) + "/" + strconv.Itoa(version) + `"`
}

// requireRefused requires a request to get this status and to leave the user as it was.
func (l *listener) requireRefused(status int, method string, ifMatch ...string) {
	l.Helper()
	got, _ := l.do(method, ifMatch...)
	require.Equal(l, status, got, "%s %q", method, ifMatch)
	assert.Equal(l, "before", l.load(l.user.ID).Name)
}

func tagOfTheResponseGoesOn(s *Scene) {
	l := s.listen()
	tag := l.tag(1)
	for range 3 {
		status, next := l.do(http.MethodPut, tag)
		require.Equal(s, http.StatusOK, status)
		require.NotEqual(s, tag, next)
		tag = next
	}
	assert.Equal(s, l.tag(4), tag)
	status, _ := l.do(http.MethodDelete, tag)
	assert.Equal(s, http.StatusOK, status)
}

func staleTagIsRefused(s *Scene) {
	l := s.listen()
	s.bumpUser(l.user.ID)
	l.requireRefused(http.StatusPreconditionFailed, http.MethodPut, l.tag(1))
	l.requireRefused(http.StatusPreconditionFailed, http.MethodDelete, l.tag(1))
}

func commitBetweenCheckAndWriteIsFound(s *Scene) {
	l := s.listen()
	l.between = func() { s.bumpUser(l.user.ID) }
	l.requireRefused(http.StatusPreconditionFailed, http.MethodPut, l.tag(1))
	l.requireRefused(http.StatusPreconditionFailed, http.MethodDelete, l.tag(2))
}

func deleteBetweenCheckAndWriteIsFound(s *Scene) {
	l := s.listen()
	l.between = func() { done(s, s.Other.User.DeleteOneID(l.user.ID).IgnoreVersion()) }
	status, _ := l.do(http.MethodPut, l.tag(1))
	assert.Equal(s, http.StatusPreconditionFailed, status)
	_, err := s.Client.User.Get(s.ctx, l.user.ID)
	assert.True(s, ent.IsNotFound(err), "the row must not come back")
}

func listIsAnyOf(s *Scene) {
	l := s.listen()
	s.bumpUser(l.user.ID)
	status, tag := l.do(http.MethodPut, `"a,b" ,`+l.tag(1), l.tag(2))
	assert.Equal(s, http.StatusOK, status)
	assert.Equal(s, l.tag(3), tag)
}

func starPassesIfTheRowExists(s *Scene) {
	l := s.listen()
	s.bumpUser(l.user.ID)
	status, tag := l.do(http.MethodPut, "*")
	assert.Equal(s, http.StatusOK, status)
	assert.Equal(s, l.tag(3), tag, "unguarded, but the version changes")
	l.between = func() { done(s, s.Other.User.DeleteOneID(l.user.ID).IgnoreVersion()) }
	status, _ = l.do(http.MethodPut, "*")
	assert.Equal(s, http.StatusPreconditionFailed, status)
}

func tagOfNoVersionOfTheRowIsRefused(s *Scene) {
	l := s.listen()
	for _, tag := range []string{"W/" + l.tag(1), `"abc"`, strings.Replace(l.tag(1), "User", "Pet", 1), `"User/0/1"`} {
		l.requireRefused(http.StatusPreconditionFailed, http.MethodPut, tag)
		l.requireRefused(http.StatusPreconditionFailed, http.MethodDelete, tag)
	}
}

func missingOrMalformedTagIsRefused(s *Scene) {
	l := s.listen()
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		l.requireRefused(http.StatusPreconditionRequired, method)
		for _, bad := range []string{"", "1", `"1`, `*, "1"`, `"` + strings.Repeat("a", 10<<10) + `"`} {
			l.requireRefused(http.StatusBadRequest, method, bad)
		}
	}
}
