package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/occhttp"
	"github.com/jackc/pgx/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// server is the API on a real listener, over an empty database.
type server struct {
	*testing.T
	*api
	url string
	// schemas are the schemas of openapi.json.
	schemas *jsonschema.Compiler
}

// onEach runs a test on SQLite, and on PostgreSQL if ENTOCC_POSTGRES is set.
func onEach(t *testing.T, test func(s *server)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { test(newServer(t, filepath.Join(t.TempDir(), "rest.db"), "")) })
	t.Run("PostgreSQL", func(t *testing.T) { test(newServer(t, "", postgres(t))) })
}

func newServer(t *testing.T, file, postgres string) *server {
	t.Helper()
	client, err := open(t.Context(), file, postgres)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	s := &server{T: t, api: &api{client: client, between: func() {}}, schemas: schemas(t)}
	listener := httptest.NewServer(s.handler())
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

// postgres returns the URL of a new schema, which is dropped at the end.
func postgres(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("ENTOCC_POSTGRES")
	if dsn == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("ENTOCC_POSTGRES is not set, and CI must not leave out PostgreSQL")
		}
		t.Skip("ENTOCC_POSTGRES is not set: PostgreSQL is left out")
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	name := "rest_" + strings.ToLower(rand.Text()[:12])
	_, err = conn.Exec(t.Context(), "CREATE SCHEMA "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = conn.Exec(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		_ = conn.Close(context.Background())
	})
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// project creates a project without the API.
func (s *server) project(id string) *ent.Project {
	s.Helper()
	return s.client.Project.Create().SetID(id).SetName("before").SaveX(s.Context())
}

// answer is a response whose body was read.
type answer struct {
	*http.Response
	body string
}

// mediaTypes are the media types of the methods' bodies.
var mediaTypes = map[string]string{
	http.MethodPost: "application/json", http.MethodPut: "application/json", http.MethodPatch: occhttp.MergePatchType,
}

// do sends a request. Headers are given in pairs.
func (s *server) do(method, path, body string, header ...string) answer {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", mediaTypes[method])
	}
	resp, err := s.Do(req)
	require.NoError(s, err)
	read, err := io.ReadAll(resp.Body)
	require.NoError(s, err)
	return answer{resp, string(read)}
}

// Do sends any request, also for a generated client, and checks the answer against openapi.json.
func (s *server) Do(req *http.Request) (*http.Response, error) {
	var sent, got bytes.Buffer
	if req.Body != nil {
		req.Body = io.NopCloser(io.TeeReader(req.Body, &sent))
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	_, err = got.ReadFrom(resp.Body)
	_ = resp.Body.Close()
	s.requireDocumented(sent.String(), answer{resp, got.String()})
	resp.Body = io.NopCloser(&got)
	return resp, err
}

// problem requires the answer to be a problem with this status.
func (s *server) problem(status int, a answer) (p occhttp.Problem) {
	s.Helper()
	require.Equal(s, status, a.StatusCode, a.body)
	require.Equal(s, "application/problem+json", a.Header.Get("Content-Type"))
	require.NoError(s, json.Unmarshal([]byte(a.body), &p))
	return p
}
