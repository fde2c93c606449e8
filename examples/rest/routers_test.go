package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/occhttp"
)

// rename is the handler that each router serves.
func rename(client *ent.Client, id string, w http.ResponseWriter, r *http.Request) error {
	p, err := client.Project.UpdateOneID(id).IfMatch(occhttp.IfMatch(r)).SetName("mine").Save(r.Context())
	if err != nil {
		return err
	}
	return occhttp.SetETag(w, p)
}

// forget writes a project without looking at preconditions.
func forget(client *ent.Client, r *http.Request) error {
	return client.Project.Update().AddPoints(1).Exec(r.Context())
}

// routers use occhttp with popular routers. Each also has a handler that forgets the precondition. gin and huma take
// long to compile, and add themselves only with the tag everything.
var routers = map[string]func(*ent.Client) http.Handler{
	"net/http": func(client *ent.Client) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("PUT /projects/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
			return rename(client, r.PathValue("id"), w, r)
		}))
		mux.HandleFunc("PUT /forgetful", func(w http.ResponseWriter, r *http.Request) {
			if err := forget(client, r); err != nil {
				http.Error(w, "it failed", http.StatusInternalServerError)
			}
		})
		return occhttp.Middleware()(mux)
	},
	"chi": func(client *ent.Client) http.Handler {
		router := chi.NewRouter()
		router.Use(occhttp.Middleware())
		router.Method("PUT", "/projects/{id}", occhttp.Handler(func(w http.ResponseWriter, r *http.Request) error {
			return rename(client, chi.URLParam(r, "id"), w, r)
		}))
		router.Method("PUT", "/forgetful", occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error {
			return forget(client, r)
		}))
		return router
	},
	"echo": func(client *ent.Client) http.Handler {
		e := echo.New()
		e.HTTPErrorHandler = func(err error, c echo.Context) {
			var of *echo.HTTPError // echo's own, for example for an unknown route
			if errors.As(err, &of) {
				err = &occhttp.Problem{Status: of.Code}
			}
			occhttp.WriteError(c.Response(), c.Request(), err)
		}
		e.PUT("/projects/:id", func(c echo.Context) error {
			return rename(client, c.Param("id"), c.Response(), c.Request())
		})
		e.PUT("/forgetful", func(c echo.Context) error { return forget(client, c.Request()) })
		return occhttp.Middleware()(e)
	},
}

func TestRouters_TakeTheMiddlewareAndTheErrors(t *testing.T) {
	for _, name := range []string{"net/http", "chi", "echo", "gin", "huma"} {
		t.Run(name, func(t *testing.T) {
			router := routers[name]
			if router == nil && os.Getenv("CI") == "" {
				t.Skip("needs go test -tags everything, which .ci/run gives")
			}
			require.NotNil(t, router, "CI must not leave it out: give go test -tags everything")
			client, err := open(t.Context(), filepath.Join(t.TempDir(), "routers.db"), "")
			require.NoError(t, err)
			defer client.Close()
			first := tagText(client.Project.Create().SetID("apollo").SetName("before").SaveX(t.Context()))
			listener := httptest.NewServer(router(client))
			defer listener.Close()
			for _, tt := range []struct {
				path, ifMatch string
				status        int
			}{
				{"/projects/apollo", first, http.StatusOK},
				{"/projects/apollo", first, http.StatusPreconditionFailed},
				{"/projects/apollo", "unquoted", http.StatusBadRequest},
				{"/projects/apollo", "", http.StatusPreconditionRequired},
				{"/forgetful", "*", http.StatusBadRequest},
				{"/nowhere", "*", http.StatusNotFound},
			} {
				req, err := http.NewRequestWithContext(t.Context(), "PUT", listener.URL+tt.path, strings.NewReader(""))
				require.NoError(t, err)
				if tt.ifMatch != "" {
					req.Header.Set("If-Match", tt.ifMatch)
				}
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				assert.Equal(t, tt.status, resp.StatusCode, "%s If-Match %s", tt.path, tt.ifMatch)
				now := client.Project.GetX(t.Context(), "apollo")
				assert.Zero(t, now.Points, "what a handler forgot is not written")
				if resp.StatusCode == http.StatusOK {
					assert.Equal(t, tagText(now), resp.Header.Get("ETag"))
				} else {
					assert.Empty(t, resp.Header.Get("ETag"))
				}
				if resp.StatusCode > 299 && tt.path != "/nowhere" {
					assert.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
				}
			}
		})
	}
}
