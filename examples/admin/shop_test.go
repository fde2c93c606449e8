package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/admin/ent"
	"github.com/entocc/entocc/occhttp"
)

// shop is the application on a real listener, with the products of seed.
type shop struct {
	*testing.T
	client   *ent.Client
	database string
	url      string
	// forgotten asks browsers not to keep pages, as some applications must; scriptless serves no script.
	forgotten, scriptless *atomic.Bool
	// app is the application, which restart replaces.
	app *atomic.Value
	// largest is the largest form that the server reads.
	largest *atomic.Int64
}

func newShop(t *testing.T) *shop { t.Helper(); return newShopIn(t, "sqlite") }

// newShopIn makes a shop in its own database. Without PostgreSQL it uses SQLite, except in CI.
func newShopIn(t *testing.T, database string) *shop {
	t.Helper()
	postgres := ""
	if database == "postgres" {
		postgres = newPostgres(t)
	}
	client, err := open(t.Context(), filepath.Join(t.TempDir(), "shop.db"), postgres)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	require.NoError(t, seed(t.Context(), client))
	s := &shop{T: t, client: client, database: database, forgotten: new(atomic.Bool), scriptless: new(atomic.Bool), largest: new(atomic.Int64), app: new(atomic.Value)}
	s.largest.Store(maxForm)
	listener := httptest.NewServer(http.HandlerFunc(s.serve))
	s.restart()
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

// newPostgres makes a database, and returns its URL.
func newPostgres(t *testing.T) string {
	t.Helper()
	server := os.Getenv("ENTOCC_POSTGRES")
	if server == "" {
		require.Empty(t, os.Getenv("CI"), "ENTOCC_POSTGRES must be set in CI")
		return ""
	}
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	name := fmt.Sprintf("admin_%d_%d", os.Getpid(), time.Now().UnixNano())
	_, err = db.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		assert.NoError(t, errors.Join(err, db.Close()))
	})
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// restart starts the application over, with nothing but the database.
func (s *shop) restart() { s.app.Store(newAdmin(s.client)) }

// serve serves the application as the test configured it.
func (s *shop) serve(w http.ResponseWriter, r *http.Request) {
	if s.scriptless.Load() && r.URL.Path == "/static/app.js" {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.largest.Load())
	if s.forgotten.Load() {
		w = forgetter{w}
	}
	s.app.Load().(http.Handler).ServeHTTP(w, r)
}

type forgetter struct{ http.ResponseWriter }

func (f forgetter) WriteHeader(status int) {
	f.Header().Set("Cache-Control", "no-store")
	f.ResponseWriter.WriteHeader(status)
}

// somebody saves the product as somebody else would.
func (s *shop) somebody(id int, change func(*ent.ProductUpdateOne)) {
	s.Helper()
	update := s.client.Product.UpdateOneID(id).IgnoreVersion()
	change(update)
	update.ExecX(s.Context())
}

// stored returns a product as it is in the database.
func (s *shop) stored(id int) occhttp.Values {
	s.Helper()
	return valuesOf(s.client.Product.GetX(s.Context(), id))
}

// filled returns what a browser posts for a product's current form, with changes by field.
func (s *shop) filled(id int, changes ...string) url.Values {
	s.Helper()
	signer, err := (&keys{client: s.client}).current(s.Context())
	require.NoError(s, err)
	p := s.client.Product.GetX(s.Context(), id)
	form, err := signer.Form(p, valuesOf(p))
	require.NoError(s, err)
	posted := url.Values{form.Name("state"): {regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(string(form.State()))[1]}}
	for field, text := range form.Mine {
		posted.Set(form.Name(field), strings.ReplaceAll(text, "\n", "\r\n"))
	}
	for i := 0; i < len(changes); i += 2 {
		posted.Set(form.Name(changes[i]), changes[i+1])
	}
	return posted
}

// together joins the forms of rows.
func together(action string, forms ...url.Values) url.Values {
	all := url.Values{"action": {action}}
	for _, form := range forms {
		maps.Copy(all, form)
	}
	return all
}

// restate replaces the states of a form.
func restate(form url.Values, state string) url.Values {
	for name := range form {
		if strings.HasSuffix(name, ".state") {
			form.Set(name, state)
		}
	}
	return form
}

// post sends a form as a browser does from our page, and follows no redirect.
func (s *shop) post(path string, form url.Values, header ...string) (status int, body string) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), "POST", s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	require.NoError(s, err)
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	require.NoError(s, err)
	return resp.StatusCode, string(read)
}
