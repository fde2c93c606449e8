package occhttp_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime" // The hooks of the schemas.
	"github.com/entocc/entocc/occhttp"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

// server is a small API over a real listener, with a row to write to.
type server struct {
	*testing.T
	client *ent.Client
	user   *ent.User
	url    string
	// between runs in the PUT, after the user was loaded and before it is written.
	between func()
}

func newServer(t *testing.T, opts ...occhttp.Option) *server {
	t.Helper()
	dsn := "file:" + filepath.Join(t.TempDir(), "http.db") + "?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_synchronous=OFF"
	client := enttest.Open(t, "sqlite3", dsn)
	t.Cleanup(func() { _ = client.Close() })
	s := &server{T: t, client: client, between: func() {}}
	s.user = client.User.Create().SetName("before").SaveX(t.Context())
	mux := http.NewServeMux()
	mux.Handle("GET /users/{id}", occhttp.Handler(s.get))
	mux.Handle("PUT /users/{id}", occhttp.Handler(s.put))
	mux.Handle("DELETE /users/{id}", occhttp.Handler(s.delete))
	mux.Handle("PUT /accounts/{id}", occhttp.Handler(s.create))
	mux.HandleFunc("PUT /forgetful/{id}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "done") })
	mux.HandleFunc("PUT /silent/{id}", func(http.ResponseWriter, *http.Request) {})
	opts = append([]occhttp.Option{occhttp.Logger(slog.New(slog.DiscardHandler))}, opts...)
	listener := httptest.NewServer(occhttp.Middleware(opts...)(mux))
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

// load is the authorization and the 404 that come before any precondition.
func (s *server) load(r *http.Request) (*ent.User, error) {
	if r.Header.Get("Authorization") == "nobody" {
		return nil, &occhttp.Problem{Status: http.StatusForbidden}
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return nil, &occhttp.Problem{Status: http.StatusNotFound}
	}
	return s.client.User.Get(r.Context(), id)
}

func (s *server) get(w http.ResponseWriter, r *http.Request) error {
	u, err := s.load(r)
	if err != nil {
		return err
	}
	if done, err := occhttp.NotModified(w, r, u); done || err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(map[string]string{"name": u.Name})
}

func (s *server) put(w http.ResponseWriter, r *http.Request) error {
	u, err := s.load(r)
	if err != nil {
		return err
	}
	name, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 100))
	if err != nil {
		return err
	}
	s.between()
	saved, err := u.Update().IfMatch(occhttp.IfMatch(r)).SetName(string(name)).Save(r.Context())
	if err != nil {
		return err
	}
	if err := occhttp.SetETag(w, saved); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(map[string]string{"name": saved.Name})
}

func (s *server) delete(w http.ResponseWriter, r *http.Request) error {
	u, err := s.load(r)
	if err != nil {
		return err
	}
	s.between()
	if err := s.client.User.DeleteOne(u).IfMatch(occhttp.IfMatch(r)).Exec(r.Context()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// create creates a row under the ID that the client chose.
func (s *server) create(w http.ResponseWriter, r *http.Request) error {
	create, err := occhttp.CreateOnly(r)
	if err != nil {
		return err
	}
	if !create {
		return &occhttp.Problem{Status: http.StatusNotImplemented}
	}
	a, err := s.client.Account.Create().SetID(r.PathValue("id")).SetOwner("o").Save(r.Context())
	if err != nil {
		return err
	}
	if err := occhttp.SetETag(w, a); err != nil {
		return err
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

// bump saves the user as somebody else would.
func (s *server) bump() {
	s.client.User.UpdateOneID(s.user.ID).IgnoreVersion().AddAge(1).ExecX(s.Context())
}

// name reads the user's name, past the API.
func (s *server) name() string { return s.client.User.GetX(s.Context(), s.user.ID).Name }

// path is that of the user.
func (s *server) path() string { return "/users/" + strconv.Itoa(s.user.ID) }

// tag is the entity tag of a version of the user.
func (s *server) tag(version int) string {
	return `"User/` + strconv.Itoa(s.user.ID) + "/" + strconv.Itoa(version) + `"`
}

// answer is a response that was read.
type answer struct {
	*http.Response
	body string
}

// do sends a request. Headers are given in pairs; one that is given twice is sent in two lines.
func (s *server) do(method, path, body string, header ...string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(s, err)
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	require.NoError(s, err)
	return answer{resp, string(read)}
}

// problem reads a body of problem+json.
func (s *server) problem(a answer) (p occhttp.Problem) {
	s.Helper()
	require.Equal(s, "application/problem+json", a.Header.Get("Content-Type"), a.body)
	require.NoError(s, json.Unmarshal([]byte(a.body), &p))
	require.Equal(s, a.StatusCode, p.Status)
	return p
}
